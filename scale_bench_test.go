package main

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/storage/storagetest"
)

// BenchmarkScale measures the hot queries and the claims of workers, on 10,000 generated threads, or on a database that
// `parley generate-data` filled and that no server works on:
//
//	DATABASE_URL=… PARLEY_SECRET_KEY=… PARLEY_SCALE_KEY=prl_… go test . -run '^$' -bench Scale -benchtime 1x
//
// With PARLEY_SCALE_PLANS the plans go to that file. PARLEY_SCALE_ONLY is a pattern of the names of queries to measure.
func BenchmarkScale(b *testing.B) {
	if key := os.Getenv("PARLEY_SCALE_KEY"); key != "" {
		e := env{"PARLEY_LISTEN": "127.0.0.1:0", "DATABASE_URL": os.Getenv("DATABASE_URL"), "PARLEY_DATA": os.Getenv("PARLEY_DATA"), "PARLEY_SECRET_KEY": os.Getenv("PARLEY_SECRET_KEY"), "PARLEY_STOP_DELAY": "0s"}
		e["PARLEY_KEEP_EVENTS"], e["PARLEY_KEEP_DELIVERIES"] = "forever", "forever" // what is measured must stay
		open(b, e, key).measure(b)
		return
	}
	for name, database := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			e := env{"PARLEY_LISTEN": "127.0.0.1:0", "PARLEY_DATA": b.TempDir(), "DATABASE_URL": database(b), "PARLEY_SECRET_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "PARLEY_STOP_DELAY": "0s"}
			scale(b, e, 10_000).measure(b)
		})
	}
}

// Each query is asked scaleRounds times at least, and up to scaleMost times while that takes no longer than scaleFor: of 200 answers
// within a millisecond the slowest but one says how busy the machine is, and little of the query.
const (
	scaleRounds = 200
	scaleMost   = 2000
	scaleFor    = 8 * time.Second
)

// measure prints a row for each query: the middle, what one in a hundred takes longer than, and how often it was asked.
func (s *scaled) measure(b *testing.B) {
	b.Helper()
	plans := &strings.Builder{}
	row := func(name string, times int, run, undo func()) {
		for range min(5, times/2) {
			run()
			undo()
		}
		var took []time.Duration
		for start := time.Now(); len(took) < times || times == scaleRounds && len(took) < scaleMost && time.Since(start) < scaleFor; {
			begin := time.Now()
			run()
			took = append(took, time.Since(begin))
			undo()
		}
		slices.Sort(took)
		n := len(took)
		fmt.Printf("| %s | %.2f | %.2f | %d |\n", name, took[n/2].Seconds()*1000, took[n*99/100].Seconds()*1000, n)
	}
	fmt.Printf("| %s, ms | p50 | p99 | asked |\n| --- | --- | --- | --- |\n", s.db.Dialect)
	only := regexp.MustCompile(os.Getenv("PARLEY_SCALE_ONLY"))
	for _, q := range slices.Concat(hotQueries, rareQueries) {
		if !only.MatchString(q.name) {
			continue
		}
		document := s.fill.Replace(q.document)
		s.ran.of("api")
		s.ask(b, document)
		ran := s.ran.of("api")
		times := scaleRounds
		if q.uses == nil {
			times = 4
		}
		row(q.name, times, func() { s.ask(b, document) }, func() {})
		fmt.Fprintf(plans, "## %s\n\n", q.name)
		for _, st := range ran {
			fmt.Fprintf(plans, "%s\n%s\n", st.query, s.plan(b, st, true))
		}
	}
	s.measureClaims(b, row, plans)
	if file := os.Getenv("PARLEY_SCALE_PLANS"); file != "" {
		if err := os.WriteFile(file, []byte(plans.String()), 0o600); err != nil {
			b.Fatal(err)
		}
	}
}

// rareQueries find little in much.
var rareQueries = []hotQuery{
	{name: "inbox, with a tag that is rare", document: `{ threads(first: 50, where: {tag: "operator", status: OPEN}) { edges { node { id } } } }`},
	{name: "search, a word that is nowhere", document: `{ threads(first: 20, where: {text: "N-nowhere"}) { edges { node { id } } } }`},
	{name: "number of all threads", document: `{ threads(first: 1) { totalCount } }`},
}

// measureClaims makes turns and deliveries due in a transaction that is rolled back, and claims them in there with the statements
// that workers use.
func (s *scaled) measureClaims(b *testing.B, row func(name string, times int, run, undo func()), plans *strings.Builder) {
	b.Helper()
	ctx := viewer.SystemContext(b.Context(), "generate data")
	now := int64(ms.Now())
	// A few are due for real, so that the statement is heard. They go to a host that does not exist.
	if _, err := s.db.SQL.ExecContext(ctx, `UPDATE deliveries SET state = 'PENDING', next_at = $1 WHERE id IN (SELECT id FROM deliveries WHERE state = 'DONE' ORDER BY id DESC LIMIT 3)`, now); err != nil {
		b.Fatal(err)
	}
	heard := map[string]statement{}
	for deadline := time.Now().Add(20 * time.Second); heard["delivery"].query == "" && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		for _, st := range s.ran.of("delivery claim") {
			if strings.Contains(st.query, "UPDATE deliveries") {
				heard["delivery"] = st
			} else {
				heard["delivery look"] = st
			}
		}
	}
	for _, st := range s.ran.of("turn claim") {
		if !strings.Contains(st.query, "RUNNING") {
			heard["turn"] = st
		}
	}
	tx, err := s.db.SQL.BeginTx(ctx, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range []string{
		`UPDATE deliveries SET state = 'PENDING', next_at = $1 WHERE id IN (SELECT id FROM deliveries WHERE state = 'DONE' ORDER BY id DESC LIMIT 20000)`,
		`INSERT INTO turns (id, workspace_id, created_at, thread_id, agent_id, state, due_at, first_message_at)
			SELECT 'trn_' || substr(id, 5), workspace_id, created_at, id, agent_id, 'DUE', $1, $1 FROM threads WHERE status = 'OPEN' ORDER BY last_activity_at DESC LIMIT 20000`,
	} {
		if _, err := tx.ExecContext(ctx, statement, now); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE integration_health SET breaker = 'CLOSED', breaker_until = NULL, paused_until = NULL`); err != nil {
		b.Fatal(err)
	}
	claimed := map[string]int{}
	exec := func(text string) {
		if _, err := tx.ExecContext(ctx, text); err != nil {
			b.Fatalf("%s: %v", text, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(heard)) {
		st := heard[name]
		exec(`SAVEPOINT unclaimed`)
		row("claim: "+name, 1000, func() {
			n, err := count(ctx, tx, st)
			if claimed[name] += n; err != nil {
				b.Fatalf("%s: %v", st.query, err)
			}
		}, func() { exec(`ROLLBACK TO SAVEPOINT unclaimed`) }) // or an endpoint would soon have all it may have under way, and the rest would claim nothing
	}
	if err := tx.Rollback(); err != nil { // SQLite has one connection that writes, on which plans are asked for, too
		b.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(heard)) {
		st := heard[name]
		fmt.Fprintf(plans, "## claim: %s (%d rows)\n\n%s\n%s\n", name, claimed[name], st.query, s.plan(b, st, false))
	}
}

// count runs a statement and counts its rows.
func count(ctx context.Context, tx *sql.Tx, st statement) (n int, err error) {
	rows, err := tx.QueryContext(ctx, st.query, st.args...)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}
