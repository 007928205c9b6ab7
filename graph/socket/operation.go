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
	stop   context.CancelFunc
}

// newOperation is called with the lock.
func newOperation(ctx context.Context, s *Socket, id string) (*Operation, context.Context) {
	ctx, stop := context.WithCancel(ctx)
	quoted, _ := json.Marshal(id) // a string: it cannot fail
	begin := append(append([]byte(`{"id":`), quoted...), `,"type":`...)
	return &Operation{socket: s, id: id, begin: begin, others: len(s.operations), stop: stop}, ctx
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
	if o.live() {
		o.socket.send(ws.OpText, o.begin, typeNext, answer, closing)
	}
	return o.live()
}

// Ready waits until the client has taken most of what was sent, and says whether the operation goes on. Whoever makes
// answers for this one client asks it before each, so that a slow client is served at its own pace.
func (o *Operation) Ready(ctx context.Context) bool { return o.socket.wait(ctx) }

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

// live says whether the operation goes on; the caller holds the lock.
func (o *Operation) live() bool { return o.socket.operations[o.id] == o && o.socket.reason() == nil }

// remove ends the operation; the caller holds the lock.
func (o *Operation) remove() {
	delete(o.socket.operations, o.id)
	o.stop()
}
