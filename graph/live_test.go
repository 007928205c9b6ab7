package graph_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"parley/ent/viewer"
)

const follow = `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { type sequence cursor ... on MessageCreated { message { text } } } }`

// stream is a subscription of a client.
type stream interface {
	// next returns the next event; ok is false when the stream has ended.
	next() (event map[string]any, ok bool)
	close()
}

type socket struct {
	t    *testing.T
	ctx  context.Context
	conn *websocket.Conn
}

func (a *api) socket(t *testing.T, key string, variables map[string]any) *socket {
	t.Helper()
	return a.socketFor(t, key, follow, variables)
}

func (a *api) socketFor(t *testing.T, key, document string, variables map[string]any) *socket {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, a.url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	s := &socket{t, ctx, conn}
	s.send(map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + key}})
	if ack, ok := s.read(); !ok || ack["type"] != "connection_ack" {
		t.Fatalf("connection_init answered %v", ack)
	}
	s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": document, "variables": variables}})
	return s
}

func (s *socket) send(m map[string]any) {
	s.t.Helper()
	if err := wsjson.Write(s.ctx, s.conn, m); err != nil {
		s.t.Fatal(err)
	}
}

func (s *socket) read() (map[string]any, bool) {
	for {
		var m map[string]any
		if err := wsjson.Read(s.ctx, s.conn, &m); err != nil {
			return nil, false
		}
		if m["type"] == "ping" {
			s.send(map[string]any{"type": "pong"})
			continue
		}
		return m, true
	}
}

func (s *socket) next() (map[string]any, bool) {
	m, ok := s.read()
	if !ok || m["type"] != "next" {
		return m, false
	}
	return m["payload"].(map[string]any), true
}

func (s *socket) close() { _ = s.conn.CloseNow() }

type eventSource struct {
	status int
	header http.Header
	id     string // of the last event
	lines  *bufio.Scanner
	cancel context.CancelFunc
}

func (a *api) eventSource(t *testing.T, key string, variables map[string]any) *eventSource {
	t.Helper()
	return a.eventSourceFor(t, key, follow, variables)
}

func (a *api) eventSourceFor(t *testing.T, key, document string, variables map[string]any) *eventSource {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	body, _ := json.Marshal(map[string]any{"query": document, "variables": variables})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Authorization", "Bearer "+key)
	t.Cleanup(cancel)
	return open(t, req)
}

// open sends the request of a stream.
func open(t *testing.T, req *http.Request) *eventSource {
	t.Helper()
	ctx, cancel := context.WithTimeout(req.Context(), 20*time.Second)
	res, err := http.DefaultClient.Do(req.WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = res.Body.Close() })
	return &eventSource{status: res.StatusCode, header: res.Header, lines: bufio.NewScanner(res.Body), cancel: cancel}
}

func (e *eventSource) next() (map[string]any, bool) {
	kind := ""
	for e.lines.Scan() {
		line := e.lines.Text()
		if k, ok := strings.CutPrefix(line, "event: "); ok {
			kind = k
		}
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			e.id = id
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && kind == "next" {
			var m map[string]any
			if err := json.Unmarshal([]byte(data), &m); err != nil {
				return nil, false
			}
			return m, true
		}
		if kind == "complete" {
			return nil, false
		}
	}
	return nil, false
}

func (e *eventSource) close() { e.cancel() }

func TestStreamsResumeWithoutAGap(t *testing.T) {
	dials := map[string]func(*api, *testing.T, string, map[string]any) stream{
		"websocket": func(a *api, t *testing.T, key string, v map[string]any) stream { return a.socket(t, key, v) },
		"sse":       func(a *api, t *testing.T, key string, v map[string]any) stream { return a.eventSource(t, key, v) },
	}
	each(t, func(t *testing.T, a *api) {
		for name, dial := range dials {
			threadID := a.thread(a.agent("A"))
			start := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")
			say := func(n int) {
				a.must(`mutation($t: ID!, $x: String!) { sendOperatorMessage(input: {threadId: $t, text: $x}) { message { id } } }`, map[string]any{"t": threadID, "x": fmt.Sprint(n)})
			}
			say(1) // between the snapshot and the subscription
			sequence, cursor := 1.0, start
			for round := range 3 { // cut twice, resumed by cursor
				s := dial(a, t, a.keys[viewer.App], map[string]any{"t": threadID, "after": cursor})
				for i := range 3 {
					if i > 0 || round > 0 {
						say(i)
					}
					payload, ok := s.next()
					if !ok {
						t.Fatalf("%s: the stream ended: %v", name, payload)
					}
					e, _ := payload["data"].(map[string]any)["threadEvents"].(map[string]any)
					if sequence++; e["sequence"] != sequence {
						t.Fatalf("%s: sequence %v, want %v", name, e["sequence"], sequence)
					}
					cursor = e["cursor"].(string)
				}
				s.close()
				say(100) // missed while cut
				_ = round
			}
		}
	})
}

func TestAStreamSaysWhenItCannotBegin(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		one, two := a.thread(a.agent("A")), a.thread(a.agent("B"))
		cursor := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": two}).text("thread", "cursor")
		for name, tt := range map[string]struct {
			variables map[string]any
			code      string
		}{
			"a forged cursor":            {map[string]any{"t": one, "after": "AAAA"}, "BAD_INPUT"},
			"a cursor of another thread": {map[string]any{"t": one, "after": cursor}, "BAD_INPUT"},
			"an unknown thread":          {map[string]any{"t": "thr_x"}, "NOT_FOUND"},
		} {
			s := a.eventSource(t, a.keys[viewer.App], tt.variables)
			payload, _ := s.next()
			if text := fmt.Sprint(payload["errors"]); !strings.Contains(text, tt.code) {
				t.Errorf("%s: %v, want %s", name, payload, tt.code)
			}
			s.close()
		}
	})
}

func TestASocketNeedsAKey(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		for name, init := range map[string]map[string]any{"none": nil, "wrong": {"authorization": "Bearer prl_nothing_that_was_ever_made_by_anyone"}} {
			conn, _, err := websocket.Dial(t.Context(), a.url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
			if err != nil {
				t.Fatal(err)
			}
			s := &socket{t, t.Context(), conn}
			s.send(map[string]any{"type": "connection_init", "payload": init})
			for {
				if _, _, err = conn.Read(t.Context()); err != nil {
					break
				}
			}
			if code := websocket.CloseStatus(err); code != 4403 {
				t.Errorf("%s: close code %d, want 4403 (%v)", name, code, err)
			}
			s.close()
		}
		_, res, err := websocket.Dial(t.Context(), a.url, &websocket.DialOptions{
			Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {"https://evil.example"}},
		})
		if err == nil || res == nil || res.StatusCode != http.StatusForbidden {
			t.Errorf("a page of another origin opened a socket: %v", err)
		}
	})
}

func TestAStreamEndsWithItsKey(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		r := a.must(`mutation { createApiKey(input: {name: "k", role: APP}) { key apiKey { id } } }`, nil)
		s := a.socket(t, r.text("createApiKey", "key"), map[string]any{"t": threadID})
		a.must(`mutation($k: ID!) { revokeApiKey(input: {id: $k}) { apiKey { id } } }`, map[string]any{"k": r.text("createApiKey", "apiKey", "id")})
		begin := time.Now()
		if m, ok := s.next(); ok {
			t.Errorf("the stream went on: %v", m)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("the stream lived %v after its key", took)
		}
		s.close()
	})
}
