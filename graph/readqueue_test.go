package graph_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/ent/viewer"
	"parley/graph"
	"parley/storage"
	"parley/storage/storagetest"
)

// waiting is how many queries with a plan wait for others.
func (a *api) waiting(t *testing.T) float64 {
	t.Helper()
	return countsOf(t, a.handler.PlanMetrics())["parley_planned_reads_waiting"]
}

// A plan waits until those before it have read, as long as its request lasts; whatever else is asked for does not wait.
func TestPlansWaitForEachOtherAlone(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var slow atomic.Bool
			began, goOn := make(chan struct{}, 100), make(chan struct{})
			db := storagetest.OpenWith(t, address(t), storage.Options{Guard: true, Trace: func(ctx context.Context, q string) {
				if slow.Load() && (strings.Contains(q, "string_agg") || strings.Contains(q, "group_concat")) {
					began <- struct{}{}
					select {
					case <-goOn:
					case <-ctx.Done():
					}
				}
			}})
			a := newAPI(t, db, func(o *graph.Options) { o.ReadsAtOnce = 1 })
			threadID := a.thread(a.agent("A"))
			slow.Store(true)
			answered := make(chan result, 2)
			ask := func() { answered <- a.do(a.keys[viewer.Operator], page20, nil) }
			go ask()
			<-began
			go ask()
			eventually(t, "the second waits", func() bool { return a.waiting(t) == 1 })

			a.must(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "x"}) { message { id } } }`, map[string]any{"t": threadID})
			a.must(`query($t: ID!) { thread(id: $t) { notes { text } } }`, map[string]any{"t": threadID})

			short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			r, err := http.NewRequestWithContext(short, http.MethodPost, a.url, strings.NewReader(`{"query":"{ threads { totalCount } }"}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+a.keys[viewer.Operator])
			if res, err := http.DefaultClient.Do(r); err == nil {
				_ = res.Body.Close()
				t.Error("a third one was answered")
			}
			eventually(t, "the third gives up", func() bool { return a.waiting(t) == 1 })
			if len(began) > 0 {
				t.Error("two read at once")
			}
			close(goOn)
			for range 2 {
				if r := <-answered; len(r.Errors) > 0 || r.at("threads") == nil {
					t.Error(r.raw)
				}
			}
			if n := a.waiting(t); n != 0 {
				t.Errorf("%v still wait", n)
			}
		})
	}
}

// What finishes an answer asks the database, too: it would wait for a connection that those have who wait for one.
func TestAPlanNeedsOneConnection(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var statements atomic.Int64
			a := newAPI(t, storagetest.OpenWith(t, address(t), storage.Options{Guard: true, MaxConns: 1, Trace: func(ctx context.Context, q string) {
				if v, _ := viewer.FromContext(ctx); v.Role == viewer.Operator && strings.HasPrefix(q, "SELECT") {
					statements.Add(1)
				}
			}}), func(o *graph.Options) { o.Timeout = 3 * time.Second })
			agentID := a.agent("A")
			for range 3 {
				a.thread(agentID)
			}
			r := a.do(a.keys[viewer.Operator], `{ threads { edges { node { cursor } } } }`, nil)
			if len(r.Errors) > 0 || strings.Count(r.raw, `"cursor":"`) != 3 {
				t.Error(r.raw)
			}
			if n := statements.Load(); n != 2 {
				t.Errorf("%d statements: the page, and the name of its history, are two", n)
			}
		})
	}
}
