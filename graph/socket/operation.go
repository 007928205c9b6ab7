package socket

import (
	"context"
	"encoding/json"

	"github.com/gobwas/ws"
)

// Operation is what one subscribe asked for. It ends by Complete, by Error, when the client ends it, and with its socket;
// what is written afterwards goes nowhere. All methods may be called from anywhere.
type Operation struct {
	socket *Socket
	id     string
	begin  []byte // of each of its messages, up to the type
	others int
	ended  int
	stop   context.CancelFunc
	runs   bool // whether Run has not returned
}

// newOperation is called with the lock.
func newOperation(ctx context.Context, s *Socket, id string) (*Operation, context.Context) {
	ctx, stop := context.WithCancel(ctx)
	quoted, _ := json.Marshal(id) // a string: it cannot fail
	begin := append(append([]byte(`{"id":`), quoted...), `,"type":`...)
	return &Operation{socket: s, id: id, begin: begin, others: len(s.operations), ended: s.lingering, stop: stop, runs: true}, ctx
}

var (
	typeNext     = []byte(`"next","payload":`)
	typeError    = []byte(`"error","payload":`)
	typeComplete = []byte(`"complete"`)
	closing      = []byte(`}`)
)

// Next sends an answer, which is JSON and may be shared by many operations. It never waits: what the client does not take
// is kept, and a client that leaves too much of it is closed. Next says whether the operation goes on.
func (o *Operation) Next(answer []byte) bool {
	o.socket.mu.Lock()
	defer o.socket.mu.Unlock()
	o.next(answer)
	return o.live()
}

// Send is Next for whoever makes answers for this one client: it waits until the client has taken most of what there was, so
// that a slow one is served at its own pace. It says whether the answer was sent.
func (o *Operation) Send(ctx context.Context, answer []byte) bool {
	return o.socket.wait(ctx, func() { o.next(answer) })
}

// Ready waits as Send does, and sends nothing: it is asked before the next answer is made.
func (o *Operation) Ready(ctx context.Context) bool { return o.socket.wait(ctx, func() {}) }

func (o *Operation) next(answer []byte) {
	if o.live() {
		o.socket.send(ws.OpText, o.begin, typeNext, answer, closing)
	}
}

// Error ends the operation with a JSON list of GraphQL errors. No complete follows it.
func (o *Operation) Error(errors []byte) { o.last(typeError, errors, closing) }

// Complete ends the operation: there is nothing more to come.
func (o *Operation) Complete() { o.last(typeComplete, closing) }

func (o *Operation) last(pieces ...[]byte) {
	o.socket.mu.Lock()
	defer o.socket.mu.Unlock()
	if o.live() {
		o.remove()
		o.socket.send(ws.OpText, append([][]byte{o.begin}, pieces...)...)
	}
}

// Others is how many operations were live on the same socket when this one began.
func (o *Operation) Others() int { return o.others }

// Ended is how many operations of the same socket had ended when this one began, and were run still.
func (o *Operation) Ended() int { return o.ended }

// live says whether the operation goes on; the caller holds the lock.
func (o *Operation) live() bool { return o.socket.operations[o.id] == o && o.socket.reason() == nil }

// remove ends the operation; the caller holds the lock.
func (o *Operation) remove() {
	delete(o.socket.operations, o.id)
	if o.runs {
		o.socket.lingering++
	}
	o.stop()
}
