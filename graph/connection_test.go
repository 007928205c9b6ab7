package graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"parley/access"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/graph"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

// dial opens a socket and sends what may be a connection_init.
func (a *api) dial(t *testing.T, first any) *socket {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, a.url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	s := &socket{t, ctx, conn}
	s.send(map[string]any{"type": "connection_init", "payload": first})
	return s
}

// admitted is a socket that was let in with a key.
func (a *api) admitted(t *testing.T, key string) *socket {
	t.Helper()
	s := a.dial(t, map[string]any{"authorization": "Bearer " + key})
	if ack, ok := s.read(); !ok || ack["type"] != "connection_ack" {
		t.Fatalf("connection_init answered %v", ack)
	}
	return s
}

// rest reads a socket to its end: the messages that still came, and how it was closed.
func (s *socket) rest() (messages []string, end websocket.CloseError) {
	for {
		var m map[string]any
		if err := wsjson.Read(s.ctx, s.conn, &m); err != nil {
			if !errors.As(err, &end) {
				s.t.Errorf("the socket broke off: %v", err)
			}
			return messages, end
		}
		if m["type"] != "ping" {
			messages = append(messages, fmt.Sprint(m))
		}
	}
}

// rest reads an answer of server-sent events to its end.
func (e *eventSource) rest() (lines []string) {
	for e.lines.Scan() {
		if line := e.lines.Text(); line != "" && line != ":" {
			lines = append(lines, line)
		}
	}
	return lines
}

// newKey makes a key, and a func that revokes it.
func (a *api) newKey(role viewer.Role) (key string, revoke func()) {
	a.t.Helper()
	r := a.must(fmt.Sprintf(`mutation { createApiKey(input: {name: "k", role: %s}) { key apiKey { id } } }`, role), nil)
	return r.text("createApiKey", "key"), func() {
		a.must(`mutation($k: ID!) { revokeApiKey(input: {id: $k}) { apiKey { id } } }`, map[string]any{"k": r.text("createApiKey", "apiKey", "id")})
	}
}

func TestASocketDoesNothingAfterItsKeyIsRevoked(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		key, revoke := a.newKey(viewer.Admin)
		s := a.admitted(t, key)
		s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": `{ viewer { role } }`}})
		if m, _ := s.read(); m["type"] != "next" {
			t.Fatalf("before: %v", m)
		}
		_, _ = s.read() // complete
		revoke()
		s.send(map[string]any{"type": "subscribe", "id": "2", "payload": map[string]any{
			"query": `mutation { createApiKey(input: {name: "backdoor", role: ADMIN}) { key } }`,
		}})
		messages, end := s.rest()
		if len(messages) > 0 || end.Code != 4403 {
			t.Errorf("after: %v, closed with %v, want 4403 and nothing else", messages, end)
		}
		if all := a.must(`{ apiKeys { edges { node { name } } } }`, nil).raw; strings.Contains(all, "backdoor") {
			t.Errorf("the mutation ran: %s", all)
		}
	})
}

func TestAnIdleSocketEndsWithItsKey(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		key, revoke := a.newKey(viewer.App)
		s := a.admitted(t, key)
		revoke()
		begin := time.Now()
		messages, end := s.rest()
		if took := time.Since(begin); len(messages) > 0 || end.Code != 4403 || took > 5*time.Second {
			t.Errorf("after %v: %v, closed with %v, want 4403 within seconds", took, messages, end)
		}
	})
}

func TestASocketAndAStreamEndWithTheirToken(t *testing.T) {
	keys, err := seal.Parse(seal.Generate())
	if err != nil {
		t.Fatal(err)
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		a := newAPI(t, db, func(o *graph.Options) { o.Access = access.New(o.Log, keys) })
		threadID := a.thread(a.agent("A"))
		// As package access makes tokens, but shorter than it would.
		payload := fmt.Sprintf(`{"w":%q,"t":%q,"e":%q}`, a.workspace, threadID, ms.Now().Add(2*time.Second).String())
		token := "prt_" + keys.Token("thread token 1", []byte(payload))
		s := a.admitted(t, token)
		e := a.eventSource(t, token, map[string]any{"t": threadID})
		if messages, end := s.rest(); len(messages) > 0 || end.Code != 4403 {
			t.Errorf("socket: %v, closed with %v, want 4403", messages, end)
		}
		if lines := strings.Join(e.rest(), "\n"); !strings.Contains(lines, "UNAUTHENTICATED") || strings.Contains(lines, "complete") {
			t.Errorf("events: %s", lines)
		}
	})
}

func TestAClientThatDoesNotReadIsCut(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		s := a.admitted(t, a.keys[viewer.App])
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		ping := map[string]any{"type": "ping", "payload": map[string]any{"x": strings.Repeat("x", 200_000)}} // a pong repeats it
		for ctx.Err() == nil && wsjson.Write(ctx, s.conn, ping) == nil {
		}
		if ctx.Err() != nil {
			t.Error("the server still waits for a client that does not read")
		}
	})
}

// breaks are the ways in which the server ends streams that have not come to an end.
var breaks = map[string]struct {
	do   func(a *api, revoke func())
	code websocket.StatusCode
	last string // the code of the last event of server-sent events; empty if there is none
}{
	"the key is revoked":     {func(_ *api, revoke func()) { revoke() }, 4403, "UNAUTHENTICATED"},
	"the database goes away": {func(a *api, _ func()) { _ = a.db.Close() }, websocket.StatusTryAgainLater, "INTERNAL"},
	"the server stops":       {func(a *api, _ func()) { a.handler.EndStreams() }, websocket.StatusServiceRestart, ""},
}

func TestAStreamThatIsCutNeverCompletes(t *testing.T) {
	for name, b := range breaks {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, a *api) {
				threadID := a.thread(a.agent("A"))
				key, revoke := a.newKey(viewer.App)
				// From a cursor on: a stream from "now" on may begin after the tag.
				from := map[string]any{"t": threadID, "after": a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")}
				s := a.socket(t, key, from)
				t.Cleanup(s.close)
				e := a.eventSource(t, key, from)
				a.must(`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "vip"}) { thread { id } } }`, map[string]any{"t": threadID})
				for _, s := range []stream{s, e} {
					if m, ok := s.next(); !ok {
						t.Fatalf("the stream did not begin: %v", m)
					}
				}
				b.do(a, revoke)
				messages, end := s.rest()
				if len(messages) > 0 || end.Code != b.code || strings.Contains(end.Reason, "sql") {
					t.Errorf("socket: %v, closed with %v, want %d and nothing else", messages, end, b.code)
				}
				lines := strings.Join(e.rest(), "\n")
				if strings.Contains(lines, "complete") || strings.Contains(lines, "sql") || !strings.Contains(lines, b.last) || b.last == "" && lines != "" {
					t.Errorf("events: %s\nwant a last one with %q and no `complete`", lines, b.last)
				}
				select {
				case <-a.handler.EndStreams():
				case <-time.After(5 * time.Second):
					t.Error("streams that have ended are kept open")
				}
			})
		})
	}
}

func TestAStreamWithAHoleBeforeItEndsWithCursorExpired(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		cursor := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")
		s := a.socket(t, a.keys[viewer.App], map[string]any{"t": threadID, "after": cursor})
		t.Cleanup(s.close)
		e := a.eventSource(t, a.keys[viewer.App], map[string]any{"t": threadID, "after": cursor})
		a.must(`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "vip"}) { thread { id } } }`, map[string]any{"t": threadID})
		for _, s := range []stream{s, e} {
			if m, ok := s.next(); !ok {
				t.Fatalf("the stream did not begin: %v", m)
			}
		}
		a.db.Client.Thread.Update().AddLastSeq(1).ExecX(viewer.WorkerContext(t.Context(), a.workspace, "test")) // an event that is gone
		a.must(`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "late"}) { thread { id } } }`, map[string]any{"t": threadID})
		for name, s := range map[string]stream{"socket": s, "events": e} {
			m, _ := s.next()
			if text := fmt.Sprint(m); !strings.Contains(text, "CURSOR_EXPIRED") || !strings.Contains(text, "requestId") {
				t.Errorf("%s: %v, want CURSOR_EXPIRED", name, m)
			}
		}
		if m, _ := s.read(); m["type"] != "complete" {
			t.Errorf("the socket goes on with %v, want complete", m)
		}
		if lines := e.rest(); strings.Join(lines, "\n") != "event: complete\ndata:" {
			t.Errorf("the events go on with %q, want complete", lines)
		}
	})
}

func TestNoStreamBeginsWhileTheServerStops(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		<-a.handler.EndStreams()
		_, res, err := websocket.Dial(t.Context(), a.url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
		if err == nil || res == nil || res.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a socket: %v, want 503", err)
		}
		e := a.eventSource(t, a.keys[viewer.App], map[string]any{"t": threadID})
		if lines := strings.Join(e.rest(), "\n"); e.status != http.StatusServiceUnavailable || !strings.Contains(lines, "UNAVAILABLE") || strings.Contains(lines, "event:") {
			t.Errorf("a stream of events: %d %q, want 503", e.status, lines)
		}
		if r := a.do(a.keys[viewer.App], `{ viewer { role } }`, nil); r.code() != "" {
			t.Errorf("a query: %s", r.raw)
		}
	})
}

func TestASocketSpeaksOneProtocol(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		for name, offered := range map[string][]string{"the older one": {"graphql-ws"}, "none": nil, "a list without it": {"graphql-ws", "graphql-transport-ws2"}} {
			conn, _, err := websocket.Dial(t.Context(), a.url, &websocket.DialOptions{Subprotocols: offered})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != 4406 {
				t.Errorf("%s: %v, want 4406", name, err)
			}
		}
		conn, _, err := websocket.Dial(t.Context(), a.url, &websocket.DialOptions{Subprotocols: []string{"graphql-ws", "graphql-transport-ws"}})
		if err != nil || conn.Subprotocol() != "graphql-transport-ws" {
			t.Fatalf("offered both: %v", err)
		}
		_ = conn.CloseNow()
	})
}

func TestASocketTellsNothingOfFaults(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		_ = a.db.Close()
		messages, end := a.dial(t, map[string]any{"authorization": "Bearer prl_0123456789012345678901234567890123456789"}).rest()
		if len(messages) > 0 || end.Code != websocket.StatusTryAgainLater || end.Reason != "internal error" {
			t.Errorf("%v, closed with %v", messages, end)
		}
		if !strings.Contains(a.logs.String(), "database is closed") {
			t.Errorf("the log has no cause: %s", a.logs)
		}
	})
}

func TestASocketRefusesWhatIsNoProtocol(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		for _, payload := range []any{[]int{}, "text", 5} {
			if messages, end := a.dial(t, payload).rest(); len(messages) > 0 || end.Code != 4400 {
				t.Errorf("connection_init with %v: %v, closed with %v, want 4400", payload, messages, end)
			}
		}
		s := a.admitted(t, a.keys[viewer.App])
		s.send(map[string]any{"type": "nonsense"})
		if messages, end := s.rest(); len(messages) > 0 || end.Code != 4400 {
			t.Errorf("an unknown message: %v, closed with %v, want 4400", messages, end)
		}
	})
}
