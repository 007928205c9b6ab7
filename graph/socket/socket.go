package socket

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gobwas/ws"
)

// Codes that a socket closes with, besides those of RFC 6455. The npm package graphql-ws connects again by itself after
// 4403, 4408, 4499, 1012 and 1013, and never after the others.
const (
	CloseBadRequest   = 4400 // the client sent what the protocol does not have
	CloseUnauthorized = 4401 // subscribe before the acknowledgement
	CloseForbidden    = 4403 // the key is refused, revoked or has expired
	CloseSubprotocol  = 4406 // our subprotocol was not offered
	CloseInitTimeout  = 4408 // no connection_init in time
	CloseDuplicate    = 4409 // subscribe with the id of an operation that is live
	CloseTooMany      = 4429 // a second connection_init, or more messages than a client may send
	CloseTerminated   = 4499 // the client is too slow, or does not answer
	CloseStopping     = uint16(ws.StatusCode(1012))
	CloseTryAgain     = uint16(ws.StatusCode(1013))
)

// How long a socket waits, for what.
const (
	// InitTimeout is for connection_init.
	InitTimeout = 5 * time.Second
	// pingAfter is how long a client may be silent before it is asked whether it is there, and pongAfter how long it may
	// take to answer.
	pingAfter = 25 * time.Second
	pongAfter = 8 * time.Second
	// closeTimeout bounds saying goodbye.
	closeTimeout = 3 * time.Second
)

// firstMessages is how many messages a client may send in a minute that was not admitted yet.
const firstMessages = 60

// CloseError is a reason to close that says itself how.
type CloseError struct {
	Code uint16
	Text string
}

// Error implements error.
func (e *CloseError) Error() string { return e.Text }

// Gone says whether it was the client that closed, or the network.
func (e *CloseError) Gone() bool { return e == errGone }

// Host is what stands behind one socket. Its methods are called from several goroutines, but Admit at most once.
type Host interface {
	// Admit takes the payload of connection_init, which is an object, or nil, and says how many messages the client may send
	// in a minute from then on, or all of them at once. No operation begins before it has returned; an error ends the socket
	// for that reason.
	Admit(ctx context.Context, payload json.RawMessage) (messages int, err error)
	// Request reads the payload of subscribe. An error closes the socket with 4400 and its text.
	Request(payload json.RawMessage) (*graphql.RawParams, error)
	// Run executes an operation until ctx ends, which it does with the operation. It may also return earlier and have others
	// write to the operation, whose end OnEnd tells; ctx ends then.
	Run(ctx context.Context, o *Operation, params *graphql.RawParams)
	// Closing says with what a socket closes that has ended for a reason that is no [CloseError].
	Closing(reason error) (code uint16, text string)
}

// state is how far a client has come.
type state int

const (
	waiting   state = iota // for connection_init
	admitting              // which Admit decides about
	admitted
)

// Socket is one connection.
type Socket struct {
	link
	host   Host
	in     reader
	speaks bool // whether the client offered our subprotocol

	// Protected by the lock of the link.
	state      state
	seen       time.Time // when the client was last heard
	messages   int       // how many it may send in a minute
	spent      time.Time // when it may send that many again
	operations []*Operation
	lingering  int // calls of Run that have not returned though their operations have ended
}

func newSocket(conn net.Conn, early []byte, most int, speaks bool) *Socket {
	s := &Socket{link: link{conn: conn}, speaks: speaks}
	s.in.begin(conn, early, most, s.control)
	s.out = outbox{mu: &s.mu, try: newTryer(conn)}
	return s
}

// Serve begins to talk with the client, and calls done when the connection is closed and all goroutines of the socket have
// ended. The socket ends with ctx, for its cause; end must end ctx, and is called with the reasons that are found here.
func (s *Socket) Serve(ctx context.Context, end context.CancelCauseFunc, host Host, done func()) {
	s.host, s.seen, s.messages = host, time.Now(), firstMessages
	s.watch()
	s.in.rests = s.seat != nil
	s.timer = time.AfterFunc(InitTimeout, s.look)
	settle := s.begin(ctx, end, s.close)
	if !s.speaks {
		end(&CloseError{CloseSubprotocol, "offer the subprotocol " + Subprotocol})
	}
	s.resume = func() {
		if !s.read(ctx) {
			return
		}
		settle()
		s.finish()
		done()
	}
	if !s.rest() {
		go s.resume()
	}
}

// read takes messages until the connection is closed, or until there are no more and the socket is parked: then it has not
// ended. The first may be waited for.
func (s *Socket) read(ctx context.Context) (ended bool) {
	s.in.acquire()
	for {
		message, err := s.in.next()
		var closes *CloseError
		switch {
		case errors.Is(err, errNothing): // a ping or pong, which was heard
		case err == nil && s.heard():
			s.work(ctx, message)
		case err == nil: // what is said after the end
		case errors.As(err, &closes) && !errors.Is(err, errGone):
			s.end(err)
			s.drop()
			return true
		default:
			s.end(errGone)
			return true
		}
		if s.rest() {
			return false
		}
		s.in.acquire()
	}
}

// work does what a message asks for. Where a goroutine reads it is done on another stack, so that its own stays small.
func (s *Socket) work(ctx context.Context, message []byte) {
	if s.seat != nil {
		s.take(ctx, message)
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.take(ctx, message)
	}()
	<-done
}

// rest parks the socket unless there is something to read in memory already.
func (s *Socket) rest() bool {
	if s.seat == nil || s.in.pending() {
		return false
	}
	s.in.release()
	return s.park()
}

// drop reads on after a frame that cannot be read, until the client has closed or closeTimeout cuts it: what lies unread
// when a connection is closed makes the network take back the close frame too.
func (s *Socket) drop() {
	var b [512]byte
	_ = s.conn.SetReadDeadline(time.Time{})
	for {
		if _, err := s.conn.Read(b[:]); err != nil {
			return
		}
	}
}

// ErrFlood ends a client that sends too many messages.
var ErrFlood = &CloseError{CloseTooMany, "this client sends too many messages: send fewer, or share them among several sockets"}

// heard notes that the client has sent something, and says whether that matters still.
func (s *Socket) heard() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = time.Now()
	if s.spent.Before(s.seen) {
		s.spent = s.seen
	}
	s.spent = s.spent.Add(time.Minute / time.Duration(s.messages))
	if s.spent.Sub(s.seen) > time.Minute {
		s.end(ErrFlood)
	}
	return s.reason() == nil
}

// control answers pings of RFC 6455. It is called by the reader.
func (s *Socket) control(op ws.OpCode, payload []byte) {
	if !s.heard() || op != ws.OpPing {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(ws.OpPong, payload)
}

// look is called by the timer: it ends a client that does not begin or does not answer, and asks one that is silent.
func (s *Socket) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reason() != nil {
		return
	}
	if s.state == waiting {
		s.end(&CloseError{CloseInitTimeout, "no connection_init came in time"})
		return
	}
	switch silent := time.Since(s.seen); {
	case silent >= pingAfter+pongAfter:
		s.end(&CloseError{CloseTerminated, "this client does not answer pings"})
	case silent >= pingAfter:
		s.send(ws.OpText, []byte(`{"type":"ping"}`))
		s.timer.Reset(pingAfter + pongAfter - silent)
	default:
		s.timer.Reset(pingAfter - silent)
	}
}

// close says goodbye, once, with what belongs to the reason.
func (s *Socket) close(reason error) {
	var closes *CloseError
	if !errors.As(reason, &closes) {
		code, text := s.host.Closing(reason)
		closes = &CloseError{code, text}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer.Stop()
	s.timer = time.AfterFunc(closeTimeout, s.cut)
	for _, o := range s.operations {
		o.tell()
	}
	s.after(s.out.last(closeFrame(closes.Code, closes.Text)))
}

// send writes a frame; the caller holds the lock.
func (s *Socket) send(op ws.OpCode, pieces ...[]byte) {
	b := scratch.Get().(*[]byte)
	*b = appendFrame((*b)[:0], op, pieces...)
	s.write(b)
}
