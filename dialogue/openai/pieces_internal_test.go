package openai

import (
	"encoding/json"
	"fmt"
	"testing"

	"parley/dialogue/model"
)

// A float beyond all whole numbers becomes any of them, by the kind of processor.
func TestCountsBeyondWholeNumbers(t *testing.T) {
	a := &answer{}
	a.count(json.RawMessage(`{"prompt_tokens":1e300,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":-1e300}}`))
	if want := (model.Usage{Input: 1 << 40, Output: 5}); a.usage != want {
		t.Errorf("%+v, want %+v", a.usage, want)
	}
	a.count(json.RawMessage(`{"prompt_tokens":7,"completion_tokens":5,"total_tokens":1e300,"cached_tokens":1e300}`))
	if want := (model.Usage{Input: 7, Cached: 7, Output: 1<<40 - 7, Thinking: 1<<40 - 12}); a.usage != want {
		t.Errorf("%+v, want %+v", a.usage, want)
	}
}

// Each piece of a call is held against the calls before it, and its arguments are read anew where they may be whole: what a server
// sends within the bounds of an answer took minutes, in which nothing ends the work.
func TestPiecesAreReadWithinBounds(t *testing.T) {
	for name, piece := range map[string]func(i int) string{
		"many":    func(i int) string { return fmt.Sprintf(`{"index":%d}`, i) },
		"growing": func(int) string { return `{"id":"a","function":{"name":"f","arguments":"xxxxxxxxxxxxxxxxxxxx"}}` },
		"objects": func(i int) string {
			return fmt.Sprintf(`{"id":"a","function":{"name":"f","arguments":"%s{}"}}`, []string{`{\"a\":[`, ","}[min(i, 1)])
		},
	} {
		cs := &calls{}
		for i := range 20_000 {
			var fields map[string]json.RawMessage
			if err := json.Unmarshal([]byte(piece(i)), &fields); err != nil {
				t.Fatal(err)
			}
			cs.add(fields)
		}
		if cs.finish() {
			t.Errorf("%s: can be read", name)
		}
		if len(cs.list) > maxCalls || cs.read > maxReads+64<<10 || cs.lost == (name == "growing") {
			t.Errorf("%s: %d calls, %d bytes read, lost %v", name, len(cs.list), cs.read, cs.lost)
		}
	}
}

// Pieces of calls that a model makes side by side may take turns.
func TestPiecesOfCallsTakeTurns(t *testing.T) {
	cs := &calls{}
	for i := range 60 {
		text := fmt.Sprintf(`{"index":%d,"function":{"arguments":"%d"}}`, i%3, i%10)
		if i < 3 {
			text = fmt.Sprintf(`{"index":%d,"id":"c%d","function":{"name":"f","arguments":"{\"a\":1"}}`, i, i)
		}
		var piece map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &piece); err != nil {
			t.Fatal(err)
		}
		cs.add(piece)
	}
	for i := range 3 {
		cs.add(map[string]json.RawMessage{"index": json.RawMessage(fmt.Sprint(i)), "function": json.RawMessage(`{"arguments":"}"}`)})
	}
	if !cs.finish() || len(cs.list) != 3 || string(cs.list[2].joined) != `{"a":15814703692581470369}` {
		t.Errorf("%d calls, the last %s", len(cs.list), cs.list[len(cs.list)-1].joined)
	}
}
