package main

import (
	"bytes"
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"

	"parley/ent/viewer"
	"parley/storage"
)

// statement is what was run, as the plan of it is asked for.
type statement struct {
	query string
	args  []any
}

// overheard keeps the statements that a server runs, by who runs them.
type overheard struct {
	mu  sync.Mutex // protects all
	all map[string][]statement
}

func (o *overheard) hear(ctx context.Context, query string, args []driver.NamedValue) {
	v, _ := viewer.FromContext(ctx)
	who := v.Name
	if v.Role != viewer.System {
		who = "api"
	}
	s := statement{query: query}
	for _, a := range args {
		s.args = append(s.args, a.Value)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all == nil {
		o.all = map[string][]statement{}
	}
	o.all[who] = append(o.all[who], s)
}

// of returns what somebody has run since the last call.
func (o *overheard) of(who string) []statement {
	o.mu.Lock()
	defer o.mu.Unlock()
	found := o.all[who]
	o.all[who] = nil
	return found
}

// hotQuery is a query that must not grow dearer with the tables.
type hotQuery struct {
	name     string
	document string   // {cursor}, {feed}, {thread}, {external}, {agent}, {operator}, {customer}, {message} are filled in
	uses     []string // patterns of indices, each of which a plan must name
}

const threadFields = `edges { cursor node { id status channel messageCount lastActivityAt customer { name } agent { id name } tags { name } messages(last: 3) { edges { node { id author text createdAt } } } } } pageInfo { hasNextPage endCursor }`

// hotQueries are what consoles, apps and integrators ask all day. docs/scale.md has their figures.
var hotQueries = []hotQuery{
	{"page", `{ threads(first: 20) { ` + threadFields + ` } }`, []string{"thread_workspace_id_last_activity_at_id", "message_thread_id_sequence"}},
	{"page, far down", `{ threads(first: 20, after: "{cursor}") { ` + threadFields + ` } }`, []string{"thread_workspace_id_last_activity_at_id"}},
	{"page, longest threads", `{ threads(first: 20, orderBy: {field: MESSAGE_COUNT, direction: DESC}) { ` + threadFields + ` } }`, []string{"thread_workspace_id_message_count_id"}},
	{"inbox, waiting", `{ threads(first: 50, where: {status: WAITING_FOR_OPERATOR}, orderBy: {field: WAITING_SINCE, direction: ASC}) { ` + threadFields + ` } }`, []string{"thread_workspace_id_status_"}},
	{"inbox, of an operator", `{ threads(first: 50, where: {status: OPERATOR, operatorID: "{operator}"}) { ` + threadFields + ` } }`, []string{"thread_operator_status|thread_workspace_id_status_last_activity_at_id"}},
	{"inbox, of an agent", `{ threads(first: 50, where: {agentID: "{agent}"}) { ` + threadFields + ` } }`, []string{"thread_workspace_id_agent_id_"}},
	{"inbox, with a tag", `{ threads(first: 50, where: {tag: "interest"}) { ` + threadFields + ` } }`, []string{"thread_workspace_id_last_activity_at_id|threadtag_name_workspace_id_thread_id"}},
	{"search, a frequent word", `{ threads(first: 20, where: {text: "invoice"}) { ` + threadFields + ` } }`, []string{"thread_workspace_id_last_activity_at_id", "message_thread_id_sequence"}},
	{"thread by external id", `{ thread(externalId: "{external}") { id messages(last: 50) { edges { node { id text } } } } }`, []string{"thread_workspace_id_external_id", "message_thread_id_sequence"}},
	{"threads of a customer", `{ threads(first: 20, where: {customerID: "{customer}"}) { edges { node { id } } } }`, []string{"thread_workspace_id_customer_id_|thread_customer_id"}},
	{"catch-up", `{ events(first: 100, after: "{feed}") { edges { cursor node { id type body } } pageInfo { hasNextPage } } }`, []string{"event_workspace_id_shard_position"}},
	{"log from its beginning", `{ events(first: 100) { edges { cursor node { id } } pageInfo { hasNextPage } } }`, []string{"event_workspace_id_shard_position"}},
	{"deliveries", `{ deliveries(first: 50) { edges { node { id state attempts } } } }`, []string{"delivery_workspace_id_created_at"}},
	{"deliveries of an integration", `{ integrations(first: 5) { edges { node { id deliveries(first: 20) { edges { node { id state } } } } } } }`, []string{"delivery_workspace_id_(integration_id_)?created_at"}},
}

// grownTables are those that grow with use.
const grownTables = `threads|messages|events|deliveries|attempts|turns|steps|calls|notes|thread_tags|customers|reminders|mutation_results`

var (
	scanPostgres = regexp.MustCompile(`Seq Scan on (?:` + grownTables + `)\b`)
	// SQLite, too, reads all that a workspace has when it knows of nothing better, which is right in the order of a page alone.
	scanSQLite = regexp.MustCompile(`SCAN (?:` + grownTables + `|[a-z]|t\d)\b.*|SEARCH (?:` + grownTables + `|[a-z]|t\d)\b.*\(workspace_id=\?\)$`)
	inOrder    = regexp.MustCompile(`USING INDEX turn_live$|_workspace_id_(?:last_activity_at_id|message_count_id|created_at) `)
)

// scaled is a database with generated dialogues, and what its server runs.
type scaled struct {
	db           *storage.DB
	ran          *overheard
	address, key string
	fill         *strings.Replacer
}

// scale generates dialogues and starts a server on them.
func scale(t testing.TB, e env, threads int) *scaled {
	t.Helper()
	var out bytes.Buffer
	args := []string{"generate-data", "--threads", fmt.Sprint(threads), "--days", "8", "--messages", "6"}
	if err := command(t.Context(), args, e.get, &out, &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return open(t, e, printedKey.FindString(out.String()))
}

// open starts a server on a database that was filled.
func open(t testing.TB, e env, key string) *scaled {
	t.Helper()
	c, err := configFromEnv(e.get)
	if err != nil {
		t.Fatal(err)
	}
	s := &scaled{ran: &overheard{}, key: key}
	c.ran = s.ran.hear
	s.address, _ = serveOn(t, c, io.Discard, slog.New(slog.DiscardHandler))
	if s.db, err = storage.Open(t.Context(), c.Database, storage.Options{MaxConns: 2}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.db.Close() })
	s.choose(t)
	return s
}

// ask returns the answer's data, which must have no errors.
func (s *scaled) ask(t testing.TB, document string) map[string]any {
	t.Helper()
	c := newCaller("scale", s.key, s.address)
	defer c.http.CloseIdleConnections()
	var answer map[string]any
	if err := c.ask(t.Context(), document, nil, &answer); err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	return answer
}

// choose finds what the hot queries ask for.
func (s *scaled) choose(t testing.TB) {
	t.Helper()
	cursor := ""
	for range 5 { // deep enough that what was read before matters
		after := ""
		if cursor != "" {
			after = `, after: "` + cursor + `"`
		}
		page := dig(s.ask(t, `{ threads(first: 50`+after+`) { pageInfo { endCursor } } }`), "threads", "pageInfo")
		cursor = dig(page, "endCursor").(string)
	}
	one := dig(s.ask(t, `{ threads(first: 1, after: "`+cursor+`", where: {operatorIDIsNil: false}) { edges { node { customer { id } agent { id } operator { id } } } } }`), "threads", "edges").([]any)[0]
	many := dig(s.ask(t, `{ threads(first: 100) { edges { node { externalId } } } }`), "threads", "edges").([]any)
	external := ""
	for _, edge := range many {
		if text, ok := dig(edge, "node", "externalId").(string); ok {
			external = text
		}
	}
	events := dig(s.ask(t, `{ events(first: 250) { edges { cursor } } }`), "events", "edges").([]any)
	s.fill = strings.NewReplacer(
		"{cursor}", cursor, "{external}", external, "{feed}", dig(events[len(events)-1], "cursor").(string),
		"{customer}", dig(one, "node", "customer", "id").(string), "{agent}", dig(one, "node", "agent", "id").(string), "{operator}", dig(one, "node", "operator", "id").(string),
	)
}

// dig follows names into an answer.
func dig(value any, names ...string) any {
	for _, name := range names {
		value = value.(map[string]any)[name]
	}
	return value
}

// plan returns how the database would run a statement. Small tables are read whole on Postgres, unless that is made dear: then it
// is done only where no index helps.
func (s *scaled) plan(t testing.TB, st statement, really bool) string {
	t.Helper()
	ctx := viewer.SystemContext(t.Context(), "generate data")
	explain := "EXPLAIN QUERY PLAN "
	tx, err := s.db.SQL.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	postgres := s.db.Dialect == "postgres"
	if explain += st.query; postgres {
		explain = "EXPLAIN " + st.query
		if really {
			explain = "EXPLAIN (ANALYZE, BUFFERS) " + st.query
		} else if _, err := tx.ExecContext(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := tx.QueryContext(ctx, explain, st.args...)
	if err != nil {
		t.Fatalf("%s: %v", explain, err)
	}
	defer func() { _ = rows.Close() }()
	var text strings.Builder
	for rows.Next() {
		var line string
		var id, parent, unused int
		if postgres {
			err = rows.Scan(&line)
		} else {
			err = rows.Scan(&id, &parent, &unused, &line)
		}
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(line + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// scans finds steps that read a whole table that grows.
func (s *scaled) scans(plan string) []string {
	if s.db.Dialect == "postgres" {
		return scanPostgres.FindAllString(plan, -1)
	}
	var found []string
	for step := range strings.Lines(plan) { // turns that have not ended have an index of their own, and are few
		if step = strings.TrimSpace(step); scanSQLite.MatchString(step) && !inOrder.MatchString(step) {
			found = append(found, step)
		}
	}
	return found
}

// TestHotQueriesUseTheirIndexes asks for the plans of the statements behind each hot query, and of those by which workers look
// for what is due.
func TestHotQueriesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		s := scale(t, e, 600)
		for _, q := range hotQueries {
			s.ran.of("api")
			s.ask(t, s.fill.Replace(q.document))
			ran := s.ran.of("api")
			all := s.plansOf(t, q.name, ran)
			if strings.HasPrefix(q.name, "search") { // Postgres likes to read all messages, and all customers, at once
				for _, st := range ran {
					if plan := s.plan(t, st, true); strings.Contains(plan, "hashed SubPlan") || strings.Contains(plan, "Seq Scan on messages") {
						t.Errorf("%s:\n%s\n%s", q.name, st.query, plan)
					}
				}
			}
			for _, index := range q.uses {
				if !regexp.MustCompile(index).MatchString(all) {
					t.Errorf("%s does not use %s:\n%s", q.name, index, all)
				}
			}
		}
		for _, worker := range []string{"turn claim", "delivery claim", "reminder claim"} {
			if ran := s.ran.of(worker); len(ran) == 0 {
				t.Errorf("no statement of %q was heard", worker)
			} else {
				s.plansOf(t, worker, ran)
			}
		}
	})
}

// plansOf returns the plans of statements, none of which may read a whole table.
func (s *scaled) plansOf(t testing.TB, name string, ran []statement) (all string) {
	t.Helper()
	seen := map[string]bool{}
	for _, st := range ran {
		if seen[st.query] {
			continue
		}
		seen[st.query] = true
		plan := s.plan(t, st, false)
		all += st.query + "\n" + plan + "\n"
		for _, step := range s.scans(plan) {
			t.Errorf("%s: %s\n%s\n%s", name, step, st.query, plan)
		}
	}
	return all
}
