package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	entschema "entgo.io/ent/dialect/sql/schema"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/ent/migrate"
	"parley/ent/viewer"
	"parley/storage"
	"parley/storage/storagetest"
)

// neighbour is a workspace that nobody else may see or change.
type neighbour struct {
	workspace string
	canary    string // is in everything that somebody wrote there
	external  string // id of a thread in its app
	key       string
	ids       map[string]string // one of each kind, by table
	cursors   []string
	thread    string
}

// settle makes a workspace with something of every kind in it.
func settle(a *api) neighbour {
	a.t.Helper()
	n := neighbour{workspace: a.workspace, canary: canary("neighbour"), external: canary("external"), key: a.keys[viewer.Admin], ids: map[string]string{}}
	c := map[string]any{"c": n.canary}
	agentID := a.must(`mutation($c: String!) { createAgent(input: {name: $c, quietMs: 0, instructions: $c}) { agent { id } } }`, c).text("createAgent", "agent", "id")
	a.must(`mutation($a: ID!, $c: String!) { createFunction(input: {agentId: $a, name: "f", description: $c, kind: HTTP, method: "GET", url: "http://127.0.0.1:1/", headers: [{name: "X", value: $c, secret: true}]}) { function { id } } }`, map[string]any{"a": agentID, "c": n.canary})
	a.must(`mutation($a: ID!, $c: String!) { publishAgent(input: {id: $a, note: $c}) { version { id } } }`, map[string]any{"a": agentID, "c": n.canary})
	n.thread = a.must(`mutation($a: ID!, $c: String!, $e: String!) { createThread(input: {agentId: $a, externalId: $e, channel: $c, customer: {name: $c, externalId: $c}}) { thread { id } } }`,
		map[string]any{"a": agentID, "c": n.canary, "e": n.external}).text("createThread", "thread", "id")
	a.must(`mutation($c: String!) { createIntegration(input: {name: $c, url: "http://127.0.0.1:1/", eventTypes: ["*"]}) { integration { id } } }`, c)
	a.must(`mutation($t: ID!, $c: String!) { sendMessage(input: {threadId: $t, text: $c}) { message { id } } }`, map[string]any{"t": n.thread, "c": n.canary})
	a.must(`mutation($t: ID!, $c: String!) { addNote(input: {threadId: $t, text: $c}) { note { id } } addTag(input: {threadId: $t, tag: "mine", text: $c}) { thread { id } } }`, map[string]any{"t": n.thread, "c": n.canary})
	a.must(`mutation($t: ID!, $c: String!, $d: Time!) { createReminder(input: {threadId: $t, dueAt: $d, text: $c}) { reminder { id } } }`,
		map[string]any{"t": n.thread, "c": n.canary, "d": time.Now().Add(200 * 24 * time.Hour).UTC().Format(time.RFC3339)})
	a.must(`mutation($c: String!) { createModelProvider(input: {name: "theirs", kind: OPENAI, baseUrl: "http://127.0.0.1:1/v1", key: $c}) { credential { name } } setModelPrice(input: {model: "theirs/x", currency: "EUR", input: "1", output: "1"}) { price { id } } createApiKey(input: {name: $c, role: OPERATOR}) { apiKey { id } } }`, c)
	a.must(`mutation($a: ID!, $c: String!) { testAgent(input: {agentId: $a, text: $c}) { runId } }`, map[string]any{"a": agentID, "c": n.canary})
	eventually(a.t, "the agent to answer and the webhook to fail", func() bool {
		ctx := viewer.WorkerContext(a.t.Context(), a.workspace, "test")
		return a.db.Client.Step.Query().CountX(ctx) > 0 && a.db.Client.Attempt.Query().CountX(ctx) > 0
	})
	a.must(`mutation($t: ID!) { markRead(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": n.thread})
	r := a.must(`query($t: ID!) { thread(id: $t) { cursor } viewer { workspace { cursor deliveryCursor } } threads { pageInfo { endCursor } } agents { pageInfo { endCursor } } }`, map[string]any{"t": n.thread})
	n.cursors = []string{r.text("thread", "cursor"), r.text("viewer", "workspace", "cursor"), r.text("viewer", "workspace", "deliveryCursor"), r.text("threads", "pageInfo", "endCursor"), r.text("agents", "pageInfo", "endCursor")}
	for table := range a.rowsOf(n.workspace) {
		var id string
		if err := a.db.SQL.QueryRowContext(viewer.SystemContext(a.t.Context(), "retention"), `SELECT id FROM `+table+` WHERE workspace_id = $1 ORDER BY id LIMIT 1`, n.workspace).Scan(&id); err == nil {
			n.ids[table] = id
		}
	}
	n.ids["workspaces"] = n.workspace
	return n
}

// lively are tables that workers change by themselves, and columns that do not matter.
var lively = []string{"deliveries", "attempts", "delivery_feeds", "integration_health", "events", "feed_shards", "turns", "steps", "test_events", "test_runs", "test_usages", "mutation_results", "erased_usages"}

// rowsOf is what a workspace has in each of its tables, as text.
func (a *api) rowsOf(workspace string) map[string]string {
	a.t.Helper()
	all := map[string]string{}
	for _, table := range migrate.Tables {
		if !slices.ContainsFunc(table.Columns, func(c *entschema.Column) bool { return c.Name == "workspace_id" }) {
			continue
		}
		var columns []string
		for _, c := range table.Columns {
			if c.Name != "last_used_at" && c.Name != "fifo_last" {
				columns = append(columns, `COALESCE(CAST("`+c.Name+`" AS text), '')`)
			}
		}
		rows, err := a.db.SQL.QueryContext(viewer.SystemContext(a.t.Context(), "retention"), `SELECT `+strings.Join(columns, ` || ',' || `)+` FROM "`+table.Name+`" WHERE workspace_id = $1 ORDER BY id`, workspace)
		if err != nil {
			a.t.Fatal(err)
		}
		var text strings.Builder
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				a.t.Fatal(err)
			}
			text.WriteString(row + "\n")
		}
		if err := rows.Close(); err != nil {
			a.t.Fatal(err)
		}
		all[table.Name] = text.String()
	}
	return all
}

// Somebody in one workspace puts ids, cursors and names of another one wherever the schema lets him. He reads nothing of it and
// changes nothing in it: by the rules of ent/schema, and when those are taken away by the guard of the SQL.
func TestNoOperationReachesAnotherWorkspace(t *testing.T) { // alone: it takes rules away from all
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		at := address(t)
		var n neighbour
		t.Run(name+"/settle", func(t *testing.T) {
			n = settle(newAPI(t, storagetest.Open(t, at)))
			if missing := len(rulesOfEntities) - len(n.ids); missing > 6 {
				t.Errorf("the neighbour has nothing in %d tables: %v", missing, slices.Sorted(maps.Keys(n.ids)))
			}
		})
		if t.Failed() {
			return
		}
		t.Run(name+"/rules", func(t *testing.T) {
			if refused := tryAll(t, newAPI(t, storagetest.Open(t, at)), n); refused > 0 {
				t.Errorf("with the rules on the guard had to refuse %d statements", refused)
			}
		})
		t.Run(name+"/guard", func(t *testing.T) {
			a := newAPI(t, storagetest.Open(t, at))
			defer switchRulesOff(t)()
			if refused := tryAll(t, a, n); refused == 0 {
				t.Error("with the rules off the guard refused nothing")
			}
		})
	}
}

// reference is the name of an argument that names a row, whatever its type.
var reference = regexp.MustCompile(`(?i)ids?(in)?$`)

var exportURL = regexp.MustCompile(`/exports/[A-Za-z0-9_-]+`)

// tryAll puts what belongs to the neighbour into every place of every operation, and returns how many answers the guard of the
// SQL refused.
func tryAll(t *testing.T, a *api, n neighbour) (guarded int) {
	schema := publicSchema(t)
	f := files{a, serveFiles(t, a)}
	before := a.rowsOf(n.workspace)
	cells := 0
	try := func(o operation, p place, v string) {
		cells++
		given := p.put(arguments(schema, o), v)
		var answer string
		if o.kind == ast.Subscription {
			body, err := json.Marshal(map[string]any{"query": o.document, "variables": given})
			if err != nil {
				t.Fatal(err)
			}
			answer = a.firstEvent(a.keys[viewer.Admin], string(body), 30*time.Millisecond)
		} else {
			answer = a.do(a.keys[viewer.Admin], o.document, given).raw
		}
		for _, link := range exportURL.FindAllString(answer, -1) {
			_, text := f.fetch(http.MethodGet, link)
			answer += text
		}
		if strings.Contains(answer, n.canary) {
			t.Errorf("%s %s with %v reads the neighbour: %.500s", o.kind, o.field.Name, given, answer)
		}
	}
	for _, o := range operations(t, schema) {
		for _, p := range places(schema, o) {
			last := p.path[len(p.path)-1]
			switch {
			case strings.HasPrefix(last, "externalI") || last == "text" || last == "tag":
				try(o, p, n.external)
				try(o, p, n.canary[:len(n.canary)-1])
			case p.scalar == "ID" || reference.MatchString(last) && p.scalar == "String" && !strings.HasPrefix(last, "client"):
				for _, table := range slices.Sorted(maps.Keys(n.ids)) {
					if o.kind != ast.Subscription || slices.Contains([]string{"threads", "agents", "integrations", "test_runs", "customers"}, table) {
						try(o, p, n.ids[table])
					}
				}
			case p.scalar == "Cursor":
				for _, c := range n.cursors {
					try(o, p, c)
				}
			}
		}
	}
	after := a.rowsOf(n.workspace)
	for table, rows := range before {
		if !slices.Contains(lively, table) && after[table] != rows {
			t.Errorf("%s of the neighbour changed from\n%s\nto\n%s", table, rows, after[table])
		}
	}
	guarded = strings.Count(a.logs.String(), storage.ErrCrossWorkspace.Error())
	t.Logf("%d cells, of which the guard refused %d", cells, guarded)
	if cells < 2000 {
		t.Errorf("%d cells: the matrix has lost some", cells)
	}
	return guarded
}

// What happens at the neighbour comes to nobody else who listens.
func TestNobodyHearsAnotherWorkspace(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		b := *a
		var err error
		b.workspace, _, err = a.access.CreateWorkspace(t.Context(), fmt.Sprint(t.Name(), " neighbour"), "")
		if err != nil {
			t.Fatal(err)
		}
		made, err := a.access.CreateKey(viewer.WorkerContext(t.Context(), b.workspace, "test"), "admin", viewer.Admin)
		if err != nil {
			t.Fatal(err)
		}
		b.keys = map[viewer.Role]string{viewer.Admin: made.Key.Reveal()}
		threadID := b.thread(b.agent("B"))
		word := canary("heard")
		heard := make(chan string, 3)
		for _, document := range []string{
			`subscription { workspaceEvents { __typename ... on MessageCreated { message { text } } } }`,
			`subscription { deliveryEvents { __typename } }`,
			`subscription { threadEvents(threadId: "` + threadID + `") { __typename ... on MessageCreated { message { text } } } }`,
		} {
			body, err := json.Marshal(map[string]any{"query": document})
			if err != nil {
				t.Fatal(err)
			}
			go func() { heard <- a.firstEvent(a.keys[viewer.Admin], string(body), time.Second) }()
		}
		time.Sleep(200 * time.Millisecond)
		b.must(`mutation($t: ID!, $x: String!) { sendMessage(input: {threadId: $t, text: $x}) { message { id } } }`, map[string]any{"t": threadID, "x": word})
		for range 3 {
			if text := <-heard; strings.Contains(text, word) || strings.Contains(text, "MessageCreated") {
				t.Errorf("heard %s", text)
			}
		}
	})
}
