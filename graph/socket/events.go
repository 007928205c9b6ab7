package socket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// keepAlive is how long an answer of server-sent events is silent at most: proxies cut what looks dead.
const keepAlive = 15 * time.Second

// Events is one answer of server-sent events: an operation whose answers are events, in the distinct connections mode of
// the npm package graphql-sse. Like a socket it never makes others wait.
type Events struct {
	link
	chunked bool
	sent    time.Time // protected by the lock of the link
}

// AcceptEvents begins to answer a request and takes the connection over: the handler should return. Until then nothing was
// written, and an error is the caller's to answer.
func AcceptEvents(w http.ResponseWriter, r *http.Request, o Options) (*Events, error) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, fmt.Errorf("take the connection over: %w", err)
	}
	e := newEvents(conn, r.ProtoAtLeast(1, 1))
	e.poller, e.out.held = o.Poller, o.Held
	header := w.Header().Clone()
	SetEventHeader(header)
	header.Set("Connection", "close")
	if e.chunked {
		header.Set("Transfer-Encoding", "chunked")
	}
	var answer bytes.Buffer
	fmt.Fprintf(&answer, "HTTP/%d.%d 200 OK\r\n", r.ProtoMajor, r.ProtoMinor)
	_ = header.Write(&answer) // to memory: it cannot fail
	answer.WriteString("\r\n")
	answer.Write(e.frame(nil, []byte(":\n\n"))) // so that proxies and clients see that it has begun
	_ = conn.SetDeadline(time.Now().Add(handshakeTimeout))
	if _, err := conn.Write(answer.Bytes()); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	_ = conn.SetDeadline(time.Time{}) // it fails when the client has gone, and reading says so
	return e, nil
}

func newEvents(conn net.Conn, chunked bool) *Events {
	e := &Events{link: link{conn: conn}, chunked: chunked}
	e.out = outbox{mu: &e.mu, try: newTryer(conn)}
	e.done = e.hangUp
	return e
}

// SetEventHeader says that an answer is events, which nobody in between may keep back.
func SetEventHeader(h http.Header) {
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
}

// Serve begins to run the operation, and calls done when the connection is closed and all goroutines of the answer have
// ended: when the operation has, ctx has, or the client has gone. An answer that has ended for a reason has what last returns
// for it as its last bytes.
func (e *Events) Serve(ctx context.Context, end context.CancelCauseFunc, run func(context.Context), last func(reason error) []byte, done func()) {
	e.mu.Lock()
	e.sent = time.Now()
	e.timer = time.AfterFunc(keepAlive, e.look)
	e.mu.Unlock()
	e.watch()
	settle := e.begin(ctx, end, func(reason error) { e.close(last(reason)) })
	e.running.Go(func() { run(ctx) })
	e.resume = func() {
		if !e.read() {
			return
		}
		end(errGone)
		settle()
		e.finish()
		done()
	}
	if !e.park() {
		go e.resume()
	}
}

// read waits for the client to go, or until the answer is parked: then it has not ended. A client says nothing more.
func (e *Events) read() (gone bool) {
	var b [64]byte
	for {
		if _, err := e.conn.Read(b[:]); err != nil {
			return true
		}
		if e.park() {
			return false
		}
	}
}

// Answer is one answer of an operation, which is JSON, and what a client resumes with behind it; empty: it cannot.
type Answer struct {
	ID   string
	JSON []byte
}

// Next sends an answer, which may be shared, with its id. It never waits, like that of an [Operation].
func (e *Events) Next(id string, answer []byte) { e.NextOf([]Answer{{id, answer}}) }

// NextOf is Next for several answers, which are written at once.
func (e *Events) NextOf(answers []Answer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.reason() != nil {
		return
	}
	var text []byte
	for _, a := range answers {
		text = AppendEvent(text, a.ID, a.JSON)
	}
	e.send(text)
}

// Send waits like that of an [Operation].
func (e *Events) Send(ctx context.Context, id string, answer []byte) bool {
	return e.wait(ctx, func() {
		if e.reason() == nil {
			e.send(AppendEvent(nil, id, answer))
		}
	})
}

// Ready is that of an [Operation].
func (e *Events) Ready(ctx context.Context) bool { return e.wait(ctx, func() {}) }

// Complete ends the answer: there is nothing more to come.
func (e *Events) Complete() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.reason() != nil {
		return
	}
	e.timer.Stop()
	e.after(e.out.end(e.finale([]byte(completeEvent))))
}

const completeEvent = "event: complete\ndata:\n\n" // without data browsers would not tell their pages

// AppendEvent appends the event that carries an answer.
func AppendEvent(b []byte, id string, answer []byte) []byte {
	b = append(b, "event: next\n"...)
	if id != "" {
		b = append(append(append(b, "id: "...), id...), '\n')
	}
	b = append(b, "data: "...)
	if bytes.ContainsAny(answer, "\r\n") { // between the values of JSON: inside of strings it has none
		answer = bytes.Map(func(r rune) rune {
			if r == '\r' || r == '\n' {
				return ' '
			}
			return r
		}, answer)
	}
	return append(append(b, answer...), "\n\n"...)
}

// AppendComplete appends the event that ends an answer.
func AppendComplete(b []byte) []byte { return append(b, completeEvent...) }

// frame appends text as the connection carries it.
func (e *Events) frame(b, text []byte) []byte {
	if !e.chunked || len(text) == 0 {
		return append(b, text...)
	}
	b = fmt.Appendf(b, "%x\r\n", len(text))
	return append(append(b, text...), "\r\n"...)
}

// finale is text and the end of the answer.
func (e *Events) finale(text []byte) []byte {
	b := e.frame(nil, text)
	if e.chunked {
		b = append(b, "0\r\n\r\n"...)
	}
	return b
}

// send writes text; the caller holds the lock.
func (e *Events) send(text []byte) {
	b := scratch.Get().(*[]byte)
	*b = e.frame((*b)[:0], text)
	e.sent = time.Now()
	e.write(b)
}

// look is called by the timer: it breaks a silence.
func (e *Events) look() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.reason() != nil || e.out.shut {
		return
	}
	if silent := time.Since(e.sent); silent < keepAlive {
		e.timer.Reset(keepAlive - silent)
		return
	}
	if !e.out.draining { // what waits breaks it, too
		e.send([]byte(":\n\n"))
	}
	e.timer.Reset(keepAlive)
}

// close ends an answer that has ended for a reason.
func (e *Events) close(text []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.leave()
	e.after(e.out.last(e.finale(text)))
}

// leave bounds what is left to do; the caller holds the lock.
func (e *Events) leave() {
	e.timer.Stop()
	e.timer = time.AfterFunc(closeTimeout, e.cut)
}

// hangUp says that nothing follows, and leaves it to the client to go: what closes at once may take back what it has not
// read yet.
func (e *Events) hangUp() {
	e.leave()
	if half, ok := e.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // the client may be gone
		return
	}
	_ = e.conn.Close()
}
