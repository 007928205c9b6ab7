package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"parley/storage/storagetest"
)

// TestConsole drives the console in a real browser, against a real server, by the scripts in testdata/browser. What they
// measure is in the log. Each story has one of the databases; PARLEY_SOAK plays all on both. With PARLEY_SCREENSHOTS, a folder, the
// pages of a business at work are kept there as pictures.
func TestConsole(t *testing.T) {
	t.Parallel()
	type databases map[string]func(testing.TB) string
	sqlite, postgres := databases{"sqlite": storagetest.SQLite}, databases{"postgres": storagetest.Postgres}
	stories := map[string]databases{
		"dialogues": postgres, "integrations": sqlite, "newcomer": sqlite, "pages": postgres, "inbox": sqlite, "settings": postgres,
	}
	if os.Getenv("PARLEY_SCREENSHOTS") != "" {
		stories = map[string]databases{"pictures": sqlite}
	}
	for name, on := range stories {
		if os.Getenv("PARLEY_SOAK") != "" {
			on = databases{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres}
		}
		for database, address := range on {
			t.Run(name+"/"+database, func(t *testing.T) {
				t.Parallel()
				p := newProcess(t, environment(t, address))
				t.Log(browse(t, p.address, p.key, name+".mjs", startShop(t)))
			})
		}
	}
}

// startShop starts the program of one of the examples, and returns its address.
func startShop(t *testing.T) string {
	t.Helper()
	shop := exec.CommandContext(t.Context(), binary(t, "shop"), "--file", filepath.Join(t.TempDir(), "orders.jsonl"))
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
