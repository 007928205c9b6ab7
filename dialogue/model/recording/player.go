package recording

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Player answers requests from a recording, without network and key. It is safe for concurrent use.
type Player struct {
	recording *Recording

	mu   sync.Mutex // protects the field below
	used []bool     // by exchange
}

var _ http.RoundTripper = (*Player)(nil)

// NewPlayer returns a player of a recording, which it does not change.
func NewPlayer(r *Recording) *Player {
	return &Player{recording: r, used: make([]bool, len(r.Exchanges))}
}

// Client is a client for providers.
func (p *Player) Client() *http.Client { return client(p) }

// Unused counts the exchanges that nobody has asked for.
func (p *Player) Unused() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, used := range p.used {
		if !used {
			n++
		}
	}
	return n
}

// RoundTrip implements http.RoundTripper. A request gets the answer of the first unused exchange with the same method,
// path, query and body. JSON is compared by its meaning; parameters that carry secrets, and headers, are not compared.
// The error names the closest exchange and the first difference from it.
func (p *Player) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(req.Body)
		if err = errors.Join(err, req.Body.Close()); err != nil {
			return nil, err
		}
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	x, err := p.find(req.Method, req.URL, body)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", x.Status, http.StatusText(x.Status)), StatusCode: x.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: x.AnswerHeader.Clone(), ContentLength: -1, Request: req,
		Body: &played{ctx: req.Context(), chunks: x.Chunks, cut: x.Cut},
	}, nil
}

func (p *Player) find(method string, address *url.URL, body []byte) (*Exchange, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := method + " " + open(address)
	best, fewest, difference := -1, 0, ""
	for i := range p.recording.Exchanges {
		x := &p.recording.Exchanges[i]
		recorded := x.Method + " " + x.Target
		if u, err := url.Parse(x.Target); err == nil {
			recorded = x.Method + " " + open(u)
		}
		count, first := compareBodies(x.Body, body)
		if recorded != sent {
			count, first = count+1<<20, fmt.Sprintf("recorded %s, sent %s", recorded, sent)
		}
		if count == 0 && !p.used[i] {
			p.used[i] = true
			return x, nil
		}
		if best < 0 || count < fewest {
			best, fewest, difference = i, count, first
		}
	}
	switch {
	case best < 0:
		return nil, fmt.Errorf("the recording is empty; nothing answers %s", sent)
	case fewest == 0:
		return nil, fmt.Errorf("%s was sent more often than it was recorded: exchange %d is the same and was replayed already", sent, best+1)
	}
	return nil, fmt.Errorf("no exchange of the recording is %s with this body; the closest is exchange %d: %s; record again if the request has changed", sent, best+1, difference)
}

// open is path and query without the parameters that carry secrets.
func open(u *url.URL) string {
	query := u.Query()
	for name := range query {
		if isSecretParam(name) {
			query.Del(name)
		}
	}
	return strings.TrimSuffix(u.EscapedPath()+"?"+query.Encode(), "?")
}

// played is the body of an answer, one chunk a Read. One goroutine reads it, another may close it.
type played struct {
	ctx context.Context
	cut bool

	mu     sync.Mutex // protects the fields below
	chunks [][]byte
	rest   []byte // of the chunk that is being read
	closed bool
}

func (b *played) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return 0, errors.New("read of a closed body")
	case b.ctx.Err() != nil:
		return 0, b.ctx.Err()
	case len(p) == 0:
		return 0, nil
	}
	for len(b.rest) == 0 && len(b.chunks) > 0 {
		b.rest, b.chunks = b.chunks[0], b.chunks[1:]
	}
	switch {
	case len(b.rest) > 0:
		n := copy(p, b.rest)
		b.rest = b.rest[n:]
		return n, nil
	case b.cut:
		return 0, io.ErrUnexpectedEOF
	}
	return 0, io.EOF
}

func (b *played) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}

// Rechunked is the recording with its answers cut into pieces of so many bytes: providers must not care.
func (r *Recording) Rechunked(size int) *Recording {
	out := &Recording{Head: r.Head}
	for _, x := range r.Exchanges {
		whole := bytes.Join(x.Chunks, nil)
		x.Chunks = nil
		for len(whole) > 0 {
			n := min(max(size, 1), len(whole))
			x.Chunks = append(x.Chunks, whole[:n])
			whole = whole[n:]
		}
		out.Exchanges = append(out.Exchanges, x)
	}
	return out
}
