// Package modeltest is what every model provider must hold, as one suite. A provider's tests give it a Harness, which
// plays the vendor behind the provider:
//
//	func TestContract(t *testing.T) {
//		modeltest.Run(t, modeltest.Harness{Name: "acme", Start: start})
//	}
//
// docs/providers.md says how to add a provider.
package modeltest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/dialogue/model"
)

// Harness plays the backend of one provider.
type Harness struct {
	// Name is what the provider writes to Message.Provider.
	Name string

	// Start returns a provider whose backend plays the answers of b: the first request gets b.Next(), and so does every
	// one after it. What it starts ends with t, by t.Cleanup: servers, and idle connections of the provider, because
	// the suite looks for goroutines that are left. A backend that can see bodies of requests calls b.Saw with each,
	// before it answers.
	Start func(t *testing.T, b *Backend) model.Provider

	// Cannot names cases that the harness cannot play, each with the reason, which the skipped test shows. The names
	// are those of the sub-tests.
	Cannot map[string]string

	// Holds says whether the body of a request replays the bytes that the provider made of a part. Nil means that they
	// stand in it as they are; only a provider whose library rewrites them needs another way to look.
	Holds func(body []byte, wire json.RawMessage) bool
}

// Answer is what a backend says to one request, in its own form of words. The zero value is an answer without text.
// Pieces come in this order: Text, Calls, then the fault or the end with Reason and Usage. With a fault, Usage is what the
// vendor has counted before it, in the pieces of text, or beside a blocked request.
type Answer struct {
	Text   []string     // pieces, each in a message of its own
	Bytes  bool         // written to the connection byte by byte, each flushed
	Calls  []model.Call // an empty ID means that the backend gives none, where it can
	Broken bool         // a call that cannot be read, in the way the vendor's models fail
	Reason string       // Stop (also if empty), Tools, Length, Blocked or MalformedCall; in the vendor's word
	Usage  model.Usage
	Model  string // the model that answered; empty leaves it to the harness
	Fault  *Fault
}

// Fault is how an answer fails. With text before it, or InStream, it comes after the stream began.
type Fault struct {
	// Kind is the vendor's own way to say Auth, Quota, Overloaded, Retired, Invalid or KindBlocked. KindCut closes the connection in
	// the middle. Timeout says nothing more, and keeps the connection open, until the client goes away.
	Kind       model.Kind
	InStream   bool
	RetryAfter time.Duration // told with Quota; whole seconds
}

// Backend holds the answers of one case and what was asked. It is safe for concurrent use.
type Backend struct {
	mu      sync.Mutex // protects what follows
	answers []Answer
	next    int
	bodies  [][]byte
}

// NewBackend returns a backend that gives the answers in order, and the last one again for ever.
func NewBackend(answers ...Answer) *Backend { return &Backend{answers: answers} }

// Next returns the answer to the next request.
func (b *Backend) Next() Answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.answers[min(b.next, len(b.answers)-1)]
	b.next++
	return a
}

// Saw notes the body of a request.
func (b *Backend) Saw(body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bodies = append(b.bodies, bytes.Clone(body))
}

// last returns the body of the newest request; nil if the harness shows none.
func (b *Backend) last() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.bodies) == 0 {
		return nil
	}
	return b.bodies[len(b.bodies)-1]
}

func (h Harness) holds(body []byte, wire json.RawMessage) bool {
	if h.Holds != nil {
		return h.Holds(body, wire)
	}
	return bytes.Contains(body, wire)
}

// KeepsTypes holds that the exported methods and fields of types have nothing of a vendor's package, which is given with
// its dot, such as "genai.".
func KeepsTypes(t *testing.T, vendor string, exported ...reflect.Type) {
	t.Helper()
	keeps := func(name string, of reflect.Type) {
		if strings.Contains(of.String(), vendor) {
			t.Errorf("%s is %s: the vendor's types are the provider's own", name, of)
		}
	}
	for _, kind := range exported {
		for i := range kind.NumMethod() {
			keeps(kind.Method(i).Name, kind.Method(i).Type)
		}
		if kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		for _, field := range reflect.VisibleFields(kind) {
			if field.IsExported() {
				keeps(field.Name, field.Type)
			}
		}
	}
}
