package gemini

import (
	"encoding/json"
	"strings"
	"testing"

	"parley/dialogue/model"
)

const replySchema = `{"type":"object","properties":{"reply":{"type":"string"},"at":{"type":"integer","maximum":9007199254740993}},"required":["reply"]}`

// A strict server takes the schema as a form beside functions from Gemini 3 on; older models read it in words there. It refuses
// what is sent otherwise.
func TestAnswerSchemas(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, o Options) {
		for _, test := range []struct {
			model     string
			functions []model.Function
			held      bool
		}{
			{"", functions, true}, {"", nil, true}, {"models/gemini-4-argon", functions, true}, {"gemini-flash-latest", functions, true},
			{"gemini-2.5-flash-lite", functions, false}, {"models/gemini-2.5-flash", functions, false}, {"gemini-2.5-flash-lite", nil, true},
		} {
			p, server := fake(t, o)
			r := ask("hello")
			r.Model, r.System, r.Functions, r.AnswerSchema = test.model, "Be brief.", test.functions, json.RawMessage(replySchema)
			text, end, failure := run(t, p, r)
			if failure != nil {
				t.Fatalf("%q: %v", test.model, failure)
			}
			body := string(server.Requests()[0].Body)
			form := strings.Contains(body, `"responseMimeType":"application/json"`) && strings.Contains(body, `"responseJsonSchema":`+replySchema)
			words := strings.Contains(body, `The JSON Schema of your answers:`)
			want := "You said: hello"
			if test.held {
				want = `{"reply":"You said: hello"}`
			}
			if form != test.held || words == test.held || text != want || end.Reason != model.Stop {
				t.Errorf("%q: %q by %s", test.model, text, body)
			}
			// It goes on calling.
			r = ask("call note")
			r.Model, r.Functions, r.AnswerSchema = test.model, test.functions, json.RawMessage(replySchema)
			if _, end, failure := run(t, p, r); failure != nil || (end.Reason == model.Tools) != (test.functions != nil) {
				t.Errorf("%q: %+v, %v", test.model, end, failure)
			}
		}
	})
}
