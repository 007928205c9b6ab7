package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/access"
	"parley/ent/ms"
	"parley/seal"
	"parley/storage/storagetest"
)

// keeper is a published client that keeps a stream for as long as it can.
type keeper struct {
	t     *testing.T
	stdin io.Writer
	lines chan string
}

func startKeeper(t *testing.T, kind, address, keys, threadID, after, retries string) *keeper {
	t.Helper()
	return keep(t, "lasting.mjs", kind, address+"/graphql", keys, threadID, after, retries)
}

// keep starts a script that goes on until its standard input ends.
func keep(t *testing.T, script string, args ...string) *keeper {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	run := exec.CommandContext(ctx, "node", append([]string{script}, args...)...)
	run.Dir, run.Stderr = filepath.Join("testdata", "clients"), os.Stderr
	stdin, err := run.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatalf("node: %v (`make test` installs what it needs)", err)
	}
	l := &keeper{t: t, stdin: stdin, lines: make(chan string, 1000)}
	go func() {
		defer close(l.lines)
		for scan := bufio.NewScanner(stdout); scan.Scan(); {
			l.lines <- scan.Text()
		}
	}()
	t.Cleanup(func() {
		_ = stdin.Close() // which ends it
		for range l.lines {
		}
		_ = run.Wait() // what it had to say is said
		cancel()
	})
	return l
}

// expect reads lines and compares.
func (l *keeper) expect(want ...string) {
	l.t.Helper()
	for _, w := range want {
		got, ok := <-l.lines
		if !ok || !strings.Contains(got, w) {
			l.t.Fatalf("the client says %q, want %s", got, w)
		}
	}
}

// until reads lines to one that is as expected. Before it may be what clients say of their connections, and events that
// they have seen before or not yet, but nothing that would tell their users of an end.
func (l *keeper) until(want string) {
	l.t.Helper()
	for line := range l.lines {
		switch {
		case line == want:
			return
		case strings.HasPrefix(line, `{"error"`), strings.HasPrefix(line, `{"complete"`):
			l.t.Fatalf("the client says %s before %s", line, want)
		}
	}
	l.t.Fatalf("the client ended before %s", want)
}

func printed(sequence int) string {
	return fmt.Sprintf(`{"event":{"type":"note.added","sequence":%d}}`, sequence)
}

// followed is a thread on a server that keeps its address over restarts.
type followed struct {
	t                         *testing.T
	e                         env
	address, key              string
	agentID, threadID, cursor string
	notes                     int
	stop                      func()
}

func newFollowed(t *testing.T, e env) *followed {
	t.Helper()
	e["PARLEY_LISTEN"], e["PARLEY_ADMIN_KEY"] = "127.0.0.1:"+freePort(t), access.NewKey()
	f := &followed{t: t, e: e, key: e["PARLEY_ADMIN_KEY"], notes: 1} // the thread's first event is its own
	f.address, _, f.stop = startServer(t, e)
	f.agentID = idIn(t, f.ask(`mutation { createAgent(input: {name: "A", quietMs: 0}) { agent { id } } }`), "agt_")
	f.threadID = idIn(t, f.ask(fmt.Sprintf(`mutation { createThread(input: {agentId: %q, customer: {name: "Ann"}}) { thread { id } } }`, f.agentID)), "thr_")
	var start struct {
		Data struct{ Thread struct{ Cursor string } }
	}
	if err := json.Unmarshal([]byte(f.ask(fmt.Sprintf(`{ thread(id: %q) { cursor } }`, f.threadID))), &start); err != nil {
		t.Fatal(err)
	}
	f.cursor = start.Data.Thread.Cursor
	return f
}

func (f *followed) ask(document string) string { return query(f.t, f.address, f.key, document) }

// note makes an event and returns how a client prints it.
func (f *followed) note() string {
	f.t.Helper()
	f.ask(fmt.Sprintf(`mutation { addNote(input: {threadId: %q, text: "x"}) { note { id } } }`, f.threadID))
	f.notes++
	return printed(f.notes)
}

func TestARefusedKeyEndsAfterTheRetriesOfTheClient(t *testing.T) {
	t.Parallel()
	f := newFollowed(t, environment(t, storagetest.SQLite))
	f.note()
	l := startKeeper(t, "ws", f.address, "prl_nothing_that_was_ever_made_by_anyone_at_all", f.threadID, f.cursor, "2")
	l.expect(`{"connection":1}`, `{"closed":4403}`, `{"connection":2}`, `{"closed":4403}`, `{"connection":3}`, `{"closed":4403}`, `closed with 4403`)
}

func TestAClientWhoseKeyEndsGoesOnWithTheNext(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ws", "apollo"} {
		t.Run(kind, func(t *testing.T) {
			environments(t, func(t *testing.T, e env) {
				f := newFollowed(t, e)
				var made struct {
					Data struct {
						CreateApiKey struct {
							Key    string
							ApiKey struct{ ID string }
						}
					}
				}
				text := f.ask(`mutation { createApiKey(input: {name: "k", role: OPERATOR}) { key apiKey { id } } }`)
				if err := json.Unmarshal([]byte(text), &made); err != nil {
					t.Fatal(err)
				}
				l := startKeeper(t, kind, f.address, made.Data.CreateApiKey.Key+","+f.key, f.threadID, f.cursor, "5")
				first := f.note()
				l.until(first)
				f.ask(fmt.Sprintf(`mutation { revokeApiKey(input: {id: %q}) { apiKey { id } } }`, made.Data.CreateApiKey.ApiKey.ID))
				l.until(`{"closed":4403}`)
				second := f.note()
				l.until(`{"connection":2}`)
				l.until(second)
			})
		})
	}
}

// A token that expires ends the socket, and the client comes back by itself with the one that it is given next.
func TestAClientWhoseTokenExpiresGoesOnWithTheNext(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ws", "apollo", "urql"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f := newFollowed(t, environment(t, storagetest.SQLite))
			keys, err := seal.Parse(f.e["PARLEY_SECRET_KEY"])
			if err != nil {
				t.Fatal(err)
			}
			var workspace struct {
				Data struct {
					Viewer struct{ Workspace struct{ ID string } }
				}
			}
			if err := json.Unmarshal([]byte(f.ask(`{ viewer { workspace { id } } }`)), &workspace); err != nil {
				t.Fatal(err)
			}
			token := func(life time.Duration) string { // as package access makes them, but shorter than it would
				payload := fmt.Sprintf(`{"w":%q,"t":%q,"e":%q}`, workspace.Data.Viewer.Workspace.ID, f.threadID, ms.Now().Add(life).String())
				return "prt_" + keys.Token("thread token 1", []byte(payload))
			}
			l := startKeeper(t, kind, f.address, token(3*time.Second)+","+token(time.Minute), f.threadID, f.cursor, "5")
			l.until(f.note())
			l.until(`{"closed":4403}`)
			l.until(`{"connection":2}`)
			l.until(f.note())
		})
	}
}

func TestAClientResumesAfterADeploy(t *testing.T) {
	t.Parallel()
	for kind, told := range map[string]string{"ws": `{"closed":1012}`, "apollo": `{"closed":1012}`, "urql": `{"closed":1012}`, "sse": `{"connection":2}`} {
		t.Run(kind, func(t *testing.T) {
			environments(t, func(t *testing.T, e env) {
				f := newFollowed(t, e)
				l := startKeeper(t, kind, f.address, f.key, f.threadID, f.cursor, "600")
				l.until(f.note())
				f.stop()
				l.until(told)
				f.address, _, f.stop = startServer(t, f.e)
				l.until(f.note())
			})
		})
	}
}

func TestAClientThatReadsTooSlowlyIsToldAndResumes(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		f := newFollowed(t, e)
		l := startKeeper(t, "ws", f.address, f.key, f.threadID, f.cursor, "5")
		l.until(f.note())
		if _, err := io.WriteString(l.stdin, "stall\n"); err != nil {
			t.Fatal(err)
		}
		l.until(`{"closed":4499}`)
		l.until(f.note())
	})
}

func TestClientsOfStreamsAndQueriesSeeTheSame(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ws", "sse", "apollo", "urql", "urql-sse"} {
		t.Run(kind, func(t *testing.T) {
			environments(t, func(t *testing.T, e env) {
				f := newFollowed(t, e)
				for range 20 {
					f.note()
				}
				l := startKeeper(t, kind, f.address, f.key, f.threadID, f.cursor, "0")
				role := strings.HasPrefix(kind, "apollo") || strings.HasPrefix(kind, "urql")
				for next := 2; next <= f.notes || role; {
					switch line := <-l.lines; {
					case line == `{"role":"ADMIN"}` && role:
						role = false
					case line == printed(next):
						next++
					case strings.HasPrefix(line, `{"connection":`):
					default:
						t.Fatalf("event %d: the client says %q", next, line)
					}
				}
				for range 3 {
					l.expect(f.note())
				}
			})
		})
	}
}

func TestApolloIsNotGivenAStreamAsOneAnswer(t *testing.T) {
	t.Parallel()
	f := newFollowed(t, environment(t, storagetest.SQLite))
	f.note()
	startKeeper(t, "apollo-http", f.address, f.key, f.threadID, f.cursor, "0").expect(`a subscription needs`)
}
