package graph_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"parley/ent/viewer"
	"parley/storage"
	"parley/storage/storagetest"
)

// inbox is the page that operators load all day.
const inbox = `query($after: Cursor) { threads(first: 50, after: $after) {
	edges { cursor node { id status success agent { name } customer { name } tags { name } lastMessage { text author } messageCount } }
	pageInfo { hasNextPage endCursor } } }`

func TestAPageOfThreadsIsAFixedNumberOfStatements(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var count atomic.Int64
			var mu sync.Mutex
			var seen []string
			db := storagetest.OpenWith(t, address(t), storage.Options{Guard: true, MaxConns: 12, Trace: func(ctx context.Context, q string) {
				if v, _ := viewer.FromContext(ctx); v.Role == viewer.Admin && strings.HasPrefix(q, "SELECT") { // not the workers
					count.Add(1)
					mu.Lock()
					seen = append(seen, q)
					mu.Unlock()
				}
			}})
			a := newAPI(t, db)
			agentID := a.agent("A")
			statements := map[int]int64{}
			var threads []string
			for _, n := range []int{1, 50} {
				for len(threads) < n {
					threads = append(threads, a.thread(agentID))
				}
				if n == 1 {
					fill(t, a, threads[0], 1000)
				} else {
					fill(t, a, threads[7], 100_000)
				}
				count.Store(0)
				seen = nil
				if edges, _ := a.must(inbox, nil).at("threads", "edges").([]any); len(edges) != n {
					t.Fatalf("%d threads on the page, want %d", len(edges), n)
				}
				statements[n] = count.Load()
			}
			if statements[1] != statements[50] || statements[50] > 6 {
				t.Errorf("statements by threads on the page: %v\n%s", statements, strings.Join(seen, "\n"))
			}
		})
	}
}

// fill gives a thread many messages, past the API, and makes it the newest.
func fill(t *testing.T, a *api, threadID string, n int) {
	t.Helper()
	_, err := a.db.SQL.ExecContext(viewer.WorkerContext(t.Context(), a.workspace, "test"), `
		WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < $1)
		INSERT INTO messages (id, workspace_id, created_at, thread_id, sequence, author, author_name, text, model, input_tokens, output_tokens)
		SELECT 'msg_' || i || '_' || $2, $3, 0, $4, 1000 + i, 'CUSTOMER', '', 'message ' || i, '', 0, 0 FROM numbers`,
		n, threadID, a.workspace, threadID)
	if err != nil {
		t.Fatal(err)
	}
	a.must(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "x"}) { message { id } } }`, map[string]any{"t": threadID})
}

func TestPagesHangTogether(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		want := map[string]bool{}
		for range 7 {
			want[a.thread(agentID)] = true
		}
		const query = `query($after: Cursor) { threads(first: 3, after: $after, orderBy: {field: CREATED_AT, direction: ASC}) { totalCount edges { node { id } } pageInfo { hasNextPage endCursor } } }`
		var after any
		pages := 0
		for more := true; more; pages++ {
			r := a.must(query, map[string]any{"after": after})
			for _, e := range r.at("threads", "edges").([]any) {
				threadID := e.(map[string]any)["node"].(map[string]any)["id"].(string)
				if !want[threadID] {
					t.Errorf("thread %s came twice or is unknown", threadID)
				}
				delete(want, threadID)
			}
			if n := r.at("threads", "totalCount"); n != 7.0 {
				t.Errorf("totalCount %v", n)
			}
			more, _ = r.at("threads", "pageInfo", "hasNextPage").(bool)
			after = r.at("threads", "pageInfo", "endCursor")
		}
		if len(want) != 0 || pages != 3 {
			t.Errorf("%d threads missing after %d pages", len(want), pages)
		}
	})
}

func TestThreadsAreFiltered(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		x, y := a.thread(agentID), a.thread(agentID)
		a.must(`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "vip"}) { thread { id } } sendOperatorMessage(input: {threadId: $t, text: "Grüße aus 100% Köln_"}) { message { id } } }`, map[string]any{"t": x})
		a.must(`mutation($t: ID!) { closeThread(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": y})
		for where, want := range map[string]string{
			`{tag: "vip"}`:                                  x,
			`{tagIn: ["vip", "close"]}`:                     x + y,
			`{status: CLOSED}`:                              y,
			`{statusIn: [OPEN]}`:                            x,
			`{text: "köln"}`:                                x,
			`{text: "0% k"}`:                                x,
			`{text: "K_ln"}`:                                "",
			`{messageCountGTE: 1}`:                          x,
			`{not: {tag: "vip"}}`:                           y,
			`{or: [{tag: "vip"}, {status: CLOSED}]}`:        x + y,
			`{agentID: "` + agentID + `", channel: "test"}`: x + y,
			`{text: "ann"}`:                                 x + y,
		} {
			r := a.must(`{ threads(where: `+where+`, orderBy: {field: CREATED_AT, direction: ASC}) { edges { node { id } } } }`, nil)
			got := ""
			for _, e := range r.at("threads", "edges").([]any) {
				got += e.(map[string]any)["node"].(map[string]any)["id"].(string)
			}
			if got != want {
				t.Errorf("where %s: got %q, want %q", where, got, want)
			}
		}
	})
}

func TestEventsArePulledWithoutAGap(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		threads := []string{a.thread(agentID), a.thread(agentID), a.thread(agentID)}
		for i := range 30 {
			a.must(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "x"}) { message { id } } }`, map[string]any{"t": threads[i%3]})
		}
		last, seen := map[string]float64{}, map[string]bool{}
		var after any
		for more := true; more; {
			r := a.must(`query($after: Cursor) { events(first: 7, after: $after) { edges { cursor node { id threadId sequence type body } } pageInfo { hasNextPage endCursor } } }`, map[string]any{"after": after})
			for _, e := range r.at("events", "edges").([]any) {
				node := e.(map[string]any)["node"].(map[string]any)
				threadID, sequence := node["threadId"].(string), node["sequence"].(float64)
				if seen[node["id"].(string)] || sequence <= last[threadID] {
					t.Errorf("event %v out of order or twice", node)
				}
				seen[node["id"].(string)], last[threadID] = true, sequence
			}
			more, _ = r.at("events", "pageInfo", "hasNextPage").(bool)
			after = r.at("events", "pageInfo", "endCursor")
		}
		if len(seen) != 33 {
			t.Errorf("pulled %d events, want 3 of threads and 30 of messages", len(seen))
		}
	})
}

// What fields of one name ask for is put together for each thread of a page anew, by resolvers that run side by side: it
// may neither be written where others read nor grow from one to the next.
func TestAliasesOnAPageAreReadOnce(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		for range 25 {
			a.thread(agentID)
		}
		r := a.must(`{ threads(first: 25) { edges { node { one: messages(last: 1) { edges { node { x: author y: author text } } } two: messages(last: 2) { edges { node { x: text z: author } } } } } } }`, nil)
		if edges, _ := r.at("threads", "edges").([]any); len(edges) != 25 {
			t.Errorf("%d threads", len(edges))
		}
	})
}
