package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"parley/ent/viewer"
)

// callers are all who can ask: each role by a key, a thread by its token, and nobody.
var callers = []viewer.Role{viewer.Admin, viewer.Operator, viewer.Integrator, viewer.App, viewer.ThreadToken, ""}

// What an operation says that is not for its caller.
const (
	mayNot = "the key's role may not do this"
	noKey  = "send a key as `Authorization: Bearer …`, or sign in"
)

// The schema says by @auth who may do what. Each caller tries each operation, over each transport that carries it.
func TestEveryCallerMayDoWhatTheSchemaSays(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		schema := publicSchema(t)
		keys := map[viewer.Role]string{}
		for role, key := range a.keys {
			keys[role] = key
		}
		threadID := a.thread(a.agent("A"))
		keys[viewer.ThreadToken] = a.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, map[string]any{"t": threadID}).text("createThreadToken", "token")
		cells, refused := 0, 0
		check := func(o operation, role viewer.Role, over, answer string) {
			cells++
			may := len(o.roles) == 0 || slices.Contains(o.roles, string(role))
			want := mayNot
			if role == "" {
				want = noKey
			}
			if got := strings.Contains(answer, mayNot) || strings.Contains(answer, noKey); got == may {
				t.Errorf("%s %s by %q over %s: allowed %t, want %t: %.300s", o.kind, o.field.Name, role, over, !got, may, answer)
			}
			for _, vain := range []string{"GRAPHQL_", "LIMIT_EXCEEDED", "RATE_LIMITED"} {
				if may && strings.Contains(answer, vain) && o.field.Name != "startChat" && o.field.Name != "signIn" {
					t.Errorf("%s %s by %q over %s was not executed: %.300s", o.kind, o.field.Name, role, over, answer)
				}
			}
			if !may {
				refused++
				if role != "" && !strings.Contains(answer, mayNot+": it is "+string(role)+", and must be "+strings.Join(o.roles, " or ")) {
					t.Errorf("%s %s by %q over %s is not told who may: %.300s", o.kind, o.field.Name, role, over, answer)
				}
				if !strings.Contains(answer, want) || strings.Contains(answer, `"data":{`) && !strings.Contains(answer, `"data":{"`+o.field.Name+`":null}`) {
					t.Errorf("%s %s by %q over %s: %.300s", o.kind, o.field.Name, role, over, answer)
				}
			}
		}
		for _, o := range operations(t, schema) {
			given := arguments(schema, o)
			body, err := json.Marshal(map[string]any{"query": o.document, "variables": given})
			if err != nil {
				t.Fatal(err)
			}
			had := cells
			for _, role := range callers {
				listen := 10 * time.Second
				if o.kind == ast.Subscription && slices.Contains(o.roles, string(role)) {
					listen = quiet // it may begin, and say nothing
				}
				if o.kind != ast.Subscription {
					check(o, role, "HTTP", a.do(keys[role], o.document, given).raw)
				}
				check(o, role, "server-sent events", a.firstEvent(keys[role], string(body), listen))
				if role != "" {
					check(o, role, "WebSocket", a.firstMessage(t, keys[role], o.document, given, listen))
				}
			}
			if over := map[bool]int{true: 2, false: 3}[o.kind == ast.Subscription]; cells-had != over*len(callers)-1 {
				t.Errorf("%s %s has %d cells", o.kind, o.field.Name, cells-had)
			}
		}
		t.Logf("%d cells, %d of them refused", cells, refused)
		if cells < 1000 || refused < 300 {
			t.Errorf("%d cells, %d of them refused: the matrix has lost some", cells, refused)
		}
	})
}

// quiet is how long one listens to a stream that may say nothing.
const quiet = 150 * time.Millisecond

// firstEvent is what a stream says first; empty if it says nothing.
func (a *api) firstEvent(key, body string, listen time.Duration) string {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	defer time.AfterFunc(listen, cancel).Stop()
	text, err := io.ReadAll(res.Body)
	if err != nil && !errors.Is(err, context.Canceled) {
		a.t.Fatal(err)
	}
	return string(text)
}

// firstMessage is what a socket answers first; empty if it says nothing.
func (a *api) firstMessage(t *testing.T, key, document string, variables map[string]any, listen time.Duration) string {
	t.Helper()
	s := a.socketFor(t, key, document, variables)
	defer s.close()
	s.conn.SetReadLimit(4 << 20)
	ctx, cancel := context.WithTimeout(s.ctx, listen)
	defer cancel()
	_, text, err := s.conn.Read(ctx)
	if err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	return string(text)
}
