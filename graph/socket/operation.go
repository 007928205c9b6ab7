package socket

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/gobwas/ws"
)

// Operation is what one subscribe asked for. It ends by Complete, by Error, when the client ends it, and with its socket;
// what is written afterwards goes nowhere. All methods may be called from anywhere.
type Operation struct {
	socket *Socket
	begin  []byte             // of each of its messages, up to the type
	stop   context.CancelFunc // ends the context of Run; nil once that has returned
	then   func()             // called when it has ended; see OnEnd
	over   bool               // it has ended by itself, or by its client
	others uint32
	ended  uint32
}

// newOperation is called with the lock.
func newOperation(ctx context.Context, s *Socket, id string) (*Operation, context.Context) {
	ctx, stop := within(ctx)
	begin := beginOf(id)
	return &Operation{socket: s, begin: begin, others: uint32(len(s.operations)), ended: uint32(s.lingering), stop: stop}, ctx
}

// beginOf is how the messages of an operation begin. No other operation of the socket begins so.
func beginOf(id string) []byte {
	quoted, _ := json.Marshal(id) // a string: it cannot fail
	begin := make([]byte, 0, len(`{"id":,"type":`)+len(quoted))
	return append(append(append(begin, `{"id":`...), quoted...), `,"type":`...)
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

// NextOf is Next for several answers, which are written at once.
func (o *Operation) NextOf(answers []Answer) {
	s := o.socket
	s.mu.Lock()
	defer s.mu.Unlock()
	if !o.live() {
		return
	}
	b := scratch.Get().(*[]byte)
	*b = (*b)[:0]
	for i := range answers {
		*b = appendFrame(*b, ws.OpText, o.begin, typeNext, answers[i].JSON, closing)
	}
	s.write(b)
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
func (o *Operation) Others() int { return int(o.others) }

// Ended is how many operations of the same socket had ended when this one began, and were run still.
func (o *Operation) Ended() int { return int(o.ended) }

// OnEnd has f called once when the operation has ended, for whoever returns from Run and has others write to it. f runs in a
// goroutine of its own, which the socket waits for.
func (o *Operation) OnEnd(f func()) {
	s := o.socket
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.then = f; !o.live() {
		o.tell()
	}
}

// tell calls what OnEnd was given; the caller holds the lock.
func (o *Operation) tell() {
	if o.then != nil {
		o.socket.running.Go(o.then)
		o.then = nil
	}
}

// live says whether the operation goes on; the caller holds the lock.
func (o *Operation) live() bool { return !o.over && o.socket.reason() == nil }

// remove ends the operation; the caller holds the lock.
func (o *Operation) remove() {
	s := o.socket
	s.operations = slices.DeleteFunc(s.operations, func(other *Operation) bool { return other == o })
	if o.over = true; o.stop != nil {
		s.lingering++
		o.stop()
	}
	o.tell()
}

// returned takes note that Run has returned; the caller holds the lock. Nothing is left of its context.
func (o *Operation) returned() {
	if o.stop(); o.over {
		o.socket.lingering--
	}
	o.stop = nil
}
