package gemini

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"parley/outbound"

	"parley/dialogue/model/remote"
)

// exchange is what a request and its answer show beyond what the client tells. One goroutine uses it.
type exchange struct {
	stream bool // whether a stream is awaited

	status     int           // of the answer; 0 if there was none
	retryAfter time.Duration // of its header
	failure    error         // why there was no answer, or why it ended before its end
	events     []json.RawMessage
	body       io.Closer
	late       *time.Timer // closes the body, once the answer has come to its end
}

type exchangeKey struct{}

func newContext(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// event returns the next piece of the answer as it came; nil if there is none.
func (x *exchange) event() json.RawMessage {
	if len(x.events) == 0 {
		return nil
	}
	next := x.events[0]
	x.events = x.events[1:]
	return next
}

// lingerFor is how long a server may keep a stream open behind the answer's end.
const lingerFor = time.Second

// leaveSoon ends the connection after a while, unless leave comes first.
func (x *exchange) leaveSoon() {
	if x.late == nil {
		x.late = time.AfterFunc(lingerFor, func() { _ = x.body.Close() })
	}
}

func (x *exchange) leave() {
	if x.late != nil {
		x.late.Stop()
	}
}

// courier carries the client's requests, and stands between it and what servers send: the client would read without
// bound, stop at comments of a stream, and write the errors of connections to the log.
type courier struct{ client Doer }

var _ http.RoundTripper = courier{}

// RoundTrip implements http.RoundTripper.
func (c courier) RoundTrip(req *http.Request) (*http.Response, error) {
	x, _ := req.Context().Value(exchangeKey{}).(*exchange)
	if x == nil {
		x = &exchange{}
	}
	req = req.Clone(req.Context())
	req.Header.Set("Accept-Encoding", "identity") // compression would hold deltas back
	res, err := c.client.Do(req)
	if err != nil {
		x.failure = err
		return nil, err
	}
	x.status, x.body = res.StatusCode, res.Body
	x.retryAfter, _ = outbound.RetryAfter(res.Header, time.Now())
	switch {
	case res.StatusCode < 200 || res.StatusCode > 299:
		body := &refusal{in: io.LimitReader(res.Body, maxErrorBody), body: res.Body}
		body.late = time.AfterFunc(remote.ErrorBodyWithin, func() { _ = body.body.Close() })
		res.Body = body
	case x.stream:
		res.Body = newEvents(res.Body, x)
	default:
		res.Body = &whole{body: res.Body, x: x}
	}
	return res, nil
}

// refusal is the body of an error: its beginning, as far as it comes in time.
type refusal struct {
	in   io.Reader
	body io.Closer
	late *time.Timer
}

func (r *refusal) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	if err != nil {
		err = io.EOF // the status is enough
	}
	return n, err
}

func (r *refusal) Close() error {
	r.late.Stop()
	return r.body.Close()
}

// whole is the body of an answer in one piece, which becomes the exchange's one event.
type whole struct {
	body io.ReadCloser
	x    *exchange
	read bytes.Buffer
}

func (w *whole) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	w.read.Write(p[:n])
	switch {
	case w.read.Len() > maxAnswer:
		w.x.failure = errAnswer
		return 0, errAnswer
	case errors.Is(err, io.EOF):
		w.x.events = append(w.x.events, w.read.Bytes())
		if bytes.HasPrefix(bytes.TrimSpace(w.read.Bytes()), []byte("<")) {
			w.x.failure = errPage
		}
	case err != nil:
		w.x.failure = err
	}
	return n, err
}

func (w *whole) Close() error { return w.body.Close() }
