package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"parley/ent/apikey"
	"parley/ent/message"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/storage"
	"parley/storage/storagetest"
)

// An app's message on a known thread is one statement, which proves the key, too, and so is a query with a plan. A key that was revoked a moment ago, by another
// server, lets nobody do or learn anything, though this server still remembers it.
func TestAStatementProvesItsKey(t *testing.T) {
	const send = `mutation($t: ID!, $text: String!) { sendMessage(input: {threadId: $t, text: $text}) { message { id } } }`
	var mu sync.Mutex
	var heard []string
	db := storagetest.OpenWith(t, storagetest.Postgres(t), storage.Options{Guard: true, Trace: func(ctx context.Context, query string) {
		if v, _ := viewer.FromContext(ctx); v.Role == viewer.App || v.Name == "authenticate" {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, query)
		}
	}})
	a := newAPI(t, db)
	thread := a.thread(a.agent("a"))
	a.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": thread}) // so that no turn is at work
	count := func() int {
		return db.Client.Message.Query().Where(message.ThreadID(thread)).CountX(viewer.WorkerContext(t.Context(), a.workspace, "test"))
	}
	input := func(text string) map[string]any { return map[string]any{"t": thread, "text": text} }

	app, _ := a.newKey(viewer.App)
	statements := func(query string, variables map[string]any) []string {
		t.Helper()
		for range 2 { // the first is not known, nor is its key
			if r := a.do(app, query, variables); r.code() != "" {
				t.Fatal(r.raw)
			}
		}
		mu.Lock()
		heard = nil
		mu.Unlock()
		if r := a.do(app, query, variables); r.code() != "" {
			t.Fatal(r.raw)
		}
		mu.Lock()
		defer mu.Unlock()
		return heard
	}
	if said := statements(send, input("hello")); len(said) != 1 {
		t.Errorf("a message takes %d statements: %q", len(said), said)
	}
	if asked := statements(`{ threads(first: 5) { edges { node { id agent { name } } } } }`, nil); len(asked) != 1 {
		t.Errorf("a page takes %d statements: %q", len(asked), asked)
	}

	type ask struct {
		query     string
		variables map[string]any
	}
	for name, ask := range map[string]ask{
		"a message":                {send, input("by nobody")},
		"a message that is wrong":  {send, input("")},
		"a thread that is not":     {send, map[string]any{"t": "thr_none", "text": "by nobody"}},
		"two messages":             {`mutation($t: ID!) { a: sendMessage(input: {threadId: $t, text: "a"}) { message { id } } b: sendMessage(input: {threadId: $t, text: "b"}) { message { id } } }`, map[string]any{"t": thread}},
		"another mutation":         {`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "x"}) { thread { id } } }`, map[string]any{"t": thread}},
		"a query with a plan":      {`{ threads(first: 1) { edges { node { id } } } }`, nil},
		"a query without":          {`{ viewer { role } stats { from timeZone } exportStats { url } }`, nil},
		"a stream":                 {`subscription($t: ID!) { threadEvents(threadId: $t) { __typename } }`, map[string]any{"t": thread}},
		"a name":                   {`{ __typename }`, nil},
		"what cannot be read":      {`{ threads(first: 1) `, nil},
		"a variable that is wrong": {send, map[string]any{"t": thread}},
	} {
		for _, accept := range []string{"application/json", "text/event-stream"} {
			key, _ := a.newKey(viewer.Admin)
			for _, text := range []string{"hello", "hello again"} {
				if r := a.do(key, send, input(text)); r.code() != "" {
					t.Fatal(r.raw)
				}
			}
			v, err := a.access.Authenticate(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			body, err := json.Marshal(map[string]any{"query": ask.query, "variables": ask.variables})
			if err != nil {
				t.Fatal(err)
			}
			db.Client.APIKey.Update().Where(apikey.ID(v.Key)).SetRevokedAt(ms.Now()).ExecX(viewer.WorkerContext(t.Context(), a.workspace, "test"))
			before := count()
			for range 2 { // remembered, and then forgotten
				r, text := a.send(http.MethodPost, "", http.Header{"Authorization": {"Bearer " + key}, "Accept": {accept}, "Content-Type": {"application/json"}}, bytes.NewReader(body))
				if r.StatusCode != http.StatusUnauthorized || !strings.Contains(text, "UNAUTHENTICATED") || strings.Contains(text, "data") {
					t.Errorf("%s as %s, by a key that was revoked: %d %s", name, accept, r.StatusCode, text)
				}
			}
			if n := count() - before; n != 0 {
				t.Errorf("%s, by a key that was revoked: %d messages are stored", name, n)
			}
		}
	}
}

// What a resolver does without a statement waits for the proof, too: a vendor is not asked for its models with the workspace's secret
// because somebody asks whose key was revoked.
func TestNobodyIsOnlyPresumedOutside(t *testing.T) {
	var lists atomic.Int32
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		lists.Add(1)
		_, _ = io.WriteString(w, `{"data":[{"id":"small"}]}`)
	}))
	defer vendor.Close()
	db := storagetest.OpenWith(t, storagetest.Postgres(t), storage.Options{Guard: true})
	a := newAPI(t, db)
	in := map[string]any{"name": "acme", "kind": "OPENAI", "baseUrl": vendor.URL + "/v1", "key": "sk-aaaaaaaaaaaaaaaaaaaaaa", "defaultModel": "small"}
	a.must(createProvider, map[string]any{"in": in})
	key, _ := a.newKey(viewer.Admin)
	if r := a.do(key, `{ viewer { name } }`, nil); r.code() != "" {
		t.Fatal(r.raw)
	}
	v, err := a.access.Authenticate(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	db.Client.APIKey.Update().Where(apikey.ID(v.Key)).SetRevokedAt(ms.Now()).ExecX(viewer.WorkerContext(t.Context(), a.workspace, "test"))
	a.must(`{ modelProviders { name } }`, nil) // the workspace's credentials are remembered for a while
	if r := a.do(key, `{ models { name } }`, nil); r.Status != http.StatusUnauthorized {
		t.Errorf("models for a key that was revoked: %d %s", r.Status, r.raw)
	}
	if n := lists.Load(); n != 0 {
		t.Errorf("the vendor was asked %d times", n)
	}
	if r := a.must(`{ models { name } }`, nil); lists.Load() != 1 {
		t.Errorf("the vendor was asked %d times by who may: %s", lists.Load(), r.raw)
	}
}
