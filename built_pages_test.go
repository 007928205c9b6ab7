package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley/static"
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

// What the server embeds of them is a copy, which `make build/console` makes too.
func TestPackedAssetsAreThoseBuilt(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"console", "graphiql"} {
		t.Run(folder, func(t *testing.T) {
			packed, err := os.ReadFile(filepath.Join(folder, "dist", "assets.zip"))
			if err != nil {
				t.Fatal(err)
			}
			if in, out := texts(t, static.Unpacked(packed), "assets"), texts(t, os.DirFS(filepath.Join(folder, "dist")), "assets"); !maps.Equal(in, out) {
				t.Error("the packed assets are stale: run make build/console and commit the result")
			}
		})
	}
}

// texts are the files below a folder.
func texts(t *testing.T, from fs.FS, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(from, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(from, name)
		all[name] = string(text)
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("%d files: %v", len(all), err)
	}
	return all
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
