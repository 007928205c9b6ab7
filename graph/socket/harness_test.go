package socket

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(benchServer) != "" {
		serveBench()
		return
	}
	goleak.VerifyTestMain(m)
}

var errNo = errors.New("no")

// host plays what is behind a socket. An operation's query says what becomes of it.
type host struct {
	admit    chan struct{} // Admit waits for it; nil: it does not
	messages int           // that a client may send in a minute; 0: many

	mu   sync.Mutex
	live map[string]*Operation // by query, of operations that stay
}

func (h *host) Admit(ctx context.Context, payload json.RawMessage) (int, error) {
	if h.admit != nil {
		select {
		case <-h.admit:
		case <-ctx.Done():
		}
	}
	if string(payload) == `{"key":"wrong"}` {
		return 0, errNo
	}
	return cmp.Or(h.messages, 1_000_000), nil
}

func (h *host) Request(payload json.RawMessage) (*graphql.RawParams, error) {
	var p *graphql.RawParams
	if err := json.Unmarshal(payload, &p); err != nil || p == nil || p.Query == "" {
		return nil, errors.New("no request")
	}
	return p, nil
}

func (h *host) Run(ctx context.Context, o *Operation, params *graphql.RawParams) {
	switch params.Query {
	case "one":
		o.Next([]byte(`{"data":1}`))
		o.Complete()
		o.Complete() // nothing more
		o.Next([]byte(`{"data":2}`))
	case "wrong":
		o.Error([]byte(`[{"message":"wrong"}]`))
		o.Complete()
	case "flood": // at the pace of the client
		for o.Ready(ctx) {
			o.Send(ctx, []byte(`"`+strings.Repeat("x", 8000)+`"`))
		}
	case "large": // of which two are more than a backlog
		o.Send(ctx, []byte(`"`+strings.Repeat("x", 900_000)+`"`))
		o.Complete()
	default: // others write to it
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.live == nil {
			h.live = map[string]*Operation{}
		}
		h.live[params.Query] = o
	}
}

func (h *host) Closing(error) (uint16, string) { return CloseForbidden, "refused" }

func (h *host) operation(t *testing.T, query string) *Operation {
	t.Helper()
	for range 500 {
		h.mu.Lock()
		o := h.live[query]
		h.mu.Unlock()
		if o != nil {
			return o
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no operation %q", query)
	return nil
}

// hidden is a connection whose writes cannot be tried without waiting.
type hidden struct{ net.Conn }

// kind is how a connection is read and written.
type kind int

const (
	reading kind = iota // by a goroutine, and written without waiting
	watched             // watched by a Poller where there is one
	wrapped             // every write may wait, as with TLS
)

// serve starts a server of sockets and returns its address.
func serve(t *testing.T, h Host, k kind) (address string) {
	t.Helper()
	var running sync.WaitGroup
	base, stop := context.WithCancelCause(context.Background())
	options := Options{MaxMessage: 64 << 10}
	if k == watched {
		options.Poller = &Poller{}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := Accept(w, r, options)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if k == wrapped {
			s.conn = hidden{s.conn}
			s.out.try = tryer{}
		}
		ctx, end := context.WithCancelCause(base)
		running.Add(1)
		s.Serve(ctx, end, h, running.Done)
	}))
	t.Cleanup(func() {
		stop(errNo)
		server.Close()
		running.Wait()
	})
	return server.URL
}

// kinds runs a test with connections of all kinds.
func kinds(t *testing.T, test func(t *testing.T, k kind)) {
	t.Helper()
	for name, k := range map[string]kind{"read by a goroutine": reading, "polled": watched, "wrapped": wrapped} {
		t.Run(name, func(t *testing.T) { test(t, k) })
	}
}

// client is a client with a library that is not the server's.
type client struct {
	t    *testing.T
	ctx  context.Context
	conn *websocket.Conn
}

func dial(t *testing.T, address string, subprotocols ...string) *client {
	t.Helper()
	if subprotocols == nil {
		subprotocols = []string{Subprotocol}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{Subprotocols: subprotocols})
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(8 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &client{t, ctx, conn}
}

// say sends messages as they are.
func (c *client) say(messages ...string) *client {
	for _, m := range messages {
		_ = c.conn.Write(c.ctx, websocket.MessageText, []byte(m)) // the server may have closed
	}
	return c
}

// hear returns the next message, or how the socket was closed.
func (c *client) hear() string {
	_, text, err := c.conn.Read(c.ctx)
	if err != nil {
		return fmt.Sprint(int(websocket.CloseStatus(err)))
	}
	return string(text)
}

// expect reads messages and compares.
func (c *client) expect(want ...string) {
	c.t.Helper()
	for _, w := range want {
		if got := c.hear(); got != w {
			c.t.Fatalf("heard %.200s, want %s", got, w)
		}
	}
}

const (
	hello = `{"type":"connection_init"}`
	ack   = `{"type":"connection_ack"}`
)

func subscribe(id, query string) string {
	return fmt.Sprintf(`{"type":"subscribe","id":%q,"payload":{"query":%q}}`, id, query)
}
