package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/access"
)

// binaries builds the server and the programs of the examples once for all tests that need real processes.
var binaries = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "parley-test-")
	if err != nil {
		return "", err
	}
	built = dir
	build := exec.Command("go", "build", "-tags", releaseTags, "-ldflags", "-s -w", "-o", dir+string(filepath.Separator), ".", "./examples/...")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return dir, nil
})

// removeBinaries clears up after the tests, if any of them built something.
func removeBinaries() {
	if built != "" {
		_ = os.RemoveAll(built)
	}
}

// built is the folder of the binaries once they are there.
var built string

func binary(t *testing.T, name string) string {
	t.Helper()
	dir, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// process is a server of its own, which can be killed and started again at the same address.
type process struct {
	t       *testing.T
	e       env
	address string
	key     string
	command *exec.Cmd
	output  *os.File
}

// newProcess starts the built server on a free port, with a given key.
func newProcess(t *testing.T, e env) *process {
	t.Helper()
	e["PARLEY_LISTEN"] = "127.0.0.1:" + freePort(t)
	e["PARLEY_ADMIN_KEY"] = access.NewKey()
	e["PARLEY_OUTBOUND_ALLOW"] = "127.0.0.0/8"
	output, err := os.Create(filepath.Join(t.TempDir(), "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, e: e, address: "http://" + e["PARLEY_LISTEN"], key: e["PARLEY_ADMIN_KEY"], output: output}
	t.Cleanup(func() {
		p.kill()
		_ = output.Close()
		if t.Failed() {
			log, _ := os.ReadFile(output.Name())
			t.Logf("the server said:\n%s", log[max(0, len(log)-4000):])
		}
	})
	p.start()
	return p
}

// start starts the server and waits until it is ready.
func (p *process) start() {
	p.t.Helper()
	p.command = exec.Command(binary(p.t, "parley"))
	p.command.Dir = p.t.TempDir()
	for name, value := range p.e {
		p.command.Env = append(p.command.Env, name+"="+value)
	}
	p.command.Stdout, p.command.Stderr = p.output, p.output
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		conn, err := net.DialTimeout("tcp", p.e["PARLEY_LISTEN"], time.Second)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the server is not ready: %v", err)
		}
		time.Sleep(5 * time.Millisecond) // a process of its own: there is nothing to select on
	}
}

// kill ends the server as kill -9 does.
func (p *process) kill() {
	if p.command == nil {
		return
	}
	_ = p.command.Process.Kill()
	_ = p.command.Wait() // it was killed: the error says only that
	p.command = nil
}

// runExample plays an example against the server.
func runExample(ctx context.Context, t *testing.T, p *process, name, logs string, flags ...string) error {
	t.Helper()
	args := append([]string{filepath.Join("examples", name), "--server", p.address, "--log", logs}, flags...)
	run := exec.CommandContext(ctx, binary(t, "run"), args...)
	run.Env = append(os.Environ(), "PARLEY_KEY="+p.key)
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = 10 * time.Second
	var out bytes.Buffer
	run.Stdout, run.Stderr = &out, &out
	if err := run.Run(); err != nil {
		text := out.String()
		return fmt.Errorf("%s: %w\n%s", name, err, text[max(0, len(text)-6000):])
	}
	return nil
}

// node runs a script with the clients that users have.
func node(t *testing.T, stdin io.Reader, script string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, "node", append([]string{script}, args...)...)
	run.Dir = filepath.Join("testdata", "clients")
	run.Stdin = stdin
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("node %s: %v\n%s\n(`make test` installs what it needs)", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestExamplesPass(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		p := newProcess(t, e)
		for _, name := range exampleNames(t) {
			logs := t.TempDir()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			err := runExample(ctx, t, p, name, logs, "--timeout", "60s")
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			node(t, nil, "verify.mjs", filepath.Join(logs, "webhooks.jsonl"), filepath.Join(logs, "secrets.json"))
		}
	})
}

// exampleNames are the folders that hold a trade.
func exampleNames(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("examples/*/agent.json")
	if err != nil || len(found) < 2 {
		t.Fatalf("examples: %v, %v", found, err)
	}
	for i, path := range found {
		found[i] = filepath.Base(filepath.Dir(path))
	}
	return found
}
