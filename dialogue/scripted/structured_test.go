package scripted

import (
	"encoding/json"
	"testing"

	"parley/dialogue/model"
)

func TestStructuredAnswers(t *testing.T) {
	t.Parallel()
	const script = `{"slots":[{"name":"people","type":"number","question":"For how many?","near":["people"]},{"name":"day","type":"date","question":"When?"}],
		"rules":[{"name":"raw","when":{"any":["raw"]},"say":"{\"x\": 1}"},{"name":"visit","when":{"any":["visit"]},"ask":["people","day"],"say":"See you."}]}`
	const full = `{"type":"object","required":["kind","reply","people","done","more","at","in"],"properties":{"reply":{"type":"string"},"kind":{"enum":["a","b"]},
		"people":{"type":["integer","null"],"minimum":1},"done":{"type":"boolean"},"more":{"type":"array"},"in":{"type":"object"},"at":{"type":"string","format":"date"},
		"day":{"type":"string"}}}`
	for _, test := range []struct{ said, schema, want string }{
		{"I want to visit on 2026-05-09 with 12 people", full,
			`{"at":"","day":"2026-05-09","done":false,"in":{},"kind":"a","more":[],"people":12,"reply":"See you."}`},
		{"I want to visit", full, `{"at":"","done":false,"in":{},"kind":"a","more":[],"people":1,"reply":"For how many?"}`},
		{"raw", full, `{"x": 1}`},
		{"raw", "", `{"x": 1}`},
		{"I want to visit", "", "For how many?"},
		{"I want to visit", `{"type":"object"}`, "{}"},
	} {
		r := model.Request{Script: json.RawMessage(script), AnswerSchema: json.RawMessage(test.schema),
			Messages: []model.Message{{Role: model.User, Parts: []model.Part{{Text: test.said}}}}}
		text := ""
		for event, err := range New().Generate(t.Context(), r) {
			if err != nil {
				t.Fatal(err)
			}
			if text += event.Delta; event.End != nil && event.End.Message.Parts[0].Text != text {
				t.Errorf("the deltas make %q, the message is %q", text, event.End.Message.Parts[0].Text)
			}
		}
		if text != test.want {
			t.Errorf("%s: %s, want %s", test.said, text, test.want)
		}
	}
}
