package main

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/storage"
)

// scratchFolders are the names of the folders of dry runs in a temporary folder.
func scratchFolders(t *testing.T, temporary string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(temporary, scratchPrefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestOnlyDeadScratchIsCleared(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	dead := filepath.Join(temporary, scratchPrefix+"dead")
	for _, folder := range []string{dead, filepath.Join(temporary, "another")} {
		if err := os.MkdirAll(filepath.Join(folder, "deeper"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(temporary, scratchPrefix+"file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	log, discard, err := scratch(storage.Options{})(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clearScratch(slog.New(slog.DiscardHandler))
	left := scratchFolders(t, temporary)
	if len(left) != 2 || slices.Contains(left, dead) || !slices.Contains(left, file) {
		t.Errorf("left beside the living: %q", left)
	}
	if _, err := os.Stat(filepath.Join(temporary, "another")); err != nil {
		t.Error(err)
	}
	if log.Client() == nil {
		t.Error("the living has no database")
	}
	if err := discard(); err != nil {
		t.Error(err)
	}
	if left := scratchFolders(t, temporary); len(left) != 1 {
		t.Errorf("left in the end: %q", left)
	}
}

// Servers that start while others begin dry runs take none of theirs.
func TestScratchIsHeldFromTheBeginning(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	done := make(chan struct{})
	var clearing sync.WaitGroup
	clearing.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				clearScratch(slog.New(slog.DiscardHandler))
			}
		}
	})
	for range 200 {
		folder, remove, err := scratchFolder()
		if err != nil {
			continue // it was taken three times before it could be held; the dry run fails and says so
		}
		if err := os.WriteFile(filepath.Join(folder, "stage.db"), nil, 0o600); err != nil {
			t.Errorf("a folder that is held: %v", err)
		}
		if err := remove(); err != nil {
			t.Error(err)
		}
	}
	close(done)
	clearing.Wait()
}

// TestKilledDryRunsAreClearedUp kills a server while it plays a dry run: what the run left in the temporary folder is
// gone when the next server has started, while the run of another server goes on.
func TestKilledDryRunsAreClearedUp(t *testing.T) {
	environments(t, func(t *testing.T, e env) {
		called, answer := make(chan struct{}, 2), make(chan struct{})
		endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			called <- struct{}{}
			select {
			case <-answer:
			case <-r.Context().Done():
			}
			_, _ = w.Write([]byte(`{"ok":true}`))
		}))
		defer endpoint.Close()
		e["TMPDIR"] = t.TempDir()
		begin := func(p *process) {
			agentID := idIn(t, query(t, p.address, p.key, `mutation { createAgent(input: {name: "A", models: ["scripted"]}) { agent { id } } }`), "agt_")
			query(t, p.address, p.key, fmt.Sprintf(`mutation { createFunction(input: {agentId: %q, kind: HTTP, name: "report", method: "GET", url: %q}) { function { id } } }`,
				agentID, endpoint.URL))
			query(t, p.address, p.key, fmt.Sprintf(`mutation { testAgent(input: {agentId: %q, text: "report please", functions: LIVE}) { runId } }`, agentID))
			select {
			case <-called:
			case <-time.After(30 * time.Second):
				t.Fatal("the dry run does not call its function")
			}
		}
		p := newProcess(t, e)
		begin(p)
		mine := scratchFolders(t, e["TMPDIR"])
		if len(mine) != 1 {
			t.Fatalf("folders while a run is played: %q", mine)
		}
		other := maps.Clone(e)
		other["PARLEY_DATA"], other["DATABASE_URL"] = t.TempDir(), ""
		beside := newProcess(t, other)
		if left := scratchFolders(t, e["TMPDIR"]); len(left) != 1 {
			t.Fatalf("a server that starts beside leaves %q", left)
		}
		begin(beside)
		p.kill()
		if left := scratchFolders(t, e["TMPDIR"]); len(left) != 2 {
			t.Fatalf("folders after the kill: %q", left)
		}
		until := func(what string, ok func(left []string) bool) {
			t.Helper()
			deadline := time.Now().Add(30 * time.Second)
			for left := scratchFolders(t, e["TMPDIR"]); !ok(left); left = scratchFolders(t, e["TMPDIR"]) {
				if time.Now().After(deadline) {
					t.Fatalf("waited in vain for %s: there are %q, and that of the dead server is %s", what, left, mine)
				}
				time.Sleep(10 * time.Millisecond)
			}
		}
		p.start()
		until("the next server", func(left []string) bool { return len(left) < 2 })
		if left := scratchFolders(t, e["TMPDIR"]); len(left) != 1 || left[0] == mine[0] {
			t.Errorf("the next server leaves %q; that of the dead one is %s", left, mine)
		}
		close(answer)
		until("the run of the other server", func(left []string) bool { return len(left) == 0 })
	})
}

// idIn is the first id with a prefix in an answer.
func idIn(t *testing.T, answer, prefix string) string {
	t.Helper()
	i := strings.Index(answer, prefix)
	if i < 0 || len(answer) < i+30 {
		t.Fatalf("no %s in %s", prefix, answer)
	}
	return answer[i : i+30]
}
