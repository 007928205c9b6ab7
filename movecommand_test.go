package main

import (
	"context"
	"maps"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"parley/ent/migrate"
	"parley/ent/viewer"
	"parley/seal"
	"parley/storage"
	"parley/storage/storagetest"
)

// TestMoveOfALivedInDatabase kills an embedded server under load, moves everything to Postgres and starts there at the same
// address: dialogues, streams by their cursors, calls, reminders and deliveries go on as after a crash.
func TestMoveOfALivedInDatabase(t *testing.T) {
	t.Parallel()
	e := environment(t, storagetest.SQLite)
	e["PARLEY_WEBHOOK_RETRIES"] = soonAgain
	d := newDeadly(t, e)
	d.start("")
	s := newStage(t, d)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	stop := make(chan struct{})
	played := s.load(ctx, stop)
	s.begun(2 * len(dialogues))
	to := storagetest.Postgres(t)
	refused(t, e, []string{"another server is running"}, "move", "--to", to)
	d.kill()
	begin := time.Now()
	out := mustRun(t, e, "move", "--to", to)
	t.Logf("moved in %v:\n%s", time.Since(begin).Round(time.Millisecond), out)
	old := maps.Clone(e)
	refused(t, old, []string{"this database was moved to postgres://"}, "workspaces", "list")
	if strings.Contains(out, "@") {
		t.Errorf("it printed the password: %s", out)
	}
	e["DATABASE_URL"] = to
	before := s.begun(0)
	d.start("")
	s.begun(before + len(dialogues))
	close(stop)
	played.Wait()
	s.verdict(ctx, cancel, "after the move")
}

// TestMoveKeepsWhatOthersHold moves a database at rest: cursors, keys, tokens and ids are good afterwards.
func TestMoveKeepsWhatOthersHold(t *testing.T) {
	t.Parallel()
	e := environment(t, storagetest.SQLite)
	f := furnish(t, e)
	query(t, f.address, f.key, `mutation { sendMessage(input: {threadId: "`+f.threadID+`", text: "Grüße, 你好 🌻"}) { message { id } } }`)
	const all = `{ agents(first: 5) { edges { node { id name } } } threads(first: 5) { edges { node { id lastActivityAt messages(first: 20) { edges { node { id text author createdAt } } } } } }
		integrations(first: 5) { edges { node { id name eventTypes } } } events(first: 50) { edges { cursor node { id type sequence } } } }`
	f.settle(t)
	was, events := query(t, f.address, f.key, all), f.pull(t, f.address, f.feedCursor)
	f.stop()

	to := storagetest.Postgres(t)
	none := maps.Clone(e)
	delete(none, "PARLEY_SECRET_KEY")
	refused(t, none, []string{"there is no secret key"}, "move", "--to", to)
	wrong := maps.Clone(e)
	wrong["PARLEY_SECRET_KEY"] = seal.Generate()
	refused(t, wrong, []string{"the secret key is not the one that this database was begun with"}, "move", "--to", to)
	refused(t, e, []string{"say where to move"}, "move")
	refused(t, e, []string{"say where to move"}, "move", "--to", "sqlite:///tmp/x.db")
	full := environment(t, storagetest.Postgres)
	_, _, stop := startServer(t, full)
	stop()
	refused(t, e, []string{"the database is not empty", "nothing was changed"}, "move", "--to", full["DATABASE_URL"])
	refused(t, full, []string{"leaves the embedded database"}, "move", "--to", to)

	mustRun(t, e, "move", "--to", to)
	moved := maps.Clone(e)
	moved["DATABASE_URL"] = to
	address, printed, stop := startServer(t, moved)
	if printedKey.MatchString(printed) {
		t.Error("the server on Postgres made a new workspace")
	}
	if is := query(t, address, f.key, all); is != was || strings.Contains(is, "errors") {
		t.Errorf("after the move:\n%s\nbefore:\n%s", is, was)
	}
	if is := f.pull(t, address, f.feedCursor); is != events {
		t.Errorf("events behind an old cursor:\n%s\nbefore:\n%s", is, events)
	}
	if got := query(t, address, f.token, `{ thread(id: "`+f.threadID+`") { externalId } }`); !strings.Contains(got, `"first"`) {
		t.Errorf("an old thread token: %s", got)
	}
	stop()
	refused(t, e, []string{"this database was moved to"}, "serve")
	refused(t, e, []string{"this database was moved to"}, "move", "--to", storagetest.Postgres(t))
	mustRun(t, e, "restore", "--mark") // to go on at the old one all the same
	address, _, _ = startServer(t, e)
	if got := f.pull(t, address, f.feedCursor); !strings.Contains(got, "CURSOR_EXPIRED") {
		t.Errorf("an old cursor at the database that was left: %s", got)
	}
}

// begun waits until so many dialogues were begun, and says how many were.
func (s *stage) begun(least int) (n int) {
	s.t.Helper()
	waitUntil(s.t, func() bool {
		s.log.mu.Lock()
		defer s.log.mu.Unlock()
		n = s.opened
		return n >= least
	})
	return n
}

// settle waits until the agent has answered.
func (f *furnished) settle(t *testing.T) {
	t.Helper()
	waitUntil(t, func() bool {
		got := query(t, f.address, f.key, `{ thread(id: "`+f.threadID+`") { messages(last: 1) { edges { node { author } } } turns(first: 50) { state } } }`)
		return strings.Contains(got, `"AGENT"`) && strings.Count(got, `"state"`) == strings.Count(got, `"state":"ENDED"`)
	})
}

// A move that fails leaves the target empty and the source as it was.
func TestMoveThatFails(t *testing.T) {
	t.Parallel()
	e := environment(t, storagetest.SQLite)
	f := furnish(t, e)
	f.stop()
	to := storagetest.Postgres(t)
	db, err := storage.Open(t.Context(), e["DATABASE_URL"], storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	do := func(statement string) {
		t.Helper()
		if _, err := db.SQL.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	empty := func() {
		t.Helper()
		target := storagetest.Open(t, to)
		ctx := viewer.SystemContext(t.Context(), "move")
		for _, table := range migrate.Tables {
			var n int
			if err := target.SQL.QueryRowContext(ctx, `SELECT count(*) FROM "`+table.Name+`"`).Scan(&n); err != nil || n != 0 {
				t.Errorf("%d rows in %s, %v", n, table.Name, err)
			}
		}
	}
	do(`CREATE TABLE mine (x)`)
	refused(t, e, []string{"a table mine"}, "move", "--to", to)
	do(`DROP TABLE mine`)
	do(`UPDATE agents SET instructions = 'a' || char(0) || 'b'`)
	refused(t, e, []string{"nothing was moved", "column instructions of agt_", "zero byte"}, "move", "--to", to)
	empty()
	do(`UPDATE agents SET instructions = CAST(x'ff' AS TEXT)`)
	refused(t, e, []string{"no UTF-8"}, "move", "--to", to)
	do(`UPDATE agents SET instructions = ''`)
	do(`PRAGMA foreign_keys = 0`)
	do(`UPDATE threads SET agent_id = 'agt_nobody'`)
	refused(t, e, []string{"a reference of the copied rows does not hold"}, "move", "--to", to)
	empty()
	do(`UPDATE threads SET agent_id = '` + f.agentID + `'`)
	moveWithoutPassword(t, e, to)
}

// moveWithoutPassword moves by a command that does not show the password, which stands in the environment.
func moveWithoutPassword(t *testing.T, e env, to string) {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	u.User = url.User(u.User.Username())
	move := exec.CommandContext(t.Context(), binary(t, "parley"), "move", "--to", u.String())
	move.Env = []string{"PGPASSWORD=" + password}
	for name, value := range e {
		move.Env = append(move.Env, name+"="+value)
	}
	if out, err := move.CombinedOutput(); err != nil || !strings.Contains(string(out), "Moved ") {
		t.Errorf("%v\n%s", err, out)
	}
}
