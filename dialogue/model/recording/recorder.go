package recording

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
)

// Recorder sends requests on and keeps them with their answers, without secrets. It is safe for concurrent use.
type Recorder struct {
	next  http.RoundTripper
	scrub *scrubber

	mu        sync.Mutex // protects the fields below
	exchanges []*taken
	spoilt    error // why nothing can be saved
}

// taken is an exchange as it came, with its secrets.
type taken struct {
	Exchange
	size  int
	ended bool
}

var _ http.RoundTripper = (*Recorder)(nil)

// NewRecorder returns a recorder that sends by next. Secrets are the values that must never reach a file, such as the
// key; empty ones are ignored. The error says that one cannot be told from other text.
func NewRecorder(next http.RoundTripper, secrets ...string) (*Recorder, error) {
	scrub, err := newScrubber(secrets)
	if err != nil {
		return nil, err
	}
	return &Recorder{next: next, scrub: scrub}, nil
}

// Client is a client for providers. It follows no redirect, which would take the key along.
func (r *Recorder) Client() *http.Client { return client(r) }

func client(t http.RoundTripper) *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// RoundTrip implements http.RoundTripper. What cannot be recorded goes on all the same; Save then says why.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	x := &taken{Exchange: Exchange{Method: req.Method, Target: r.scrub.target(req.URL), Header: r.scrub.header(req.Header, keptOfRequest)}}
	r.add(x)
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err = errors.Join(err, req.Body.Close()); err != nil {
			r.spoil(errors.New("the body of a request could not be read"))
			return nil, err
		}
		if len(body) > MaxBody {
			r.spoil(fmt.Errorf("a request has %d bytes, more than %d", len(body), MaxBody))
		} else {
			x.Body = body
		}
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	res, err := r.next.RoundTrip(req)
	if err != nil {
		r.spoil(fmt.Errorf("%s %s got no answer", x.Method, x.Target))
		return nil, err
	}
	if coding := res.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		r.spoil(fmt.Errorf("the answer is compressed (%s), so that secrets in it cannot be found", coding))
	}
	r.mu.Lock()
	x.Status, x.AnswerHeader = res.StatusCode, r.scrub.header(res.Header, keptOfAnswer)
	r.mu.Unlock()
	res.Body = &recorded{body: res.Body, recorder: r, x: x}
	return res, nil
}

func (r *Recorder) add(x *taken) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.exchanges) == MaxExchanges {
		r.spoilt = errors.Join(r.spoilt, fmt.Errorf("there were more than %d requests", MaxExchanges))
	}
	if len(r.exchanges) <= MaxExchanges {
		r.exchanges = append(r.exchanges, x)
	}
}

func (r *Recorder) spoil(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.spoilt == nil {
		r.spoilt = err
	}
}

// Recording returns what was recorded so far. The error says what makes it incomplete - an answer that is still being
// read, a request without an answer, one that is too large - or where a secret still stands; it never repeats a secret.
func (r *Recorder) Recording(h Head) (*Recording, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.spoilt != nil {
		return nil, fmt.Errorf("nothing can be recorded of this run: %w", r.spoilt)
	}
	out := &Recording{Head: r.scrub.head(h)}
	for i, x := range r.exchanges {
		if !x.ended {
			return nil, fmt.Errorf("the answer of exchange %d was neither read to its end nor closed", i+1)
		}
		scrubbed := x.Exchange
		scrubbed.Body = []byte(r.scrub.text(string(x.Body)))
		scrubbed.Chunks = r.scrub.chunks(x.Chunks)
		out.Exchanges = append(out.Exchanges, scrubbed)
	}
	if err := r.scrub.leak(out); err != nil {
		return nil, err
	}
	return out, nil
}

// Save writes the recording to a file, whole or not at all, readable by its owner alone. The errors are those of
// Recording, and those of writing.
func (r *Recorder) Save(name string, h Head) error {
	recording, err := r.Recording(h)
	if err != nil {
		return fmt.Errorf("%s is not written: %w", name, err)
	}
	text := recording.String()
	if len(text) > MaxFile {
		return fmt.Errorf("%s is not written: it would have %d bytes, more than %d", name, len(text), MaxFile)
	}
	if err := writeFile(name, []byte(text)); err != nil {
		return fmt.Errorf("write a recording: %w", err)
	}
	return nil
}

// recorded is the body of an answer, kept as it is read. One goroutine reads it, another may close it.
type recorded struct {
	body     io.ReadCloser
	recorder *Recorder
	x        *taken
}

func (b *recorded) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	r := b.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	if b.x.ended {
		return n, err // closed meanwhile
	}
	if n > 0 {
		if b.x.size += n; b.x.size <= MaxBody {
			b.x.Chunks = append(b.x.Chunks, slices.Clone(p[:n]))
		} else if r.spoilt == nil {
			r.spoilt = fmt.Errorf("an answer has more than %d bytes", MaxBody)
		}
	}
	if err != nil {
		b.x.ended, b.x.Cut = true, !errors.Is(err, io.EOF)
	}
	return n, err
}

// Close ends the recording of the answer: a reader that has what it wants is no broken connection.
func (b *recorded) Close() error {
	b.recorder.mu.Lock()
	b.x.ended = true
	b.recorder.mu.Unlock()
	return b.body.Close()
}
