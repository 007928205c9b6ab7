package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"parley/access"
	"parley/ent/id"
	"parley/seal"
	"parley/storage/storagetest"
)

// runCommand runs a command and returns what it prints.
func runCommand(t *testing.T, e env, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := command(t.Context(), args, e.get, &out, io.Discard)
	return out.String(), err
}

// mustRun is runCommand for commands that may not fail.
func mustRun(t *testing.T, e env, args ...string) string {
	t.Helper()
	out, err := runCommand(t, e, args...)
	if err != nil {
		t.Fatalf("parley %v: %v\n%s", args, err, out)
	}
	return out
}

// refused runs a command that must fail with an error that says each of the texts.
func refused(t *testing.T, e env, says []string, args ...string) {
	t.Helper()
	out, err := runCommand(t, e, args...)
	for _, text := range says {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("parley %v: %v, printed %q, and should say %q", args, err, out, text)
		}
	}
}

var cursorIn = regexp.MustCompile(`"cursor":"([^"]+)"`)

// furnished is an embedded database with a secret, a thread and a cursor, whose server runs.
type furnished struct {
	e                     env
	address, key          string
	agentID, threadID     string
	cursor, feedCursor    string
	token                 string
	stop                  func()
	written, acknowledged atomic.Int64
}

func furnish(t *testing.T, e env) *furnished {
	t.Helper()
	f := &furnished{e: e}
	var printed string
	f.address, printed, f.stop = startServer(t, e)
	f.key = printedKey.FindString(printed)
	f.agentID = idIn(t, query(t, f.address, f.key, `mutation { createAgent(input: {name: "A", quietMs: 0}) { agent { id } } }`), "agt_")
	query(t, f.address, f.key, `mutation { createIntegration(input: {name: "I", url: "https://receiver.example/", eventTypes: ["*"]}) { secret } }`)
	made := query(t, f.address, f.key, `mutation { createModelProvider(input: {name: "own", kind: OPENAI, baseUrl: "https://models.example/v1"}) { clientMutationId } }`)
	if strings.Contains(made, "errors") { // it has no key, so nothing is sealed in it
		t.Fatal(made)
	}
	f.threadID = idIn(t, query(t, f.address, f.key, fmt.Sprintf(`mutation { createThread(input: {agentId: %q, externalId: "first", text: "hello"}) { thread { id } } }`, f.agentID)), "thr_")
	f.token = regexp.MustCompile(`prt_[^"]+`).FindString(query(t, f.address, f.key, fmt.Sprintf(`mutation { createThreadToken(input: {threadId: %q}) { token } }`, f.threadID)))
	f.cursor, f.feedCursor = f.cursors(t, f.address)
	return f
}

// cursors are where a thread and the workspace are now.
func (f *furnished) cursors(t *testing.T, address string) (thread, feed string) {
	t.Helper()
	found := cursorIn.FindAllStringSubmatch(query(t, address, f.key, fmt.Sprintf(`{ thread(id: %q) { cursor } viewer { workspace { cursor } } }`, f.threadID)), -1)
	if len(found) != 2 {
		t.Fatalf("cursors: %q", found)
	}
	return found[0][1], found[1][1]
}

// pull asks for the events behind a cursor of the workspace.
func (f *furnished) pull(t *testing.T, address, after string) string {
	t.Helper()
	return query(t, address, f.key, fmt.Sprintf(`{ events(after: %q) { edges { node { id } } } }`, after))
}

// write adds messages until stop is closed.
func (f *furnished) write(t *testing.T, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		n := f.written.Add(1)
		if got := query(t, f.address, f.key, fmt.Sprintf(`mutation { sendMessage(input: {threadId: %q, text: "number %d"}) { message { id } } }`, f.threadID, n)); !strings.Contains(got, "msg_") {
			t.Errorf("sendMessage: %s", got)
			return
		}
		f.acknowledged.Store(n)
	}
}

// numbers are how many of the written messages a server has; they must be the first ones, without a gap.
func (f *furnished) numbers(t *testing.T, address string) (n int64) {
	t.Helper()
	var after string
	for {
		got := query(t, address, f.key, fmt.Sprintf(`{ thread(id: %q) { messages(first: 250%s) { edges { node { text } } pageInfo { hasNextPage endCursor } } } }`, f.threadID, after))
		for _, m := range regexp.MustCompile(`"text":"number (\d+)"`).FindAllStringSubmatch(got, -1) {
			if n++; m[1] != fmt.Sprint(n) {
				t.Fatalf("message %d is number %s", n, m[1])
			}
		}
		if !strings.Contains(got, `"hasNextPage":true`) {
			return n
		}
		after = `, after: "` + regexp.MustCompile(`"endCursor":"([^"]+)"`).FindStringSubmatch(got)[1] + `"`
	}
}

// elsewhere is an empty place for the same database, without a key.
func elsewhere(t *testing.T, e env) env {
	other := maps.Clone(e)
	other["PARLEY_DATA"], other["DATABASE_URL"] = t.TempDir(), ""
	delete(other, "PARLEY_SECRET_KEY")
	return other
}

// TestRestoreDrill backs a server up while it serves and is written to, and restores that elsewhere: with the right key, a
// wrong one and none.
func TestRestoreDrill(t *testing.T) {
	t.Parallel()
	e := environment(t, storagetest.SQLite)
	secret := e["PARLEY_SECRET_KEY"]
	f := furnish(t, e)
	stop := make(chan struct{})
	var writers sync.WaitGroup
	writers.Go(func() { f.write(t, stop) })
	waitUntil(t, func() bool { return t.Failed() || f.acknowledged.Load() >= 20 })
	if t.Failed() {
		t.FailNow()
	}
	folder := t.TempDir()
	file := filepath.Join(folder, "today.db")
	before := f.acknowledged.Load()
	out := mustRun(t, e, "backup", file)
	after := f.written.Load()
	close(stop)
	writers.Wait()
	if !strings.Contains(out, "1 workspaces, 1 agents, 1 threads") || !strings.Contains(out, "The secret key is not in it") {
		t.Errorf("backup printed %q", out)
	}
	if text, err := os.ReadFile(file); err != nil || bytes.Contains(text, []byte(secret)) {
		t.Errorf("the secret key is in the backup, %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) != 1 {
		t.Errorf("beside the backup: %q", left)
	}
	refused(t, e, []string{"exists: a backup never writes over another one"}, "backup", file)

	none := elsewhere(t, e)
	refused(t, none, []string{"there is no secret key", "PARLEY_SECRET_KEY", "secret.key"}, "restore", file)
	wrong := elsewhere(t, e)
	wrong["PARLEY_SECRET_KEY"] = seal.Generate()
	refused(t, wrong, []string{"the secret key is not the one that this database was begun with", "PARLEY_SECRET_KEY has"}, "restore", file)
	for _, other := range []env{none, wrong} {
		if left, _ := filepath.Glob(filepath.Join(other["PARLEY_DATA"], "parley.db*")); len(left) != 0 {
			t.Errorf("a refused restore leaves %q", left)
		}
	}

	right := elsewhere(t, e)
	right["PARLEY_SECRET_KEY"] = seal.Generate() + "," + secret // as in the middle of a rotation
	if out := mustRun(t, right, "restore", file); !strings.Contains(out, "A new history begins in 1 workspaces") {
		t.Errorf("restore printed %q", out)
	}
	refused(t, right, []string{"exists, and nothing is written over it"}, "restore", file)
	address, printed, _ := startServer(t, right)
	if printedKey.MatchString(printed) {
		t.Error("the restored server made a new workspace")
	}
	if n := f.numbers(t, address); n < before || n > after {
		t.Errorf("%d messages were restored; %d were there before the backup and %d after it", n, before, after)
	} else {
		t.Logf("%d messages restored, of %d to %d", n, before, after)
	}
	if got := query(t, address, f.token, fmt.Sprintf(`{ thread(id: %q) { externalId } }`, f.threadID)); !strings.Contains(got, `"first"`) {
		t.Errorf("a thread token: %s", got)
	}
	if got := f.pull(t, address, f.feedCursor); !strings.Contains(got, "CURSOR_EXPIRED") {
		t.Errorf("a cursor of the old history: %s", got)
	}
	_, feed := f.cursors(t, address)
	if got := f.pull(t, address, feed); strings.Contains(got, "errors") {
		t.Errorf("a cursor of the new history: %s", got)
	}
	if got := f.pull(t, f.address, f.feedCursor); strings.Contains(got, "errors") {
		t.Errorf("the cursor at the server that was backed up: %s", got)
	}
}

func TestABackupWithItsSecretKey(t *testing.T) {
	t.Parallel()
	e := env{"PARLEY_LISTEN": "127.0.0.1:0", "PARLEY_DATA": t.TempDir(), "PARLEY_CHECK_SQL": "on"}
	f := furnish(t, e)
	folder := t.TempDir()
	out := mustRun(t, e, "backup", folder, "--with-secret-key")
	files, _ := filepath.Glob(filepath.Join(folder, "parley-*.db"))
	if len(files) != 1 || !strings.Contains(out, "The secret key is beside it") {
		t.Fatalf("%q, printed %q", files, out)
	}
	if info, err := os.Stat(files[0] + keySuffix); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info, err)
	}
	other := elsewhere(t, e)
	mustRun(t, other, "restore", files[0])
	address, _, _ := startServer(t, other)
	if got := query(t, address, f.key, `{ integrations { edges { node { name } } } }`); !strings.Contains(got, `"I"`) {
		t.Errorf("the restored server: %s", got)
	}
	f.stop()
	mustRun(t, e, "backup", filepath.Join(folder, "at-rest.db")) // without a server
	if left, _ := filepath.Glob(filepath.Join(folder, ".*")); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

func TestWhatIsNoBackupIsRefused(t *testing.T) {
	t.Parallel()
	e := env{"PARLEY_LISTEN": "127.0.0.1:0", "PARLEY_DATA": t.TempDir(), "PARLEY_SECRET_KEY": seal.Generate()}
	refused(t, e, []string{"no such file"}, "backup", filepath.Join(t.TempDir(), "x.db"))
	refused(t, e, []string{"no such file"}, "restore", filepath.Join(t.TempDir(), "x.db"))
	refused(t, e, []string{"unknown command or missing argument"}, "restore")
	refused(t, e, []string{"unknown command or missing argument"}, "backup", "a", "b")
	folder := t.TempDir()
	write := func(name string, text []byte) string {
		name = filepath.Join(folder, name)
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	refused(t, e, []string{"no database of Parley"}, "restore", write("empty.db", nil))
	refused(t, e, []string{"no database of Parley"}, "restore", write("text.db", []byte("this is a text and no database")))

	mustRun(t, e, "migrate")
	file := filepath.Join(folder, "whole.db")
	mustRun(t, e, "backup", file)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(whole)
	for i := 4096 * 3; i < 4096*9; i++ {
		broken[i] = 0xa5
	}
	other := elsewhere(t, e)
	other["PARLEY_SECRET_KEY"] = e["PARLEY_SECRET_KEY"]
	refused(t, other, []string{"damaged"}, "restore", write("broken.db", broken))
	refused(t, other, []string{"damaged"}, "restore", write("short.db", whole[:len(whole)/2]))
	beside := write("beside.db", whole)
	write("beside.db-wal", []byte("x"))
	refused(t, other, []string{"a copy of a database at work"}, "restore", beside)
	mustRun(t, other, "restore", file)
}

// A server that runs keeps its folder; a database put back by other means is marked.
func TestMarkAfterAnotherRestore(t *testing.T) {
	environments(t, func(t *testing.T, e env) {
		if strings.HasPrefix(e["DATABASE_URL"], "postgres") {
			e["DATABASE_URL"] = ownDatabase(t) // servers of other tests are connected to theirs
		}
		f := furnish(t, e)
		says := "another server is running"
		if strings.HasPrefix(e["DATABASE_URL"], "postgres") {
			says = "stop all of them first"
			refused(t, e, []string{"pg_dump"}, "backup", t.TempDir())
			refused(t, e, []string{"parley restore --mark"}, "restore", "x.db")
		} else {
			refused(t, e, []string{says}, "restore", "x.db")
		}
		refused(t, e, []string{says}, "restore", "--mark")
		f.stop()
		wrong := maps.Clone(e)
		wrong["PARLEY_SECRET_KEY"] = seal.Generate()
		refused(t, wrong, []string{"the secret key is not the one"}, "restore", "--mark")
		if out := mustRun(t, e, "restore", "--mark"); !strings.Contains(out, "A new history begins in 1 workspaces") {
			t.Errorf("it printed %q", out)
		}
		address, _, _ := startServer(t, e)
		if got := f.pull(t, address, f.feedCursor); !strings.Contains(got, "CURSOR_EXPIRED") {
			t.Errorf("a cursor of the old history: %s", got)
		}
		if got := query(t, address, f.key, `{ threads { totalCount } }`); !strings.Contains(got, `"totalCount":1`) {
			t.Errorf("threads: %s", got)
		}
	})
}

// ownDatabase makes a whole Postgres database for a test, not only a schema.
func ownDatabase(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(os.Getenv("TEST_POSTGRES_URL"))
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("postgres", u.String())
	if err != nil {
		t.Fatal(err)
	}
	name := strings.ToLower(id.New("tst"))
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name); err != nil {
			t.Errorf("drop the database: %v", err)
		}
		_ = admin.Close()
	})
	u.Path = "/" + name
	return u.String()
}

// A backup that is broken off leaves nothing.
func TestABackupThatIsBrokenOff(t *testing.T) {
	t.Parallel()
	e := env{"PARLEY_DATA": t.TempDir(), "PARLEY_SECRET_KEY": seal.Generate(), "PARLEY_ADMIN_KEY": access.NewKey()}
	mustRun(t, e, "migrate")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	folder := t.TempDir()
	if err := command(ctx, []string{"backup", folder}, e.get, io.Discard, io.Discard); err == nil {
		t.Error("it went on")
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}
