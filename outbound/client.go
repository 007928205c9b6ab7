package outbound

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"
)

// Defaults of [Request] and [Options], and the fixed limits of the transport.
const (
	DefaultTimeout       = 15 * time.Second
	DefaultMaxBody       = 64 << 10
	DefaultHeaderTimeout = 15 * time.Second
	DefaultIdlePerHost   = 16

	dialTimeout   = 5 * time.Second // name resolution included
	tlsTimeout    = 5 * time.Second
	idleTimeout   = 30 * time.Second // shorter than most receivers', so that they rarely hang up first
	maxIdle       = 2048
	maxHeaderSize = 64 << 10
)

// Options sets up a [Client]. The zero value is usable and the strictest.
type Options struct {
	Guard *Guard // nil: the strictest policy

	// HeaderTimeout bounds the wait for the header of the answer, once the
	// request is written. Zero means DefaultHeaderTimeout, negative no bound but
	// the Request's own; a client whose requests may take longer must say so here.
	HeaderTimeout time.Duration

	IdlePerHost int            // connections kept per host; zero means DefaultIdlePerHost
	UserAgent   string         // where the request names none; zero means "Parley"
	Resolver    *net.Resolver  // nil means the system's
	RootCAs     *x509.CertPool // nil means the system's
}

// Client sends requests to addresses its [Guard] permits. It follows no
// redirect, uses no proxy, keeps no cookies, expands no compression, and
// verifies TLS (1.2 or newer) always. It is safe for concurrent use.
type Client struct {
	guard     *Guard
	transport *http.Transport
	userAgent string
}

// New returns a Client. Call CloseIdle when done with it.
func New(o Options) *Client {
	guard := cmp.Or(o.Guard, strict)
	dialer := &net.Dialer{Timeout: dialTimeout, ControlContext: guard.Control, Resolver: o.Resolver}
	return &Client{
		guard:     guard,
		userAgent: cmp.Or(o.UserAgent, "Parley"),
		transport: &http.Transport{
			Proxy: nil, // a proxy from the environment would dial in our place, past the guard
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := dialer.DialContext(ctx, network, addr)
				if err != nil {
					return nil, err
				}
				return &countedConn{Conn: conn}, nil
			},
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
			TLSHandshakeTimeout:    tlsTimeout,
			ResponseHeaderTimeout:  max(0, cmp.Or(o.HeaderTimeout, DefaultHeaderTimeout)),
			ExpectContinueTimeout:  time.Second,
			MaxResponseHeaderBytes: maxHeaderSize,
			DisableCompression:     true,
			ForceAttemptHTTP2:      true,
			// Without pings a connection gone silent would fail every request on it.
			HTTP2:               &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
			MaxIdleConns:        maxIdle,
			MaxIdleConnsPerHost: cmp.Or(o.IdlePerHost, DefaultIdlePerHost),
			IdleConnTimeout:     idleTimeout,
		},
	}
}

// Request is one call. Header and Body are only read.
type Request struct {
	Method string // empty means GET; CONNECT is refused
	URL    string // as CheckURL wants it
	Header http.Header
	Body   []byte

	// Timeout bounds the whole exchange, the body of the answer included. Zero
	// means DefaultTimeout.
	Timeout time.Duration

	// MaxBody is how much of the answer's body is kept. Zero means
	// DefaultMaxBody; negative keeps nothing.
	MaxBody int64
}

// Response is an answer, whatever its status: a redirect or a 500 is one too.
type Response struct {
	Status     int
	Header     http.Header
	Body       []byte // as sent: compressed if the receiver chose to compress
	Truncated  bool   // the body was longer than MaxBody; its connection was given up
	RemoteAddr string // the address that answered
	Phases     Phases
}

// Do sends r once and reads the answer. Exactly one result is nil, and the error
// is always an *[Error]. It blocks until the answer is read, r.Timeout has passed
// or ctx ends; the last two are KindTimeout or KindCancelled even if part of the
// body was read (Error.Response has it).
//
// One Do is at most one request on the wire: it never retries, and where
// net/http would, because a kept connection broke or an HTTP/2 receiver refused
// the stream, Do fails with KindClosed. The exception is a kept connection found
// dead before a byte was written; then another one is used.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	sendCtx, cancel := context.WithTimeout(ctx, cmp.Or(r.Timeout, DefaultTimeout))
	defer cancel()
	x := &exchange{cancel: cancel, start: time.Now()}
	req, err := c.build(httptrace.WithClientTrace(sendCtx, x.trace()), r)
	if err != nil {
		return nil, err
	}
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return nil, x.failure(ctx, sendCtx, err, nil)
	}
	defer res.Body.Close()
	out := &Response{Status: res.StatusCode, Header: res.Header}
	if res.StatusCode == http.StatusSwitchingProtocols {
		err = errors.New("unasked switch of protocols")
	} else {
		out.Body, out.Truncated, err = readBody(res.Body, r.MaxBody)
	}
	x.complete(out)
	if err != nil {
		return nil, x.failure(ctx, sendCtx, err, out)
	}
	return out, nil
}

// build turns r into a request of net/http; its error is an *Error.
func (c *Client) build(ctx context.Context, r Request) (*http.Request, error) {
	u, err := parseURL(r.URL, c.guard)
	if err != nil {
		return nil, &Error{Kind: KindRefused, Err: err}
	}
	if r.Method == http.MethodConnect {
		return nil, &Error{Kind: KindRequest, Err: errors.New("method CONNECT cannot be sent")}
	}
	var body io.Reader
	if len(r.Body) > 0 {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, u.String(), body)
	if err != nil {
		return nil, &Error{Kind: KindRequest, Err: err}
	}
	if r.Header != nil {
		req.Header = r.Header.Clone()
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", c.userAgent)
	}
	return req, nil
}

// readBody reads at most limit bytes and one more, to learn whether there are more.
func readBody(body io.Reader, limit int64) ([]byte, bool, error) {
	limit = min(max(0, cmp.Or(limit, DefaultMaxBody)), math.MaxInt64-1)
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	if int64(len(data)) > limit {
		return data[:limit], true, nil
	}
	return data, false, err
}

func (x *exchange) complete(res *Response) {
	x.mu.Lock()
	defer x.mu.Unlock()
	res.RemoteAddr, res.Phases = x.remote, x.phases()
}

// HTTPClient returns a client behind the same guard for libraries that want one,
// such as a model provider that streams. It follows no redirect, but has no
// total timeout and no limit on bodies, and net/http's own replays apply.
func (c *Client) HTTPClient() *http.Client {
	return &http.Client{
		Transport:     guarded{c},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// guarded applies the rules for URLs, which the dial hook cannot see.
type guarded struct{ c *Client }

var _ http.RoundTripper = guarded{}

func (g guarded) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := CheckURL(req.URL.String(), g.c.guard); err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	return g.c.transport.RoundTrip(req)
}

// CloseIdle closes the connections kept for later. Requests under way go on.
func (c *Client) CloseIdle() { c.transport.CloseIdleConnections() }
