package fakemodel

import (
	"encoding/json"
	"strings"
	"testing"
)

const smallSchema = `{"type":"object","properties":{"n":{"type":"integer","minimum":3},"reply":{"type":"string"},"kind":{"enum":["a","b"]},` +
	`"more":{"type":"array","minItems":1,"items":{"anyOf":[{"type":"boolean"},{"type":"null"}]}},"not":{"type":"string"}},"required":["n","kind","more","reply"]}`

// TestFormats holds what is said to requests that want answers of a schema.
func TestFormats(t *testing.T) {
	t.Parallel()
	_, base := start(t, Options{Strict: true, Key: "k"})
	gemini := func(name, tools, settings string) (string, string) {
		return "/v1beta/models/" + name + ":generateContent", `{"contents":[` + asked + `],` + tools + `"generationConfig":{` + settings + `}}`
	}
	chat := func(format string) (string, string) {
		return "/v1/chat/completions", `{"model":"fake-chat","messages":[{"role":"user","content":"hi"}],"response_format":` + format + `}`
	}
	const tools, held = `"tools":[{"functionDeclarations":[{"name":"f"}]}],`, `"responseMimeType":"application/json","responseJsonSchema":` + smallSchema
	const strict = `{"type":"object","properties":{"a":{"type":"object","properties":{},"additionalProperties":false}},"required":["a"],"additionalProperties":false}`
	type made = func() (path, body string)
	for name, test := range map[string]struct {
		made made
		code int
		says string
	}{
		"Gemini 3 beside functions": {func() (string, string) { return gemini(signing3, tools, held) }, 200, `{\"kind\":\"a\",\"more\":[false],\"n\":3,\"reply\":\"You said: hi\"}`},
		"Gemini 2 beside functions": {func() (string, string) { return gemini(plain2, tools, held) }, 400, "Function calling with a response mime type"},
		"Gemini 2":                  {func() (string, string) { return gemini(plain2, "", held) }, 200, `You said: hi`},
		"no type":                   {func() (string, string) { return gemini(plain2, "", `"responseJsonSchema":`+smallSchema) }, 400, "only allowed when"},
		"two":                       {func() (string, string) { return gemini(plain2, "", held+`,"responseSchema":{"type":"OBJECT"}`) }, 400, "Only one of"},
		"a list": {func() (string, string) {
			return gemini(plain2, "", `"responseMimeType":"application/json","responseJsonSchema":[]`)
		}, 400, "Struct"},
		"chat": {func() (string, string) {
			return chat(`{"type":"json_schema","json_schema":{"name":"x","schema":` + smallSchema + `}}`)
		}, 200, `You said: hi`},
		"chat, strict": {func() (string, string) {
			return chat(`{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":` + strict + `}}`)
		},
			200, `{\"a\":{}}`},
		"chat, loose": {func() (string, string) {
			return chat(`{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":` + smallSchema + `}}`)
		},
			400, "'additionalProperties' is required"},
		"chat, not all required": {func() (string, string) {
			return chat(`{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":` + strings.Replace(strict, `["a"]`, `[]`, 1) + `}}`)
		}, 400, "Missing 'a'"},
		"chat without a name": {func() (string, string) {
			return chat(`{"type":"json_schema","json_schema":{"schema":` + smallSchema + `}}`)
		}, 400, "json_schema.name"},
		"chat, no object": {func() (string, string) {
			return chat(`{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"array"}}}`)
		}, 400, "type"},
		"chat, unknown": {func() (string, string) { return chat(`{"type":"xml"}`) }, 400, "Supported values"},
		"chat, text":    {func() (string, string) { return chat(`{"type":"text"}`) }, 200, `"content":"You said: hi"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, body := test.made()
			if code, text := post(t, base+path, body); code != test.code || !strings.Contains(text, test.says) {
				t.Errorf("%d %s", code, text)
			}
		})
	}
}

func TestFitting(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]string{
		`{"type":"object","properties":{"b":{"type":"string"},"a":{"const":1}}}`:                                       `{"a":1,"b":"hi"}`,
		`{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"type":"string"}},"required":["b","a"]}`:   `{"a":"","b":"hi"}`,
		`{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"number"}}}},"required":["a"]}`: `{"a":{"b":0}}`,
		`{"type":"object"}`: `{}`, `{`: `hi`,
	} {
		if got := fitting(json.RawMessage(schema), "hi"); got != want {
			t.Errorf("%s: %s", schema, got)
		}
	}
}
