//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/lib/pq"  // the drivers of both databases
	_ "modernc.org/sqlite" // as Parley has them

	"parley/bench/process"
)

const (
	adminKey  = "bench-admin-key-0123456789abcdef0123456789"
	secretKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" //nolint:gosec // of databases that are gone after the measurement
	// Of the newest threads some have many messages, as those do that customers are writing in.
	longThreads, longMessages, shortMessages = 100, 1000, 40
	workspaces                               = 20
)

// keyOf is the key of the i-th workspace; the 0th has the page.
func keyOf(i int) string {
	if i == 0 {
		return adminKey
	}
	return fmt.Sprintf("bench-key-of-workspace-%02d-0123456789abcdef", i)
}

// database is one with everything in it that is measured.
type database struct {
	url       string // as Parley and the servers in Node take it
	db        *sql.DB
	workspace string
	postgres  bool
	tidy      func()
	answer    []byte // of the first server
}

// makeDatabase makes a database with Parley's tables, and fills it.
func makeDatabase(ctx context.Context, o options, kind string) (*database, error) {
	d := &database{postgres: kind == "postgres", tidy: func() {}}
	var err error
	if d.postgres {
		err = d.makePostgres(ctx, o)
	} else {
		err = d.makeSQLite(o)
	}
	if err != nil {
		return nil, err
	}
	p, err := d.startParley(ctx, o) // which makes the tables, and a workspace
	if err != nil {
		return nil, err
	}
	p.Stop(gently)
	if d.postgres {
		d.db, err = sql.Open("postgres", d.url)
	} else {
		d.db, err = sql.Open("sqlite", "file:"+strings.TrimPrefix(d.url, "sqlite://")+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_pragma=synchronous(NORMAL)")
		d.db.SetMaxOpenConns(1)
	}
	if err == nil {
		err = d.fill(ctx, o.threads)
	}
	return d, err
}

func (d *database) makePostgres(ctx context.Context, o options) error {
	admin, err := sql.Open("postgres", o.postgres)
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close() }()
	name := fmt.Sprintf("bench_read_%d", os.Getpid())
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name} {
		if _, err := admin.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	d.url = strings.Replace(o.postgres, "/postgres?", "/"+name+"?", 1)
	d.tidy = func() {
		if admin, err := sql.Open("postgres", o.postgres); err == nil {
			_, _ = admin.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
			_ = admin.Close()
		}
	}
	return nil
}

func (d *database) makeSQLite(o options) error {
	folder := o.keep
	if folder == "" {
		var err error
		if folder, err = os.MkdirTemp("", "parley-bench-read-"); err != nil {
			return err
		}
		d.tidy = func() { _ = os.RemoveAll(folder) }
	}
	d.url = "sqlite://" + filepath.Join(folder, "bench.db")
	return nil
}

func (d *database) environment() []string {
	return []string{"DATABASE_URL=" + d.url, "PARLEY_LISTEN=127.0.0.1:0", "PARLEY_ADMIN_KEY=" + adminKey, "PARLEY_SECRET_KEY=" + secretKey,
		"PARLEY_KEY_RATE=1000000000", "PARLEY_KEY_COST=1000000000", "PARLEY_DATA=" + os.TempDir(), "NODE_ENV=production", "GRAPHILE_ENV=production"}
}

func (d *database) startParley(ctx context.Context, o options) (*process.Server, error) {
	return process.Start(ctx, d.environment(), servesOn, filepath.Join(o.bin, "parley"))
}

// numbered is an id of Parley's form.
func (d *database) numbered(prefix, number string) string {
	if d.postgres {
		return "'" + prefix + "_01' || lpad((" + number + ")::text, 24, '0')"
	}
	return "'" + prefix + "_01' || printf('%024d', " + number + ")"
}

// said is a text of an everyday length with a number in it.
const said = `' Thank you, that helps. Could you tell me when it will arrive, and whether I can still change the address?'`

// fill makes threads and messages, the same for both databases: agents, customers, 20,000 threads, 900,000 messages, two tags
// each, and beside them the workspaces that messages are stored in.
func (d *database) fill(ctx context.Context, threads int) error {
	series := func(n string) string {
		return "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < " + n + ") "
	}
	if err := d.db.QueryRowContext(ctx, "SELECT id FROM workspaces").Scan(&d.workspace); err != nil {
		return err
	}
	cast := "CAST(%s AS text)"
	if !d.postgres {
		cast = "CAST(CAST(%s AS integer) AS text)"
	}
	text := func(number string) string { return fmt.Sprintf(cast, number) }
	n := fmt.Sprint(threads)
	statements := []string{
		series("50") + "INSERT INTO agents (id, workspace_id, created_at, updated_at, name, models) SELECT " + d.numbered("agt", "i") + ", $1, i, i, 'Agent ' || " + text("i") + ", '[]' FROM s",
		series(n) + "INSERT INTO customers (id, workspace_id, created_at, updated_at, name) SELECT " + d.numbered("cus", "i") + ", $1, i, i, 'Customer ' || " + text("i") + " FROM s",
		series(n) + "INSERT INTO threads (id, workspace_id, created_at, updated_at, channel, shard, message_count, last_activity_at, last_seq, agent_id, customer_id) SELECT " +
			d.numbered("thr", "i") + ", $1, i, i, 'web', i % 8, " + d.messagesOf(n) + ", 1700000000000 + i * 1000, 2000, " + d.numbered("agt", "1 + i % 50") + ", " + d.numbered("cus", "i") + " FROM s",
		series(fmt.Sprint(longMessages)) + "INSERT INTO messages (id, workspace_id, created_at, sequence, author, text, thread_id) SELECT " + d.numbered("msg", "k.n * 10000 + s.i") +
			", $1, 1700000000000 + k.n * 1000 + s.i, s.i, CASE WHEN s.i % 2 = 0 THEN 'AGENT' ELSE 'CUSTOMER' END, 'Message ' || " + text("s.i") + " || " + said + ", k.id FROM (SELECT id, message_count, created_at AS n FROM threads WHERE workspace_id = $1) k JOIN s ON s.i <= k.message_count",
		"INSERT INTO thread_tags (id, workspace_id, created_at, name, thread_id) SELECT " + d.numbered("tag", "created_at * 2") + ", $1, 1, 'vip', id FROM threads WHERE workspace_id = $1",
		"INSERT INTO thread_tags (id, workspace_id, created_at, name, thread_id) SELECT " + d.numbered("tag", "created_at * 2 + 1") + ", $1, 1, 'interest', id FROM threads WHERE workspace_id = $1",
	}
	for _, statement := range statements {
		if err := d.exec(ctx, statement, d.workspace); err != nil {
			return err
		}
	}
	for i := 1; i <= workspaces; i++ {
		if err := d.fillWorkspace(ctx, i, series); err != nil {
			return err
		}
	}
	_, err := d.db.ExecContext(ctx, map[bool]string{true: "VACUUM ANALYZE", false: "PRAGMA wal_checkpoint(TRUNCATE)"}[d.postgres])
	return err
}

func (d *database) messagesOf(threads string) string {
	return fmt.Sprintf("CASE WHEN i > %s - %d THEN %d ELSE %d END", threads, longThreads, longMessages, shortMessages)
}

// exec runs a statement. Postgres wants to know of what type a value is that stands in several places.
func (d *database) exec(ctx context.Context, text string, args ...any) error {
	if d.postgres {
		text = strings.ReplaceAll(text, "$1", "CAST($1 AS varchar)")
	}
	if _, err := d.db.ExecContext(ctx, text, args...); err != nil {
		return fmt.Errorf("%.80s: %w", text, err)
	}
	return nil
}

const (
	// threadsEach is how many threads of each workspace a server stores messages in. No server writes to those of another, as none
	// does beside one that is deployed: Parley remembers the threads that it wrote to last.
	threadsEach = 50
	// writers is how many servers there may be.
	writers = 4
)

// fillWorkspace makes a workspace with a key and threads that a person has, so that no turn begins.
func (d *database) fillWorkspace(ctx context.Context, i int, series func(string) string) error {
	w := fmt.Sprintf("wsp_01%024d", i)
	sum := sha256.Sum256([]byte(keyOf(i)))
	base := fmt.Sprint(900_000 + i*1000)
	for _, s := range []struct {
		text string
		args []any
	}{
		{"INSERT INTO workspaces (id, name, history, created_at) VALUES ($1, $2, $3, 1)", []any{w, fmt.Sprint("w", i), fmt.Sprintf("his_01%024d", i)}},
		{"INSERT INTO api_keys (id, workspace_id, created_at, name, role, hash, hint) VALUES ($1, $2, 1, 'app', 'APP', $3, 'bench-ke')", []any{fmt.Sprintf("key_01%024d", i), w, hex.EncodeToString(sum[:])}},
		{series("8") + "INSERT INTO feed_shards (id, workspace_id, created_at, shard) SELECT " + d.numbered("fsh", base+"+i") + ", $1, 1, i - 1 FROM s", []any{w}},
		{"INSERT INTO agents (id, workspace_id, created_at, updated_at, name, models) SELECT " + d.numbered("agt", base) + ", $1, 1, 1, 'Agent', '[]'", []any{w}},
		{series(fmt.Sprint(writers*threadsEach)) + "INSERT INTO customers (id, workspace_id, created_at, updated_at, name) SELECT " + d.numbered("cus", base+"+i") + ", $1, 1, 1, 'Customer' FROM s", []any{w}},
		{series(fmt.Sprint(writers*threadsEach)) + "INSERT INTO threads (id, workspace_id, created_at, updated_at, channel, shard, status, last_activity_at, agent_id, customer_id) SELECT " +
			d.numbered("thr", base+"+i") + ", $1, 1, 1, 'web', i % 8, 'OPERATOR', 1, " + d.numbered("agt", base) + ", " + d.numbered("cus", base+"+i") + " FROM s", []any{w}},
		{series(fmt.Sprint(writers*threadsEach)) + "INSERT INTO thread_tags (id, workspace_id, created_at, name, thread_id) SELECT " + d.numbered("tag", base+"+i") + ", $1, 1, 'operator', " + d.numbered("thr", base+"+i") + " FROM s", []any{w}},
	} {
		if err := d.exec(ctx, s.text, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// threadOf is the id of a thread of a workspace, both counted from 1; a workspace has writers * threadsEach of them.
func threadOf(workspace, i int) string { return fmt.Sprintf("thr_01%024d", 900_000+workspace*1000+i) }

// gently is how long a server has to end by itself: SQLite then leaves no log behind.
const gently = 10 * time.Second

// servesOn finds the address in a line that a server prints.
func servesOn(line string) string {
	_, rest, _ := strings.Cut(line, "serves on http://")
	address, _, _ := strings.Cut(rest, " ")
	return strings.TrimRight(address, "/,.")
}
