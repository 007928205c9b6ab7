package scenario

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	webhookPath = "/-/webhook" // no function can have this name
	maxWebhook  = 4 << 20
	// unanswered is the status for a function that has no `answer` line.
	unanswered = 599
	// signatureAge is how far a webhook's time may be from ours.
	signatureAge = 5 * time.Minute
)

// receiver is a program on this machine that answers an agent's functions with the canned answers of a scenario and
// takes its webhooks.
type receiver struct {
	gate    *gate
	problem func(line int, text string)
	address string
	server  *http.Server
	done    chan struct{}

	mu      sync.Mutex // protects the fields below
	answers map[string][]answer
	secret  string
	faults  map[string]string // what is wrong with webhooks, by id
}

// newReceiver listens on loopback until close is called.
func newReceiver(ctx context.Context, g *gate, problem func(int, string)) (*receiver, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for functions and webhooks: %w", err)
	}
	r := &receiver{
		gate: g, problem: problem, address: "http://" + listener.Addr().String(), done: make(chan struct{}),
		answers: map[string][]answer{}, faults: map[string]string{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+webhookPath, r.takeWebhook)
	mux.HandleFunc("/{function}", r.answerCall)
	r.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(r.done)
		_ = r.server.Serve(listener) // it ends with close
	}()
	return r, nil
}

func (r *receiver) close() {
	_ = r.server.Close() // nobody is left who could want an answer
	<-r.done
}

// expect sets what functions are answered from now on.
func (r *receiver) expect(answers map[string][]answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, list := range answers {
		r.answers[name] = list
	}
}

// next returns the answer for one call: each in turn, and the last one for all that follow.
func (r *receiver) next(function string) (answer, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.answers[function]
	if len(list) == 0 {
		return answer{}, false
	}
	if len(list) > 1 {
		r.answers[function] = list[1:]
	}
	return list[0], true
}

func (r *receiver) answerCall(w http.ResponseWriter, q *http.Request) {
	_, _ = io.Copy(io.Discard, io.LimitReader(q.Body, maxWebhook))
	name := q.PathValue("function")
	a, ok := r.next(name)
	if !ok {
		r.problem(0, fmt.Sprintf("the function %s was called and has no answer line; write for instance: answer %s 200 {}", name, name))
		w.WriteHeader(unanswered)
		return
	}
	if a.hold && r.gate.pass(q.Context()) != nil {
		return
	}
	if a.lost {
		panic(http.ErrAbortHandler) // closes the connection
	}
	if a.body != "" {
		w.Header().Set("Content-Type", contentType(a.body))
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body) // the caller may be gone
}

func contentType(body string) string {
	if json.Valid([]byte(body)) {
		return "application/json"
	}
	return "text/plain; charset=utf-8"
}

// trust sets the secret with which webhooks are signed.
func (r *receiver) trust(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = secret
}

// fault returns what was wrong with the webhook of an event, or nothing.
func (r *receiver) fault(eventID string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.faults[eventID]
}

func (r *receiver) takeWebhook(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(io.LimitReader(q.Body, maxWebhook))
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		err = checkSignature(r.secret, q.Header, body, time.Now())
	}
	if err != nil {
		r.faults[q.Header.Get("webhook-id")] = err.Error()
		w.WriteHeader(http.StatusUnauthorized)
	}
}

// checkSignature verifies a webhook as the Standard Webhooks specification says.
func checkSignature(secret string, header http.Header, body []byte, now time.Time) error {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > signatureAge {
		return fmt.Errorf("webhook-id %q or webhook-timestamp %q is not good", id, timestamp)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return errors.New("there is no secret to check the signature with")
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", id, timestamp, body)
	for one := range strings.FieldsSeq(header.Get("webhook-signature")) {
		encoded, isV1 := strings.CutPrefix(one, "v1,")
		got, err := base64.StdEncoding.DecodeString(encoded)
		if isV1 && err == nil && hmac.Equal(got, mac.Sum(nil)) {
			return nil
		}
	}
	return fmt.Errorf("no signature fits: %q", header.Get("webhook-signature"))
}
