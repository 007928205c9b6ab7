package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/storage/storagetest"
)

// newBench makes a folder with the sources of a client, the schema as the server gives it out, and the packages that are installed.
func newBench(t *testing.T, name, address string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	source := filepath.Join("testdata", "clients", name)
	if err := os.CopyFS(folder, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	packages, err := filepath.Abs(filepath.Join("testdata", "clients", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(packages, filepath.Join(folder, "node_modules")); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{"schema.graphql": get(t, address+"/schema.graphql"), "package.json": `{"type": "commonjs"}`} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// runPackage runs a program that a package has installed.
func runPackage(t *testing.T, folder, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, filepath.Join("node_modules", ".bin", program), args...)
	run.Dir = folder
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s\n(`make test` installs what it needs)", program, err, out)
	}
	return string(out)
}

// TestGraphQLCodegenTypesAnApp makes types from the published schema with graphql-codegen, checks an app that uses them as
// strictly as the compiler can, and runs it.
func TestGraphQLCodegenTypesAnApp(t *testing.T) {
	t.Parallel()
	f := newFollowed(t, environment(t, storagetest.SQLite))
	folder := newBench(t, "typed", f.address)
	node(t, nil, "codegen.mjs", filepath.Join(folder, "schema.graphql"), filepath.Join(folder, "app.graphql"), filepath.Join(folder, "generated"))
	runPackage(t, folder, "tsc", "--project", ".")
	if out := node(t, nil, filepath.Join(folder, "out", "client.js"), f.address+"/graphql", f.key); out != "Typed OPEN made\none two three\none two three" {
		t.Error(out)
	}
}

// TestPublishedCachesFollowAThread has a page's view of a thread kept up to date by the normalised caches of three clients: by
// the answer of a mutation, and by what others do, across a deploy, without a gap or a repeat. Relay's documents, with
// connections, refetchable fragments and nodes, are compiled against the published schema first.
func TestPublishedCachesFollowAThread(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"apollo", "urql", "relay"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f := newFollowed(t, environment(t, storagetest.SQLite))
			args := []string{kind, f.address + "/graphql", f.key, f.threadID, f.cursor}
			texts := func(...string) string { return "" }
			if kind == "relay" {
				folder := newBench(t, "relay", f.address)
				if err := os.Mkdir(filepath.Join(folder, "generated"), 0o700); err != nil {
					t.Fatal(err)
				}
				if out := runPackage(t, folder, "relay-compiler", "relay.config.json"); strings.Contains(strings.ToLower(out), "warn") {
					t.Errorf("relay-compiler: %s", out)
				}
				args = append(args, filepath.Join(folder, "generated"))
				texts = func(all ...string) string { return fmt.Sprintf(`,"texts":["%s"]`, strings.Join(all, `","`)) }
			}
			l := keep(t, "cached.mjs", args...)
			c := &cacheReader{keeper: l, sequence: 1}
			c.until(`{"shown":{"status":"OPEN","messageCount":0` + strings.Replace(texts(), `""`, "", 1) + `}}`)
			if _, err := io.WriteString(l.stdin, "take over\n"); err != nil {
				t.Fatal(err)
			}
			c.until(`{"shown":{"status":"OPERATOR","messageCount":0` + strings.Replace(texts(), `""`, "", 1) + `}}`)
			f.say("one")
			c.until(`{"shown":{"status":"OPERATOR","messageCount":1` + texts("one") + `}}`)
			c.until(`{"pong":true}`)
			f.stop()
			c.until(`{"closed":1012}`)
			f.address, _, f.stop = startServer(t, f.e)
			f.say("two")
			c.until(`{"shown":{"status":"OPERATOR","messageCount":2` + texts("one", "two") + `}}`)
			if c.sequence < 5 { // the thread, a tag, a status and two messages
				t.Errorf("the client heard %d events", c.sequence)
			}
		})
	}
}

func (f *followed) say(text string) {
	f.t.Helper()
	f.ask(fmt.Sprintf(`mutation { sendOperatorMessage(input: {threadId: %q, text: %q}) { message { id } } }`, f.threadID, text))
}

// cacheReader reads what a keeper prints, and holds its events against their sequence.
type cacheReader struct {
	*keeper
	sequence int
}

func (c *cacheReader) until(want string) {
	c.t.Helper()
	var before []string
	for line := range c.lines {
		var sequence int
		if _, err := fmt.Sscanf(line, `{"event":%d}`, &sequence); err == nil {
			if c.sequence++; sequence != c.sequence {
				c.t.Fatalf("the client says %s behind event %d", line, c.sequence-1)
			}
			continue
		}
		if line == want {
			return
		}
		if before = append(before, line); strings.HasPrefix(line, `{"error"`) {
			break
		}
	}
	c.t.Fatalf("the client says %q, want %s", before, want)
}
