package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// request is what arrived at the endpoint of a function.
type request struct {
	at                        time.Time
	function, key, call, body string
}

// hook is a webhook that arrived.
type hook struct{ id, body string }

// acknowledged is a message that the API said it had stored.
type acknowledged struct{ author, id string }

// evidence is what the clients were told and what the receivers saw: all that a crash of the server cannot take away.
type evidence struct {
	mu        sync.Mutex // protects everything below
	threads   []opened
	messages  map[string][]acknowledged // by thread, in the order of acknowledgement for each author
	reminders map[string][]string       // acknowledged ones, by thread
	takeOvers map[string]int            // acknowledged ones, by thread
	approved  map[string]bool           // calls whose approval was asked for, acknowledged or not
	requests  []request
	hooks     []hook
	streamed  map[string][]event // by live follower
	faults    []string
}

// opened is a thread and where its events began.
type opened struct{ id, cursor string }

func newEvidence() *evidence {
	return &evidence{
		messages: map[string][]acknowledged{}, reminders: map[string][]string{}, takeOvers: map[string]int{},
		approved: map[string]bool{}, streamed: map[string][]event{},
	}
}

// note changes the evidence under its lock.
func (e *evidence) note(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
}

func (e *evidence) fault(format string, args ...any) {
	e.note(func() { e.faults = append(e.faults, fmt.Sprintf(format, args...)) })
}

// receiver is the customers' side of functions and webhooks: it writes down what arrives before it answers, after a
// small random delay. One in fifty answers of a function is lost.
type receiver struct {
	url    string
	log    *evidence
	secret string               // of the integration; set before there are threads
	held   func(r request) bool // whether a request waits until its sender is gone
}

func newReceiver(t *testing.T, log *evidence) *receiver {
	r := &receiver{log: log, held: func(request) bool { return false }}
	mux := http.NewServeMux()
	mux.HandleFunc("/call/{function}", r.call)
	mux.HandleFunc("POST /hook", r.hook)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

func (r *receiver) call(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // its sender died while it wrote: nothing has arrived
	}
	if req.Method == http.MethodGet {
		body = []byte(req.URL.Query().Get("what"))
	}
	got := request{time.Now(), req.PathValue("function"), req.Header.Get("Idempotency-Key"), req.Header.Get("X-Call"), string(body)}
	r.log.note(func() { r.log.requests = append(r.log.requests, got) })
	if r.held(got) {
		<-req.Context().Done()
		return
	}
	dawdle(20)
	if rand.IntN(50) == 0 {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"done":true}`) // the sender may be dead
}

func (r *receiver) hook(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	id := req.Header.Get("webhook-id")
	if !signedBy(r.secret, req.Header, body) {
		r.log.fault("webhook %s is not signed by the integration's secret", id)
	}
	var inside struct{ ID string }
	if err := json.Unmarshal(body, &inside); err != nil || inside.ID != id {
		r.log.fault("webhook %s has the body %s", id, body)
	}
	r.log.note(func() { r.log.hooks = append(r.log.hooks, hook{id, string(body)}) })
	dawdle(5)
	w.WriteHeader(http.StatusNoContent)
}

// signedBy verifies a webhook as Standard Webhooks has it.
func signedBy(secret string, h http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", h.Get("webhook-id"), h.Get("webhook-timestamp"), body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return slices.Contains(strings.Fields(h.Get("webhook-signature")), want)
}

// dawdle waits for a random time of up to most milliseconds.
func dawdle(most int) { time.Sleep(time.Duration(rand.IntN(most*1000+1)) * time.Microsecond) }
