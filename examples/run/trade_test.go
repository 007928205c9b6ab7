package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The examples themselves must load: a slip in one is found without a server.
func TestLoadTrade(t *testing.T) {
	t.Parallel()
	for dir, least := range map[string]int{"../florist": 12, "../garage": 6} {
		trade, err := LoadTrade(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(trade.Dialogues) < least {
			t.Errorf("%s has %d dialogues", dir, len(trade.Dialogues))
		}
		for _, dialogue := range trade.Dialogues {
			for i, step := range dialogue.Steps {
				if inputTypes[step.Operator] == "" && step.Operator != "" {
					t.Errorf("%s/%s, step %d: unknown operation %q", dir, dialogue.Name, i+1, step.Operator)
				}
				if strings.Contains(step.Customer, "{{") {
					t.Errorf("%s/%s, step %d: %q has a name that nothing replaces", dir, dialogue.Name, i+1, step.Customer)
				}
			}
			if dialogue.About == "" {
				t.Errorf("%s/%s does not say what it is about", dir, dialogue.Name)
			}
		}
	}
}

func TestLoadTradeOnly(t *testing.T) {
	t.Parallel()
	if trade, err := LoadTrade("../garage", "courtesy"); err != nil || len(trade.Dialogues) != 1 {
		t.Errorf("%v, %v", trade, err)
	}
	if _, err := LoadTrade("../garage", "no such dialogue"); err == nil {
		t.Error("a name that fits nothing was accepted")
	}
}

func TestDialogueFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("agent.json", `{"agent": {"name": "A"}, "integrations": [{"name": "i", "eventTypes": ["contact.*"]}]}`)
	write("instructions.md", "Be kind.\n")
	write("script.json", `{}`)
	for _, test := range []struct{ dialogue, fault string }{
		{`{"steps": [{"customer": "hi", "reply": ["hello"]}], "expect": {"webhooks": [{"type": "contact.received"}]}}`, ""},
		{`{"steps": []}`, "0 steps"},
		{`{"steps": [{"customer": "hi", "replay": []}]}`, "unknown field"},
		{`{"steps": [{}]}`, "exactly one of customer and operator"},
		{`{"steps": [{"customer": "hi", "operator": "takeOver"}]}`, "exactly one of customer and operator"},
		{`{"steps": [{"customer": "hi", "quick": true}]}`, "cannot be quick"},
		{`{"steps": [{"customer": "hi", "quick": true, "silent": true}, {"customer": "ho"}]}`, "waits for nothing"},
		{`{"steps": [{"customer": "hi", "silent": true, "reply": ["ho"]}]}`, "words and silence"},
		{`{"steps": [{"customer": "hi", "reply": ["("]}]}`, "missing closing )"},
		{`{"steps": [{"customer": "hi"}], "expect": {"webhooks": [{"type": "dialogue.closed"}]}}`, "no integration wants"},
	} {
		write("dialogues/one.json", test.dialogue)
		_, err := LoadTrade(dir, "")
		if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%s: %v, want %q", test.dialogue, err, test.fault)
		}
	}
}
