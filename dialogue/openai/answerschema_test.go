package openai

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/dialogue/model"
	"parley/fakemodel"
)

const (
	strictSchema = `{"type":"object","properties":{"reply":{"type":"string"},"list":{"type":"array","items":{"$ref":"#/$defs/n"}}},` +
		`"required":["reply","list"],"additionalProperties":false,"$defs":{"n":{"anyOf":[{"type":"null"},{"type":"object","properties":{},"additionalProperties":false}]}}}`
	looseSchema = `{"type":"object","properties":{"reply":{"type":"string"},"more":{"type":"integer"}},"required":["reply"]}`
)

// OpenAI takes a schema beside functions; of other servers it is asked as a form only where there are none, since many would
// never call. What a server refuses it is told in words.
func TestAnswerSchemas(t *testing.T) {
	t.Parallel()
	functions := []model.Function{{Name: "note"}}
	for _, test := range []struct {
		name      string
		options   Options
		dialect   fakemodel.Dialect
		functions []model.Function
		schema    string
		form      string // in the last request; empty means in words
		said      string
		requests  int
	}{
		{"OpenAI", Options{FormatWithFunctions: true}, fakemodel.Dialect{}, functions, strictSchema, `"strict":true`, `{"list":[],"reply":"You said: hello"}`, 1},
		{"OpenAI, loose", Options{FormatWithFunctions: true}, fakemodel.Dialect{}, functions, looseSchema, `"strict":false`, `{"reply":"You said: hello"}`, 1},
		{"other", Options{}, fakemodel.Dialect{}, functions, looseSchema, "", "You said: hello", 1},
		{"other without functions", Options{}, fakemodel.Dialect{}, nil, looseSchema, `"strict":false`, `{"reply":"You said: hello"}`, 1},
		{"refused", Options{}, fakemodel.Dialect{NoFormat: true}, nil, looseSchema, "", "You said: hello", 2},
		{"refused by OpenAI", Options{FormatWithFunctions: true}, fakemodel.Dialect{NoFormat: true}, functions, strictSchema, "", "You said: hello", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := fakemodel.New(fakemodel.Options{Strict: true, OpenAI: test.dialect})
			web := httptest.NewServer(server)
			test.options.BaseURL, test.options.Model = web.URL, "fake-chat"
			p, err := New(test.options)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { p.Close(); web.Close() })
			r := hello
			r.System, r.Functions, r.AnswerSchema = "Be brief.", test.functions, json.RawMessage(test.schema)
			text, end, failure := run(t, p, r)
			if failure != nil || text != test.said || end.Reason != model.Stop {
				t.Fatalf("%q, %+v, %v", text, end, failure)
			}
			sent := server.Requests()
			body := string(sent[len(sent)-1].Body)
			form := `"response_format":{"type":"json_schema","json_schema":{"name":"answer",` + test.form + `,"schema":` + test.schema + `}}`
			words := strings.Contains(body, `"content":"Be brief.\n\nThe JSON Schema of your answers:\n{`)
			if len(sent) != test.requests || strings.Contains(body, "response_format") == words || words != (test.form == "") || !words && !strings.Contains(body, form) {
				t.Errorf("%d requests, the last one %s", len(sent), body)
			}
		})
	}
}

func TestStrict(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]bool{
		strictSchema: true, looseSchema: false,
		`{"type":"object","properties":{},"additionalProperties":false}`:                                                                true,
		`{"type":"object","properties":{},"additionalProperties":true}`:                                                                 false,
		`{"type":"object","properties":{"a":true},"required":["a"],"additionalProperties":false}`:                                       false,
		`{"type":"object","properties":{"a":{"oneOf":[]}},"required":["a"],"additionalProperties":false}`:                               false,
		`{"type":"object","properties":{"a":{"items":{"type":"object"}}},"required":["a"],"additionalProperties":false}`:                false,
		`{"type":"object","properties":{"a":{"type":["object","null"],"properties":{}}},"required":["a"],"additionalProperties":false}`: false,
		`{"anyOf":[]}`: false, `[]`: false, `{`: false,
	} {
		if got := strict(json.RawMessage(schema)); got != want {
			t.Errorf("%s: %v", schema, got)
		}
	}
}
