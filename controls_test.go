package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"parley/graph"
)

// The threat model names a test for each control, and scripts/mutate-controls knows how to take each away: both must go on
// meaning what is there.
func TestTheThreatModelIsOfThisProgram(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("scripts/controls.json")
	if err != nil {
		t.Fatal(err)
	}
	var controls []struct{ Name, File, Was, Now, Package, Run string }
	if err := json.Unmarshal(text, &controls); err != nil {
		t.Fatal(err)
	}
	model, err := os.ReadFile("docs/threat-model.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range controls {
		source, err := os.ReadFile(c.File)
		if err != nil {
			t.Error(err)
			continue
		}
		if n := bytes.Count(source, []byte(c.Was)); n != 1 || c.Was == c.Now {
			t.Errorf("%s: its text is %d times in %s", c.Name, n, c.File)
		}
		if !strings.Contains(string(model), "| "+c.Name+" |") {
			t.Errorf("docs/threat-model.md has no row %q", c.Name)
		}
	}
	if len(controls) < 55 {
		t.Errorf("%d controls are known", len(controls))
	}
	all, err := goSources(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, named := range regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w+)`").FindAllStringSubmatch(string(model), -1) {
		found := false
		for _, s := range all {
			found = found || s.isTest() && bytes.Contains(s.text, []byte("func "+named[1]+"("))
		}
		if !found {
			t.Errorf("docs/threat-model.md names %s, which is no test", named[1])
		}
	}
}

// A server that trusts only some documents always executes those of its own pages, which must be all there and valid.
func TestTheDocumentsOfOwnPagesAreKnown(t *testing.T) {
	t.Parallel()
	own, err := ownDocuments()
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.CheckDocuments(own...); err != nil {
		t.Error(err)
	}
	if len(own) != 2 || len(own[0]) == 0 || len(own[1]) < 5 {
		t.Errorf("documents of %d pages", len(own))
	}
}
