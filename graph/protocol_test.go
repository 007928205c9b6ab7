package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"parley/ent/viewer"
	"parley/graph"
)

// TestOperationsOverASocket is what one subscribe hears, as the types of its messages and the code of its error.
func TestOperationsOverASocket(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		s := a.admitted(t, a.keys[viewer.Admin])
		for name, row := range map[string]struct {
			payload map[string]any
			types   string
			holds   string
		}{
			"a query":                                   {map[string]any{"query": `{ viewer { role } }`}, "next complete", `{"data":{"viewer":{"role":"ADMIN"}}}`},
			"one operation of two":                      {map[string]any{"query": `query A { viewer { role } } query B { viewer { name } }`, "operationName": "A"}, "next complete", `{"data":{"viewer":{"role":"ADMIN"}}}`},
			"a query with extensions":                   {map[string]any{"query": `{ viewer { role } }`, "extensions": map[string]any{"persistedQuery": map[string]any{"version": 1}}}, "next complete", `ADMIN`},
			"a mutation":                                {map[string]any{"query": `mutation($t: ID!) { addTag(input: {threadId: $t, tag: "vip"}) { thread { id } } }`, "variables": map[string]any{"t": threadID}}, "next complete", threadID},
			"an error beside data":                      {map[string]any{"query": `{ viewer { role } thread { id } }`}, "next complete", `BAD_INPUT`},
			"a mutation that fails":                     {map[string]any{"query": `mutation { deleteAgent(input: {id: "x"}) { id } }`}, "next complete", `NOT_FOUND`},
			"no GraphQL":                                {map[string]any{"query": `{`}, "error", `GRAPHQL_PARSE_FAILED`},
			"an unknown field":                          {map[string]any{"query": `{ nothing }`}, "error", `GRAPHQL_VALIDATION_FAILED`},
			"a variable that does not fit":              {map[string]any{"query": `query($n: Int) { threads(first: $n) { totalCount } }`, "variables": map[string]any{"n": "x"}}, "error", `GRAPHQL_VALIDATION_FAILED`},
			"a variable that is missing":                {map[string]any{"query": `query($t: ID!) { thread(id: $t) { id } }`}, "error", `GRAPHQL_VALIDATION_FAILED`},
			"an unknown operation":                      {map[string]any{"query": `query A { viewer { role } }`, "operationName": "B"}, "error", `GRAPHQL_VALIDATION_FAILED`},
			"a document that is too deep":               {map[string]any{"query": strings.Repeat("{a", 100) + strings.Repeat("}", 100)}, "error", `DOCUMENT_LIMIT_EXCEEDED`},
			"a document that costs too much":            {map[string]any{"query": `{ threads(first: 250) { edges { node { messages(first: 250) { edges { node { text } } } } } } }`}, "error", `COMPLEXITY_LIMIT_EXCEEDED`},
			"a subscription to nothing":                 {map[string]any{"query": follow, "variables": map[string]any{"t": "thr_x"}}, "error", `NOT_FOUND`},
			"a subscription with a cursor that is none": {map[string]any{"query": follow, "variables": map[string]any{"t": threadID, "after": "AAAA"}}, "error", `BAD_INPUT`},
		} {
			s.send(map[string]any{"type": "subscribe", "id": "1", "payload": row.payload})
			var types []string
			var all []byte
			for len(types) == 0 || types[len(types)-1] == "next" {
				m, ok := s.read()
				if !ok {
					t.Fatalf("%s: the socket has ended", name)
				}
				types = append(types, fmt.Sprint(m["type"]))
				text, _ := json.Marshal(m["payload"])
				all = append(all, text...)
			}
			if got := strings.Join(types, " "); got != row.types || !strings.Contains(string(all), row.holds) {
				t.Errorf("%s: %s %s, want %s with %s", name, got, all, row.types, row.holds)
			}
			if row.types == "error" && (!strings.Contains(string(all), `"requestId":"req_`) || strings.Contains(string(all), `"data"`)) {
				t.Errorf("%s: %s", name, all)
			}
		}
	})
}

func TestAClientEndsAnOperationAndUsesItsIDAgain(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		from := map[string]any{"t": threadID, "after": a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")}
		s := a.admitted(t, a.keys[viewer.App])
		for range 3 {
			s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": follow, "variables": from}})
			s.send(map[string]any{"type": "complete", "id": "1"})
		}
		s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": follow, "variables": from}})
		a.must(`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "vip"}) { thread { id } } }`, map[string]any{"t": threadID})
		for range 2 { // the tag, and that it is one event only
			if m, ok := s.next(); !ok {
				t.Fatalf("heard %v", m)
			} else if text := fmt.Sprint(m); strings.Contains(text, "sequence:2") {
				s.send(map[string]any{"type": "subscribe", "id": "2", "payload": map[string]any{"query": `{ viewer { role } }`}})
			} else if !strings.Contains(text, "APP") {
				t.Errorf("heard %v", m)
			}
		}
	})
}

func TestASocketHasALimitOfOperations(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		s := a.admitted(t, a.keys[viewer.App])
		begin := func(id string) {
			s.send(map[string]any{"type": "subscribe", "id": id, "payload": map[string]any{"query": follow, "variables": map[string]any{"t": threadID}}})
		}
		for i := range 50 {
			begin(fmt.Sprint(i))
		}
		begin("more")
		m, ok := s.read()
		if text := fmt.Sprint(m); !ok || m["type"] != "error" || m["id"] != "more" || !strings.Contains(text, "RATE_LIMITED") {
			t.Fatalf("the 51st: %v", m)
		}
		s.send(map[string]any{"type": "complete", "id": "7"})
		s.send(map[string]any{"type": "subscribe", "id": "7", "payload": map[string]any{"query": `{ viewer { role } }`}})
		if m, _ := s.read(); m["type"] != "next" || m["id"] != "7" {
			t.Errorf("in the place of one that has ended: %v", m)
		}
	})
}

func TestASocketIsRefusedToPagesOfOtherOrigins(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		own := strings.TrimPrefix(a.url, "http://")
		for origin, status := range map[string]int{
			"": 101, "http://" + own: 101, "https://app.example.com": 101,
			"https://evil.example": 403, "null": 403, "https://app.example.com.evil.example": 403, "http://app.example.com": 403, "https://evil.example/" + own: 403,
		} {
			header := http.Header{}
			if origin != "" {
				header.Set("Origin", origin)
			}
			conn, res, err := websocket.Dial(t.Context(), a.url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header})
			if err == nil {
				_ = conn.CloseNow()
			}
			if res == nil || res.StatusCode != status || status == 403 && !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
				t.Errorf("origin %q: %v, want %d", origin, err, status)
			}
		}
	}, origins("https://app.example.com"))
}

func TestAPanicStaysInsideItsOperation(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		s := a.admitted(t, a.keys[viewer.Admin])
		present := `mutation($t: ID!) { setPresence(input: {threadId: $t}) { expiresAt } }`
		for id, row := range map[string]struct{ query, holds string }{"1": {present, "INTERNAL"}, "2": {`{ viewer { role } }`, "ADMIN"}, "3": {present, "INTERNAL"}} {
			s.send(map[string]any{"type": "subscribe", "id": id, "payload": map[string]any{"query": row.query, "variables": map[string]any{"t": threadID}}})
			m, ok := s.read()
			if text := fmt.Sprint(m); !ok || m["type"] != "next" || m["id"] != id || !strings.Contains(text, row.holds) || strings.Contains(text, "nil pointer") {
				t.Errorf("%s: %v", row.query, m)
			}
			if m, ok := s.read(); !ok || m["type"] != "complete" {
				t.Errorf("%s: behind it came %v", row.query, m)
			}
		}
		if !strings.Contains(a.logs.String(), "nil pointer") {
			t.Error("the log does not tell of the panic")
		}
	}, func(o *graph.Options) { o.People = nil })
}

// Whenever a client breaks off, nothing of it is left behind.
func TestClientsThatBreakOffLeaveNothing(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		for range 3 {
			for range 40 {
				for stage := range 4 {
					conn, _, err := websocket.Dial(t.Context(), a.url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
					if err != nil {
						t.Fatal(err)
					}
					s := &socket{t, t.Context(), conn}
					if stage > 0 {
						s.send(map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + a.keys[viewer.App]}})
					}
					if stage > 1 {
						_, _ = s.read()
						s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": follow, "variables": map[string]any{"t": threadID}}})
					}
					if stage > 2 {
						_ = conn.Close(websocket.StatusNormalClosure, "")
					}
					s.close()
				}
			}
			eventually(t, "all have ended", func() bool {
				return a.figures(t)["connections websocket"] == 0 && a.handler.Sharing() == graph.Sharing{}
			})
		}
	})
}
