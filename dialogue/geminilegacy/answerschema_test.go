package geminilegacy

import (
	"encoding/json"
	"strings"
	"testing"

	"parley/dialogue/model"
)

const replySchema = `{"type":"object","properties":{"reply":{"type":"string"},"at":{"type":"integer","maximum":9007199254740993}},"required":["reply"]}`

// The client has no words for JSON Schema: the transport sends it. Models from before Gemini 3 take it in words where there
// are functions.
func TestAnswerSchemas(t *testing.T) {
	t.Parallel()
	for _, unary := range []bool{true, false} {
		for _, test := range []struct {
			model     string
			functions bool
			held      bool
		}{
			{signing3, true, true}, {signing3, false, true}, {plain2, true, false}, {plain2, false, true},
		} {
			server, p := fake(t, Options{Unary: unary})
			r := asks(test.model, "hello")
			if r.AnswerSchema = json.RawMessage(replySchema); !test.functions {
				r.Functions = nil
			}
			h := ends(t, p, r)
			body := string(server.Requests()[0].Body)
			form := strings.Contains(body, `"responseMimeType":"application/json"`) && strings.Contains(body, `"responseJsonSchema":`+replySchema)
			words := strings.Contains(body, `The JSON Schema of your answers:`)
			want := "You said: hello"
			if test.held {
				want = `{"reply":"You said: hello"}`
			}
			if form != test.held || words == test.held || h.text != want || h.end.Reason != model.Stop {
				t.Errorf("%s: %q by %s", test.model, h.text, body)
			}
		}
	}
	_, p := fake(t, Options{})
	r := asks(plain2, "hello")
	r.AnswerSchema = json.RawMessage(`{`)
	if h := generate(t, p, r); h.err == nil || h.err.Kind != model.Invalid {
		t.Errorf("a schema that is no JSON: %v", h.err)
	}
}
