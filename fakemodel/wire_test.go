package fakemodel

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// post sends a body and returns the status and the answer.
func post(t *testing.T, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(bounded(t), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Goog-Api-Key", "k")
	r.Header.Set("Authorization", "Bearer k")
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

const (
	asked    = `{"role":"user","parts":[{"text":"hi"}]}`
	called   = `{"role":"model","parts":[{"functionCall":{"id":"1","name":"f"},"thoughtSignature":"skip_thought_signature_validator"}]}`
	unsigned = `{"role":"model","parts":[{"functionCall":{"id":"1","name":"f"}}]}`
	answered = `{"role":"user","parts":[{"functionResponse":{"id":"1","name":"f","response":{"ok":true}}}]}`
)

// TestGeminiRefuses holds what a strict server says to broken requests.
func TestGeminiRefuses(t *testing.T) {
	t.Parallel()
	_, base := start(t, Options{Strict: true, Key: "k", MaxBody: 4000})
	contents := func(all ...string) string { return `{"contents":[` + strings.Join(all, ",") + `]}` }
	for _, test := range []struct {
		name, model, body string
		code              int
		says              string
	}{
		{"good", signing3, contents(asked, called, answered), 200, `f answered {\"ok\":true}`},
		{"no signature in an older turn", signing3, contents(asked, unsigned, answered, asked), 200, "You said: hi"},
		{"altered signature", signing3, contents(asked, strings.Replace(called, "skip_", "skid", 1), answered), 400, "Thought signature is not valid."},
		{"no answers", signing3, contents(asked, called), 400, "number of function response parts"},
		{"text among answers", signing3, contents(asked, called, strings.Replace(answered, `[{`, `[{"text":"x"},{`, 1)), 400, "not function responses"},
		{"wrong id", signing3, contents(asked, called, strings.Replace(answered, `"1"`, `"2"`, 1)), 400, "does not match"},
		{"wrong name", signing3, contents(asked, called, strings.Replace(answered, `"f"`, `"g"`, 1)), 400, "does not match"},
		{"answer without call", signing3, contents(asked, answered), 400, "immediately after a function call turn"},
		{"call first", signing3, contents(called, answered), 400, "immediately after a user turn"},
		{"response is a list", signing3, contents(asked, called, strings.Replace(answered, `{"ok":true}`, `[1]`, 1)), 400, "Struct"},
		{"empty part", signing3, contents(`{"role":"user","parts":[{}]}`), 400, "required oneof field"},
		{"no contents", signing3, `{}`, 400, "contents is not specified"},
		{"unknown field", signing3, `{"content":[]}`, 400, `Unknown name \"content\"`},
		{"function name", signing3, `{"contents":[` + asked + `],"tools":[{"functionDeclarations":[{"name":"a b"}]}]}`, 400, "Invalid function name"},
		{"system", signing3, `{"contents":[` + asked + `],"systemInstruction":{"parts":[]}}`, 400, "system_instruction"},
		{"retired", "gemini-2.0-flash", contents(asked), 404, "no longer available"},
		{"unknown", "gemini-0", contents(asked), 404, "is not found for API version"},
		{"too long", signing3, strings.Repeat(" ", 4001), 400, "payload size exceeds"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, text := post(t, base+"/v1beta/models/"+test.model+":generateContent", test.body)
			if code != test.code || !strings.Contains(text, test.says) {
				t.Errorf("%d %s", code, text)
			}
		})
	}
	if _, text := post(t, base+"/v1beta/models/"+signing3+":streamGenerateContent?$alt=json%3Benum-encoding%3Dint", contents(asked)); !strings.Contains(text, `"finishReason":1`) || text[0] != '[' {
		t.Error(text)
	}
	if _, text := post(t, base+"/v1beta/models/"+signing3+":countTokens", contents(asked)); !strings.Contains(text, "totalTokens") {
		t.Error(text)
	}
}

// TestOpenAI holds the variants of the OpenAI-compatible side.
func TestOpenAI(t *testing.T) {
	t.Parallel()
	const ask = `{"model":"fake-chat","messages":[{"role":"user","content":"hi"}]`
	const plain, stream = ask + `}`, ask + `,"stream":true}`
	const counted = ask + `,"stream":true,"stream_options":{"include_usage":true}}`
	const history = `{"model":"fake-chat","messages":[{"role":"user","content":"hi"},{"role":"assistant","tool_calls":[{"id":"1","type":"function",` +
		`"function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"{}"}]}`
	calls := Calls(Call{Name: "f", Args: `{"a":"ü"}`}, Call{Name: "g", Args: `{"b":2}`})
	for _, test := range []struct {
		name, body  string
		answer      Answer
		dialect     Dialect
		code        int
		has, hasNot string
	}{
		{"whole", plain, Text("a"), Dialect{}, 200, `"content":"a","role":"assistant"`, "tool_calls"},
		{"whole calls", plain, calls, Dialect{}, 200, `"finish_reason":"tool_calls"`, ""},
		{"stream", stream, Text("a"), Dialect{}, 200, "data: [DONE]", "usage"},
		{"usage", counted, Text("a"), Dialect{}, 200, `"choices":[],"created":1764000000`, ""},
		{"no usage", counted, Text("a"), Dialect{NoUsage: true}, 200, "[DONE]", "usage"},
		{"no ids", stream, calls, Dialect{NoCallIDs: true}, 200, `"index":1`, "call_"},
		{"no index", stream, calls, Dialect{NoIndex: true, Pieces: 3}, 200, `"name":"g"`, `"index":1`},
		{"pieces", stream, calls, Dialect{Pieces: 9, Interleave: true}, 200, `"arguments":"ü"`, `\ufffd`},
		{"stop with calls", stream, calls, Dialect{StopCalls: true}, 200, `"finish_reason":"stop"`, `"finish_reason":"tool_calls"`},
		{"no finish", stream, calls, Dialect{NoFinish: true}, 200, "[DONE]", `"finish_reason":"`},
		{"no done", stream, calls, Dialect{NoDone: true}, 200, `"finish_reason"`, "[DONE]"},
		{"role in each", stream, Text("a"), Dialect{RoleEach: true}, 200, `{"content":"a","role":"assistant"}`, ""},
		{"keep alive", stream, Text("a"), Dialect{KeepAlive: true}, 200, ": keep-alive\n\n", ""},
		{"error in stream", stream, Answer{Parts: Text("a", "b").Parts, Break: Internal(), After: 2}, Dialect{}, 200, `"type":"server_error"`, `"b"`},
		{"quota", stream, Answer{Refuse: Quota(1, false)}, Dialect{}, 429, "rate_limit_exceeded", ""},
		{"context", stream, Answer{Refuse: ContextLength()}, Dialect{}, 400, "context_length_exceeded", ""},
		{"blocked", stream, Answer{BlockReason: "SAFETY"}, Dialect{}, 400, "content_filter", ""},
		{"history", history, Text("a"), Dialect{}, 200, `"content":"a"`, ""},
		{"other id", strings.Replace(history, `_id":"1"`, `_id":"2"`, 1), Text(), Dialect{}, 400, "must be a response to a preceeding", ""},
		{"no answer", strings.Replace(history, `"tool",`, `"user",`, 1), Text(), Dialect{}, 400, "did not have response messages: 1", ""},
		{"arguments", strings.Replace(history, `"{}"}}`, `{}}}`, 1), Text(), Dialect{}, 400, "expected a string", ""},
		{"arguments are no JSON", strings.Replace(history, `"{}"}}`, `"{"}}`, 1), Text(), Dialect{}, 400, "not JSON", ""},
		{"model", `{"model":"x","messages":[{"role":"user","content":"hi"}]}`, Text(), Dialect{}, 404, "model_not_found", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			fake, base := start(t, Options{Strict: true, Key: "k", OpenAI: test.dialect})
			fake.Push("", test.answer)
			code, text := post(t, base+"/v1/chat/completions", test.body)
			if code != test.code || !strings.Contains(text, test.has) || test.hasNot != "" && strings.Contains(text, test.hasNot) {
				t.Errorf("%d %s", code, text)
			}
		})
	}
	_, base := start(t, Options{Key: "other"})
	if code, text := post(t, base+"/v1/chat/completions", plain); code != 401 || !strings.Contains(text, "invalid_api_key") {
		t.Error(code, text)
	}
	if code, text := post(t, base+"/v1beta/models/"+plain2+":generateContent", plain); code != 400 || !strings.Contains(text, "API_KEY_INVALID") {
		t.Error(code, text)
	}
}
