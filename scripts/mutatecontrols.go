//go:build ignore

// This program takes each control of scripts/controls.json away, one after the other, in a copy of the tree, and demands that
// the tests that are named beside it fail then. Run it by scripts/mutate-controls.
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
	bad := 0
	for _, c := range controls {
		if len(os.Args) > 1 && !strings.Contains(c.Name, os.Args[1]) {
			continue
		}
		verdict, ok := try(copied, c)
		fmt.Printf("%-32s %s\n", c.Name, verdict)
		if !ok {
			bad++
		}
	}
	if bad > 0 {
		fmt.Printf("%d controls can be taken away without a test that notices\n", bad)
		_ = os.RemoveAll(copied)
		os.Exit(1)
	}
}

// try takes one control away and runs its tests.
func try(root string, c control) (verdict string, ok bool) {
	file := filepath.Join(root, c.File)
	whole, err := os.ReadFile(file)
	if err != nil {
		return err.Error(), false
	}
	if bytes.Count(whole, []byte(c.Was)) != 1 {
		return "is not in " + c.File + " as it is written in scripts/controls.json", false
	}
	defer func() { _ = os.WriteFile(file, whole, 0o600) }()
	if err := os.WriteFile(file, bytes.Replace(whole, []byte(c.Was), []byte(c.Now), 1), 0o600); err != nil {
		return err.Error(), false
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// -trimpath, so that what was compiled for one copy serves the next. Imports that nothing uses any more are no matter of ours.
	test := exec.CommandContext(ctx, "go", "test", "-trimpath", "-vet=off", "-count=1", "-run", c.Run, c.Package)
	test.Dir = root
	out, err := test.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return "red: the tests do not end", true
	case err == nil:
		return "GREEN without the control", false
	case bytes.Contains(out, []byte("[build failed]")):
		return "does not compile without it: " + lastLine(out), false
	case bytes.Contains(out, []byte("no tests to run")):
		return "has no test", false
	}
	return "red", true
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[min(1, len(lines)-1)]
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "scripts/mutate-controls:", err)
	os.Exit(1)
}
