package graph_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"parley/ent/viewer"
	"parley/storage"
	"parley/storage/storagetest"
)

// page20 is the page that bench/read measures.
const page20 = `{ threads(first: 20) { edges { node { id status channel messageCount lastActivityAt agent { id name } tags { name }
	messages(last: 3) { edges { node { id author text createdAt } } } } } } }`

func TestAPlanIsOneStatement(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			statements := make(chan string, 1000)
			db := storagetest.OpenWith(t, address(t), storage.Options{Guard: true, Trace: func(ctx context.Context, q string) {
				if v, _ := viewer.FromContext(ctx); v.Role == viewer.Admin && strings.HasPrefix(q, "SELECT") {
					statements <- q
				}
			}})
			a := newAPI(t, db)
			for range 3 {
				thread := a.thread(a.agent("A"))
				a.must(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "x"}) { message { id } } }`, map[string]any{"t": thread})
			}
			for _, document := range []string{page20, inbox, `{ threads(last: 2) { totalCount pageInfo { startCursor endCursor hasPreviousPage hasNextPage } edges { cursor node { id } } } }`} {
				for len(statements) > 0 {
					<-statements
				}
				a.must(document, nil)
				if len(statements) != 1 {
					t.Errorf("%d statements", len(statements))
				}
			}
		})
	}
}

// Tags are read for all threads of a page at once, also without their names, by which they are ordered.
// A thread that is reached on several ways has its tags asked for on all of them at once (with -race).
func TestTagsOfAThreadAreAskedForAtOnce(t *testing.T) {
	t.Parallel()
	a := newAPI(t, storagetest.Open(t, storagetest.Postgres(t)))
	threadID := a.thread(a.agent("A"))
	for _, name := range []string{"c", "b", "a"} {
		a.must(`mutation($t: ID!, $n: String!) { addTag(input: {threadId: $t, tag: $n}) { thread { id } } }`, map[string]any{"t": threadID, "n": name})
		a.must(`mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "x"}) { message { id } } }`, map[string]any{"t": threadID})
	}
	for range 20 {
		r := a.must(`query($t: ID!) { thread(id: $t) { notes { text } messages(first: 10) { edges { node { thread { tags { name } } } } } } }`, map[string]any{"t": threadID})
		if strings.Count(r.raw, `{"tags":[{"name":"a"},{"name":"b"},{"name":"c"}]}`) < 3 {
			t.Fatal(r.raw)
		}
	}
}

func TestTagsAreOneStatement(t *testing.T) {
	t.Parallel()
	var statements atomic.Int64
	a := newAPI(t, storagetest.OpenWith(t, storagetest.SQLite(t), storage.Options{Guard: true, Trace: func(ctx context.Context, q string) {
		if v, _ := viewer.FromContext(ctx); v.Role == viewer.Admin && strings.HasPrefix(q, "SELECT") && strings.Contains(q, "thread_tags") {
			statements.Add(1)
		}
	}}))
	agentID := a.agent("A")
	for range 3 {
		threadID := a.thread(agentID)
		for _, name := range []string{"b", "a"} {
			a.must(`mutation($t: ID!, $n: String!) { addTag(input: {threadId: $t, tag: $n, text: $n}) { thread { id } } }`, map[string]any{"t": threadID, "n": name})
		}
	}
	statements.Store(0)
	const unplanned = "notes { text }"
	r := a.must(`{ threads { edges { node { tags { text } `+unplanned+` } } } }`, nil)
	if n := statements.Load(); n != 1 || strings.Count(r.raw, `"tags":[{"text":"a"},{"text":"b"}]`) != 3 {
		t.Errorf("%d statements for %s", n, r.raw)
	}
}

// countsOf are the values of counters and gauges, by their one label or by their name.
func countsOf(t *testing.T, c prometheus.Collector) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(c)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name = l.GetValue()
			}
			counts[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return counts
}
