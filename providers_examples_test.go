package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/fakemodel"
	"parley/storage/storagetest"
)

// TestExamplesPassWithEveryProvider plays the examples with models behind each wire. The models are played: they answer
// what the example's script would, reading nothing but the request that came over the wire. So tags, calls and webhooks
// must be the same as with the scripted provider, for whose answers the recordings were made. It has the processors for itself:
// its customers go by the clock.
func TestExamplesPassWithEveryProvider(t *testing.T) {
	fake := fakemodel.New(fakemodel.Options{Strict: true, Key: "secret-key"})
	player := newExamplePlayer(t)
	fake.Decide(player.answer)
	models := httptest.NewServer(fake)
	t.Cleanup(models.Close)
	e := environment(t, storagetest.SQLite) // TestExamplesPass has both databases
	e["GEMINI_BASE_URL"], e["GEMINI_API_KEY"] = models.URL, "secret-key"
	e["OPENAI_BASE_URL"], e["OPENAI_API_KEY"], e["OPENAI_MODEL"] = models.URL+"/v1", "secret-key", "gemini-3.8-flash"
	p := newProcess(t, e)
	names, providers := exampleNames(t), []string{"scripted", "gemini", "gemini-legacy/gemini-3.8-flash", "openai"}
	logs := t.TempDir()
	// All are played side by side, since most of the time customers wait for quiet times. Those are longer than written: so many
	// at once may hold up a message that belongs to the one before it.
	flags := []string{"--timeout", "60s", "--parallel", "20", "--quiet", "1500ms"}
	var played errgroup.Group
	for _, name := range names {
		for _, chosen := range providers {
			played.Go(func() error {
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
				defer cancel()
				err := runExample(ctx, t, p, name, filepath.Join(logs, name, chosen), slices.Concat(flags, []string{"--model", chosen})...)
				if err != nil {
					return fmt.Errorf("with %s: %w", chosen, err)
				}
				return nil
			})
		}
	}
	if err := played.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		want := traces(t, p, filepath.Join(logs, name, providers[0]))
		for _, chosen := range providers[1:] {
			got := traces(t, p, filepath.Join(logs, name, chosen))
			for _, dialogue := range slices.Sorted(maps.Keys(want)) {
				if got[dialogue] != want[dialogue] {
					t.Errorf("%s of %s with %s left\n%s\nwith %s\n%s", dialogue, name, chosen, got[dialogue], providers[0], want[dialogue])
				}
			}
		}
	}
	for _, fault := range player.seen() {
		t.Error(fault)
	}
}

// traces tells, for each dialogue of a run, the tags and the calls that the server holds and the webhooks that arrived.
func traces(t *testing.T, p *process, logs string) map[string]string {
	t.Helper()
	hooks, seen := map[string][]string{}, map[string]bool{}
	eachLine(t, filepath.Join(logs, "webhooks.jsonl"), func(line struct{ Integration, ID, Type, Thread string }) {
		if key := line.Integration + line.ID; !seen[key] {
			seen[key] = true
			hooks[line.Thread] = append(hooks[line.Thread], line.Integration+" "+line.Type)
		}
	})
	left := map[string]string{}
	eachLine(t, filepath.Join(logs, "operations.jsonl"), func(line struct {
		Dialogue, Mutation string
		Payload            struct{ Thread struct{ ID string } }
	}) {
		if line.Mutation == "createThread" {
			id := line.Payload.Thread.ID
			slices.Sort(hooks[id])
			left[line.Dialogue] = held(t, p, id) + strings.Join(hooks[id], "\n")
		}
	})
	if len(left) == 0 {
		t.Errorf("nothing was played in %s", logs)
	}
	return left
}

// held tells the tags and calls of a thread. Calls of one step run side by side, so they are put in an order.
func held(t *testing.T, p *process, threadID string) string {
	t.Helper()
	var read struct {
		Data struct {
			Thread struct {
				Tags  []struct{ Name string }
				Turns []struct {
					Calls []struct {
						Name, State string
						Arguments   json.RawMessage
					}
				}
			}
		}
	}
	got := query(t, p.address, p.key, `{ thread(id: "`+threadID+`") { tags { name } turns(first: 50) { calls { name state arguments } } } }`)
	if err := json.Unmarshal([]byte(got), &read); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	var lines []string
	for _, tag := range read.Data.Thread.Tags {
		lines = append(lines, "tag "+tag.Name)
	}
	for _, turn := range read.Data.Thread.Turns {
		for _, c := range turn.Calls {
			lines = append(lines, fmt.Sprintf("%s %s %s", c.Name, c.State, counted.ReplaceAll(c.Arguments, []byte("N"))))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

// counted are the numbers that the examples' programs give to what they book: they depend on who comes first.
var counted = regexp.MustCompile(`\b[A-Z]+-\d{4}\b`)

// eachLine reads a file of JSON lines.
func eachLine[T any](t *testing.T, file string, take func(T)) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var read T
		if err := json.Unmarshal(line, &read); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		take(read)
	}
}
