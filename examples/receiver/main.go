// Command receiver is the smallest receiver of webhooks: it prints what comes, and says whether its signature fits.
//
//	go run ./examples/receiver [whsec_…]
//
// Give it the secret that the console shows when the integration is made; without one it prints all the same.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	tolerance = 5 * time.Minute
	maxBody   = 1 << 20
)

func main() {
	listen := flag.String("listen", "127.0.0.1:9000", "address to listen on")
	flag.Parse()
	server := &http.Server{Addr: *listen, Handler: receiver(flag.Arg(0), time.Now, log.Writer()), ReadHeaderTimeout: 5 * time.Second}
	log.Printf("webhooks may come to http://%s/hook", *listen)
	log.Fatal(server.ListenAndServe())
}

// receiver prints each webhook to out. With a secret it refuses those that it has not signed.
func receiver(secret string, now func() time.Time, out io.Writer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "the body cannot be read", http.StatusBadRequest)
			return
		}
		verdict := "not verified: start it with the secret"
		if secret != "" {
			if !verify(r.Header, body, secret, now()) {
				http.Error(w, "the signature does not fit", http.StatusUnauthorized)
				fmt.Fprintln(out, "refused: the signature does not fit")
				return
			}
			verdict = "the signature fits"
		}
		fmt.Fprintf(out, "%s (%s)\n  %s\n", r.Header.Get("Webhook-Id"), verdict, body)
		w.WriteHeader(http.StatusNoContent)
	})
}

// verify says whether body was signed with secret ("whsec_…") less than five minutes ago.
func verify(h http.Header, body []byte, secret string, now time.Time) bool {
	seconds, err := strconv.ParseInt(h.Get("Webhook-Timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("Webhook-Id"), seconds, body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return slices.ContainsFunc(strings.Fields(h.Get("Webhook-Signature")), func(got string) bool { return hmac.Equal([]byte(got), []byte(want)) })
}
