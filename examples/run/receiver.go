package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

const maxHook = 1 << 20

// Hook is a webhook that arrived, the first time it did.
type Hook struct {
	ID, Integration string
	Body            map[string]any
}

// Thread is the thread it belongs to, "" for none.
func (h Hook) Thread() string {
	id, _ := h.Body["thread_id"].(string)
	return id
}

// Type is the type of its event.
func (h Hook) Type() string {
	name, _ := h.Body["type"].(string)
	return name
}

// Sequence is its place in the thread, 0 without one.
func (h Hook) Sequence() int {
	number, _ := h.Body["sequence"].(float64)
	return int(number)
}

// Receiver takes webhooks on loopback, at /name of an integration. It checks every signature and drops repetitions by
// their webhook-id, as each receiver should. It is safe for concurrent use.
type Receiver struct {
	URL string

	server *http.Server
	logs   *Journal
	screen *Screen

	mu       sync.Mutex // protects everything below
	secrets  map[string][]string
	seen     map[string]bool   // integration and webhook-id
	byThread map[string][]Hook // in the order of arrival
	wake     map[string]chan struct{}
	faults   []string
}

// StartReceiver listens on addr until Stop.
func StartReceiver(ctx context.Context, addr string, logs *Journal, screen *Screen) (*Receiver, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	r := &Receiver{
		URL: "http://" + listener.Addr().String(), logs: logs, screen: screen,
		secrets: map[string][]string{}, seen: map[string]bool{}, byThread: map[string][]Hook{}, wake: map[string]chan struct{}{},
	}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = r.server.Serve(listener) }() // ends with Stop
	return r, nil
}

// Stop hangs up.
func (r *Receiver) Stop() { _ = r.server.Close() }

// Trust lets an integration sign with one more secret.
func (r *Receiver) Trust(integration, secret string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets[integration] = append(r.secrets[integration], secret)
	return r.logs.Secrets(maps.Clone(r.secrets))
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxHook))
	if err != nil {
		http.Error(w, "the body broke off", http.StatusBadRequest)
		return
	}
	integration := strings.Trim(request.URL.Path, "/")
	fault := r.take(integration, request.Header, body)
	if fault != "" {
		http.Error(w, fault, http.StatusUnauthorized)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (r *Receiver) take(integration string, header http.Header, body []byte) (fault string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	hook := Hook{ID: header.Get("webhook-id"), Integration: integration}
	err := checkSignature(r.secrets[integration], header, body, time.Now())
	if err == nil {
		if err = json.Unmarshal(body, &hook.Body); err == nil && hook.Body["id"] != hook.ID {
			err = fmt.Errorf("its body has the id %v", hook.Body["id"])
		}
	}
	if err != nil {
		fault = fmt.Sprintf("webhook %s to %s: %v", hook.ID, integration, err)
		r.faults = append(r.faults, fault)
	}
	key := integration + " " + hook.ID
	r.logs.Write("webhooks", map[string]any{
		"integration": integration, "id": hook.ID, "type": hook.Type(), "thread": hook.Thread(), "sequence": hook.Sequence(),
		"repeated": r.seen[key], "fault": fault, "headers": flat(header), "body": string(body),
	})
	if fault != "" || r.seen[key] {
		return fault
	}
	r.seen[key] = true
	thread := hook.Thread()
	r.byThread[thread] = append(r.byThread[thread], hook)
	r.screen.Hook(hook)
	if wake := r.wake[thread]; wake != nil {
		close(wake)
		delete(r.wake, thread)
	}
	return ""
}

func flat(header http.Header) map[string]string {
	lines := map[string]string{}
	for name := range header {
		lines[strings.ToLower(name)] = header.Get(name)
	}
	return lines
}

// Hooks returns what arrived for a thread, and a channel that is closed when more does.
func (r *Receiver) Hooks(thread string) ([]Hook, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wake[thread] == nil {
		r.wake[thread] = make(chan struct{})
	}
	return append([]Hook(nil), r.byThread[thread]...), r.wake[thread]
}

// Faults are webhooks that could not be trusted, one sentence each.
func (r *Receiver) Faults() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.faults...)
}
