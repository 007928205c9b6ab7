package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Built files are committed. Whoever changes a source and does not build leaves the mark of the old one behind; `make
// verify/console` builds anew and compares what comes out.
func TestBuiltPagesAreOfTheirSources(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"chat", "console", "graphiql"} {
		t.Run(folder, func(t *testing.T) {
			kept, err := os.ReadFile(filepath.Join(folder, "dist", "built-from"))
			if err != nil {
				t.Fatal(err)
			}
			if strings.TrimSpace(string(kept)) != sourcesOf(t, folder) {
				t.Error("the built files are stale: run make build/console and commit the result")
			}
		})
	}
}

// sourcesOf is the hash that build.mjs of a folder leaves beside what it has built.
func sourcesOf(t *testing.T, folder string) string {
	t.Helper()
	root := os.DirFS(folder)
	var names []string
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name == "dist"):
			return fs.SkipDir
		case !entry.IsDir() && filepath.Ext(name) != ".go" && name != "codegen.yml":
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	all := sha256.New()
	for _, name := range names {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		fmt.Fprintf(all, "%s %s\n", hex.EncodeToString(sum[:]), name)
	}
	return hex.EncodeToString(all.Sum(nil))
}
