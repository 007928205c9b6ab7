package graph_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/ent/viewer"
	"parley/graph"
)

// closing waits for a socket to be closed and returns the code.
func (s *socket) closing() websocket.StatusCode {
	ctx, cancel := context.WithTimeout(s.ctx, 15*time.Second)
	defer cancel()
	for {
		if _, _, err := s.conn.Read(ctx); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

// started opens a socket and sends connection_init.
func (a *api) started(t *testing.T, key string) *socket {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), a.url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	s := &socket{t, t.Context(), conn}
	s.send(map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + key}})
	return s
}

func TestOneCallerMayOpenSoMany(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		variables := map[string]any{"t": threadID}
		token := func() string {
			return a.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, variables).text("createThreadToken", "token")
		}
		for name, c := range map[string]struct {
			keys func() string
			most int
		}{
			"a key":              {func() string { return a.keys[viewer.App] }, 4},
			"tokens of a thread": {token, 2}, // together
		} {
			var open []stream
			for i := range c.most {
				if i%2 == 0 {
					s := a.started(t, c.keys())
					if m, ok := s.read(); !ok || m["type"] != "connection_ack" {
						t.Fatalf("%s, socket %d: %v", name, i, m)
					}
					open = append(open, s)
				} else {
					s := a.eventSource(t, c.keys(), variables)
					if s.status != http.StatusOK {
						t.Fatalf("%s, stream %d: %d", name, i, s.status)
					}
					open = append(open, s)
				}
			}
			if code := a.started(t, c.keys()).closing(); code != 1013 {
				t.Errorf("%s: a socket more is closed with %d", name, code)
			}
			more := a.eventSource(t, c.keys(), variables)
			if more.status != http.StatusTooManyRequests || more.header.Get("Retry-After") == "" {
				t.Errorf("%s: a stream more is answered with %d %v", name, more.status, more.header)
			}
			more.close()
			if r := a.do(c.keys(), `{ viewer { role } }`, nil); len(r.Errors) > 0 {
				t.Errorf("%s: a request besides: %s", name, r.raw)
			}
			if other := a.started(t, a.keys[viewer.Admin]); true { // another caller
				if m, ok := other.read(); !ok || m["type"] != "connection_ack" {
					t.Errorf("%s: another caller: %v", name, m)
				}
				other.close()
			}
			open[0].close() // makes room
			eventually(t, "there is room again", func() bool {
				s := a.started(t, c.keys())
				m, ok := s.read()
				s.close()
				return ok && m["type"] == "connection_ack"
			})
			for _, s := range open {
				s.close()
			}
		}
	}, func(o *graph.Options) { o.Limits = graph.LiveLimits{KeyConnections: 4, ThreadConnections: 2} })
}

func TestACustomerMaySendFewerMessages(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		token := a.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, map[string]any{"t": threadID}).text("createThreadToken", "token")
		for key, most := range map[string]int{token: 80, a.keys[viewer.App]: 200} {
			s := a.started(t, key)
			if m, ok := s.read(); !ok || m["type"] != "connection_ack" {
				t.Fatal(m)
			}
			s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": `{ viewer { role } }`}})
			heard := 0
			for i := range most - 1 { // subscribe is one
				s.send(map[string]any{"type": "complete", "id": fmt.Sprint("none", i)})
			}
			for heard < 2 {
				if m, ok := s.read(); !ok || !strings.Contains("next complete", fmt.Sprint(m["type"])) {
					t.Fatalf("with %d messages: %v", most, m)
				}
				heard++
			}
			for range most / 2 { // some time has passed
				_ = s.conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"pong"}`)) // it may be closed
			}
			if code := s.closing(); code != 4429 {
				t.Errorf("with more than %d messages it is closed with %d", most, code)
			}
		}
	}, func(o *graph.Options) { o.Limits = graph.LiveLimits{KeyMessages: 200, ThreadMessages: 80} })
}
