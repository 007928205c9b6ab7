// This program receives webhooks: it verifies each, answers at once, and works on each event once. Its work is to print it.
//
//	go run ./examples/receiver whsec_…
//
// PORT is where it listens, 9000 without; SECRET may take the place of the argument.
package main

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// signed says whether body was signed with secret less than five minutes ago.
func signed(h http.Header, body []byte, secret string, now time.Time) bool {
	seconds, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), seconds, body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return slices.ContainsFunc(strings.Fields(h.Get("webhook-signature")), func(got string) bool {
		return hmac.Equal([]byte(got), []byte(want))
	})
}

func main() {
	secret := cmp.Or(strings.Join(os.Args[1:], ""), os.Getenv("SECRET"))
	if secret == "" {
		log.Fatal("give it the secret that you were shown when the integration was made: receiver whsec_…")
	}
	var seen sync.Map // of ids; keep yours in your database
	http.HandleFunc("POST /hook", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || !signed(r.Header, body, secret, time.Now()) {
			http.Error(w, "the signature does not fit", http.StatusUnauthorized)
			log.Print("refused: the signature does not fit")
			return
		}
		var event struct{ ID, Type string }
		if err := json.Unmarshal(body, &event); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent) // before the work: the answer is due within 20 seconds
		if _, again := seen.LoadOrStore(event.ID, true); !again {
			fmt.Printf("%s %s, the signature fits: %s\n", event.Type, event.ID, body)
		}
	})
	address := "127.0.0.1:" + cmp.Or(os.Getenv("PORT"), "9000")
	log.Printf("webhooks may come to http://%s/hook", address)
	log.Fatal((&http.Server{Addr: address, ReadHeaderTimeout: 5 * time.Second}).ListenAndServe())
}
