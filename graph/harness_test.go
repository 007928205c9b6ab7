package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/access"
	"parley/delivery"
	"parley/dialogue"
	"parley/dialogue/model"
	"parley/dialogue/scripted"
	"parley/ent/viewer"
	"parley/eventlog"
	"parley/graph"
	"parley/graph/gql"
	"parley/live"
	"parley/outbound"
	"parley/retention"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
	"parley/trace"
)

func TestMain(m *testing.M) {
	if setting := os.Getenv(benchClients); setting != "" {
		if err := beClients(setting); err != nil {
			panic(err)
		}
		return
	}
	if setting := os.Getenv(benchAttack); setting != "" {
		if err := beAttackers(setting); err != nil {
			panic(err)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// api is a running API over a real database, with workers, and a key of each role in one workspace.
type api struct {
	t         testing.TB
	db        *storage.DB
	log       *eventlog.Log
	access    *access.Service
	workspace string
	url       string
	keys      map[viewer.Role]string
	logs      *lockedBuffer
	handler   *graph.Handler
	retention *retention.Service
}

func newAPI(t testing.TB, db *storage.DB, change ...func(*graph.Options)) *api {
	t.Helper()
	keys, err := seal.Parse(seal.Generate())
	if err != nil {
		t.Fatal(err)
	}
	a := &api{t: t, db: db, log: eventlog.New(db.Client, db.Dialect, nil), keys: map[viewer.Role]string{}, logs: &lockedBuffer{}}
	a.access = access.New(a.log, keys)
	guard := outbound.NewGuard(outbound.GuardOptions{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowHTTP: true})
	client := outbound.New(outbound.Options{Guard: guard, HeaderTimeout: -1})
	logger := slog.New(trace.NewHandler(slog.NewTextHandler(a.logs, nil)))
	hub, people := live.NewHub(), live.NewPresences(nil)
	dialogues := dialogue.New(a.log, keys, client, guard, dialogue.Options{
		Providers: map[string]model.Provider{"scripted": scripted.New(), "pen": pens{}}, Live: graph.LiveText{To: hub, People: people}, DefaultModel: "scripted", CheckScript: scripted.Validate, Logger: logger,
		Make: makeOpenAI,
		Scratch: func(ctx context.Context) (*eventlog.Log, func() error, error) {
			stage, err := storagetest.Scratch(ctx, t) // on any goroutine, and perhaps when the test has ended
			if err != nil {
				return nil, nil, err
			}
			return eventlog.New(stage.Client, stage.Dialect, nil), stage.Close, nil
		},
	})
	deliveries := delivery.New(a.log, keys, client, guard, delivery.Options{Logger: logger})
	a.retention = retention.New(a.log, retention.Options{Forget: dialogues.Forget, Logger: logger})
	options := graph.Options{
		Log: a.log, Keys: keys, Access: a.access, Dialogue: dialogues, Delivery: deliveries, Retention: a.retention, Logger: logger, Live: hub, People: people, Reads: live.NewReads(nil),
		Models: []*gql.Model{{Name: "scripted", Provider: "scripted", Default: true}},
	}
	for _, c := range change {
		c(&options)
	}
	a.handler = graph.New(options)
	base, cancel := context.WithCancel(context.Background())
	server := httptest.NewUnstartedServer(a.handler)
	server.Config.BaseContext = func(net.Listener) context.Context { return base }
	server.Start()
	var workers sync.WaitGroup
	workers.Go(func() { _ = dialogues.Run(base) })
	workers.Go(func() { _ = deliveries.Run(base) })
	workers.Go(func() { _ = a.retention.Run(base) })
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server said:\n%s", a.logs)
		}
		cancel()
		ended := a.handler.EndStreams()
		server.CloseClientConnections()
		server.Close()
		<-ended
		workers.Wait()
		client.CloseIdle()
	})
	a.url = server.URL
	var key string
	a.workspace, key, err = a.access.CreateWorkspace(t.Context(), t.Name(), "")
	if err != nil {
		t.Fatal(err)
	}
	a.keys[viewer.Admin] = key
	ctx := viewer.WorkerContext(t.Context(), a.workspace, "test")
	storagetest.CheckBodies(ctx, t, db)
	for _, role := range []viewer.Role{viewer.Operator, viewer.Integrator, viewer.App} {
		made, err := a.access.CreateKey(ctx, string(role), role)
		if err != nil {
			t.Fatal(err)
		}
		a.keys[role] = made.Key.Reveal()
	}
	return a
}

// origins allows pages of others to connect.
func origins(others ...string) func(*graph.Options) {
	return func(o *graph.Options) { o.Origins = others }
}

// each runs a test against the API on both databases.
func each(t *testing.T, test func(t *testing.T, a *api), change ...func(*graph.Options)) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) { test(t, newAPI(t, db, change...)) })
}

// result is an answer of the API.
type result struct {
	Status int
	Data   map[string]any
	Errors []struct {
		Message    string
		Path       []any
		Extensions struct {
			Code, RequestID string
			Retryable       bool
			Fields          []struct{ Field, Reason string }
		}
	}
	raw string
}

// code is the code of the only error; empty if there is none.
func (r result) code() string {
	if len(r.Errors) == 0 {
		return ""
	}
	return r.Errors[0].Extensions.Code
}

// at walks into the data: at("createAgent", "agent", "id").
func (r result) at(path ...string) any {
	var v any = r.Data
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func (r result) text(path ...string) string { s, _ := r.at(path...).(string); return s }

// do sends a query with a key.
func (a *api) do(key, query string, variables map[string]any) result {
	a.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		a.t.Fatal(err)
	}
	return a.post(key, "application/json", body)
}

func (a *api) post(key, contentType string, body []byte) result {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.url, bytes.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	r := result{Status: res.StatusCode, raw: string(text)}
	if err := json.Unmarshal(text, &r); err != nil {
		a.t.Fatalf("answer %d is no JSON: %s", res.StatusCode, text)
	}
	return r
}

// must is do as the admin, for what is to succeed.
func (a *api) must(query string, variables map[string]any) result {
	a.t.Helper()
	r := a.do(a.keys[viewer.Admin], query, variables)
	if len(r.Errors) > 0 {
		a.t.Fatalf("%s\nanswered %s", query, r.raw)
	}
	return r
}

// agent makes an agent that answers at once.
func (a *api) agent(name string) string {
	a.t.Helper()
	return a.must(`mutation($n: String!) { createAgent(input: {name: $n, quietMs: 0, instructions: "Be kind."}) { agent { id } } }`,
		map[string]any{"n": name}).text("createAgent", "agent", "id")
}

func (a *api) thread(agentID string) string {
	a.t.Helper()
	return a.must(`mutation($a: ID!) { createThread(input: {agentId: $a, channel: "test", customer: {name: "Ann"}}) { thread { id } } }`,
		map[string]any{"a": agentID}).text("createThread", "thread", "id")
}

// eventually waits until ok, which it asks every few milliseconds, or fails after ten seconds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("timed out waiting: %s", what)
		case <-tick.C:
		}
	}
}

// lockedBuffer collects logs of many goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
