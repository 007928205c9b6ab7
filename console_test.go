package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/storage/storagetest"
)

// TestConsole drives the console in a real browser, against a real server, by the scripts in testdata/browser. What they
// measure is in the log. With PARLEY_SCREENSHOTS, a folder, the pages are kept there as pictures.
func TestConsole(t *testing.T) {
	t.Parallel()
	for _, story := range []struct {
		name   string
		within time.Duration
	}{
		{"dialogues", 90 * time.Second},
		{"integrations", time.Minute},
		{"pages", 2 * time.Minute},
		{"inbox", 90 * time.Second},
	} {
		t.Run(story.name, func(t *testing.T) {
			if story.name != "dialogues" && story.name != "integrations" {
				t.Parallel() // these two are about what happens when, and have the machine to themselves
			}
			browse(t, story.name, story.within)
		})
	}
	if os.Getenv("PARLEY_SCREENSHOTS") != "" {
		t.Run("pictures", func(t *testing.T) { browse(t, "pictures", 3*time.Minute) })
	}
}

// browse runs one script against a server of its own.
func browse(t *testing.T, name string, within time.Duration) {
	t.Helper()
	p := newProcess(t, environment(t, storagetest.SQLite))
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	run := exec.CommandContext(ctx, "node", name+".mjs")
	run.Dir = filepath.Join("testdata", "browser")
	run.Env = append(os.Environ(), "PARLEY_URL="+p.address, "PARLEY_KEY="+p.key, "PARLEY_SHOP="+startShop(ctx, t))
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) } // the script ends its browser
	run.WaitDelay = 10 * time.Second
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("node %s.mjs: %v\n%s\n(`make test` installs what it needs)", name, err, out)
	}
	t.Log(strings.TrimSpace(string(out)))
}

// startShop starts the program that the florist of the examples has, and returns its address.
func startShop(ctx context.Context, t *testing.T) string {
	t.Helper()
	shop := exec.CommandContext(ctx, binary(t, "shop"), "--file", filepath.Join(t.TempDir(), "orders.jsonl"))
	out, err := shop.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shop.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = shop.Process.Kill()
		_ = shop.Wait() // it was killed: the error says only that
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the shop did not start: %v", err)
	}
	return strings.TrimSpace(address)
}
