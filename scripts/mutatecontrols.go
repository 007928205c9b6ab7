//go:build ignore

// This program takes each control of scripts/controls.json away, one after the other, in a copy of the tree, and demands that
// the tests that are named beside it pass with it and fail without it. Run it by scripts/mutate-controls.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

type control struct{ Name, File, Was, Now, Package, Run string }

// patience bounds the tests of one control: without it they may never end.
const patience = 10 * time.Minute

func main() {
	text, err := os.ReadFile("scripts/controls.json")
	if err != nil {
		fail(err)
	}
	var controls []control
	if err := json.Unmarshal(text, &controls); err != nil {
		fail(err)
	}
	copied, err := os.MkdirTemp("", "parley-controls-")
	if err != nil {
		fail(err)
	}
	defer func() { _ = os.RemoveAll(copied) }()
	tar := exec.Command("bash", "-c", `tar --create --exclude=./.git --exclude=./bin --exclude=./data --exclude=node_modules . | tar --extract --directory "$1"`, "copy", copied)
	if out, err := tar.CombinedOutput(); err != nil {
		fail(fmt.Errorf("copy the tree: %w: %s", err, out))
	}
	seen, tried := 0, 0
	for n, c := range controls {
		if !wanted(os.Args[1:], n+1, c.Name) {
			continue
		}
		started := time.Now()
		verdict, ok := try(copied, c)
		fmt.Printf("%2d %-32s %s (%.0f s)\n", n+1, c.Name, verdict, time.Since(started).Seconds())
		tried++
		if ok {
			seen++
		}
	}
	fmt.Printf("%d controls of %d taken away, %d noticed by a test\n", tried, len(controls), seen)
	if tried == 0 || seen < tried {
		_ = os.RemoveAll(copied)
		os.Exit(1)
	}
}

// wanted reports whether a control is among those that were asked for: all, by a part of the name, or by number, as "5" or "5-9".
func wanted(asked []string, n int, name string) bool {
	for _, a := range asked {
		var from, to int
		if _, err := fmt.Sscanf(a, "%d-%d", &from, &to); err == nil && from <= n && n <= to || a == fmt.Sprint(n) || strings.Contains(name, a) {
			return true
		}
	}
	return len(asked) == 0
}

// try runs the tests of a control with it, so that they are red for no other reason, and without it.
func try(root string, c control) (verdict string, ok bool) {
	file := filepath.Join(root, c.File)
	whole, err := os.ReadFile(file)
	if err != nil {
		return err.Error(), false
	}
	if bytes.Count(whole, []byte(c.Was)) != 1 {
		return "is not in " + c.File + " as it is written in scripts/controls.json", false
	}
	switch out, err := test(root, c); {
	case err != nil:
		return "RED with the control: " + failure(out), false
	case bytes.Contains(out, []byte("no tests to run")):
		return "has no test", false
	}
	defer func() { _ = os.WriteFile(file, whole, 0o600) }()
	if err := os.WriteFile(file, bytes.Replace(whole, []byte(c.Was), []byte(c.Now), 1), 0o600); err != nil {
		return err.Error(), false
	}
	out, err := test(root, c)
	switch {
	case err == nil:
		return "GREEN without the control", false
	case bytes.Contains(out, []byte("[build failed]")):
		return "does not compile without it: " + failure(out), false
	}
	return "red: " + failure(out), true
}

// test runs the tests of a control as its copy of the tree is now.
func test(root string, c control) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// -trimpath, so that what was compiled for one copy serves the next. Imports that nothing uses any more are no matter of ours.
	test := exec.CommandContext(ctx, "go", "test", "-trimpath", "-vet=off", "-count=1", "-run", c.Run, c.Package)
	test.Dir, test.WaitDelay = root, time.Second
	out, err := test.CombinedOutput()
	if ctx.Err() != nil {
		return []byte("the tests do not end"), ctx.Err()
	}
	return out, err
}

// failure is the line that says best what went wrong.
func failure(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, mark := range []string{"--- FAIL: ", "panic: ", ".go:"} {
		for _, line := range lines {
			if _, told, found := strings.Cut(line, mark); found && mark != ".go:" {
				return strings.TrimPrefix(mark, "--- ") + told
			} else if found {
				return line
			}
		}
	}
	return lines[0]
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "scripts/mutate-controls:", err)
	os.Exit(1)
}
