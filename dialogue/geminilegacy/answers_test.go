package geminilegacy

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"parley/dialogue/model"
	"parley/dialogue/model/remote"
	"parley/fakemodel"
)

// says is a handler that answers a stream with these elements, and then closes the array.
func says(elements ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "["+strings.Join(elements, ",\r\n")+"]")
	}
}

func candidate(parts, more string) string {
	return `{"candidates":[{"content":{"role":"model","parts":[` + parts + `]}` + more + `}]}`
}

const stopped = `{"candidates":[{"finishReason":"STOP"}]}`

// Known fault: thoughts become text, which would reach the customer. They are signs of life and nothing else.
func TestThoughtsAreNotText(t *testing.T) {
	t.Parallel()
	for _, unary := range []bool{false, true} {
		server, p := fake(t, Options{Unary: unary})
		server.Push("", fakemodel.Answer{Parts: []fakemodel.Part{{Text: "hm ", Thought: true}, {Text: "well ", Thought: true}, {Text: "yes"}}})
		h := ends(t, p, asks(plain2, "hello"))
		if h.text != "yes" || len(h.end.Message.Parts) != 1 {
			t.Errorf("%+v", h)
		}
		if !unary && h.events < 5 { // two thoughts, a delta and its response, the end
			t.Errorf("%d events: a thinking model shows no sign of life", h.events)
		}
	}
}

// Known faults: a part of nothing but a signature kills the answer; so do parts of kinds that are younger than the
// client, and at the answer of a function it panics.
func TestUnknownPartsDoNotKillTheAnswer(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{
		"signature alone": `{"thoughtSignature":"c2ln"}`, "empty": `{}`, "null": `null`, "new kind": `{"hologram":{"depth":3}}`,
		"new kind, signed": `{"hologram":{"depth":3},"thoughtSignature":"c2ln"}`, "code": `{"executableCode":{"language":"PYTHON","code":"1"}}`,
		"answer of a function": `{"functionResponse":{"name":"stock","response":{}}}`, "data": `{"inlineData":{"mimeType":"image/png","data":"AA=="}}`,
		"odd types": `{"text":7,"thought":"yes"}`, "no object": `[1]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := serve(t, Options{}, says(candidate(part+`,{"text":"yes","newField":{"x":1}}`, ""), candidate(part, `,"finishReason":"STOP"`)))
			h := ends(t, p, asks(plain2, "hello"))
			if h.text != "yes" || h.end.Reason != model.Stop {
				t.Errorf("%+v", h)
			}
			if wire := string(h.end.Message.Parts[len(h.end.Message.Parts)-1].Wire); name == "signature alone" && wire != part {
				t.Errorf("the signature is lost: %s", wire)
			}
		})
	}
}

// Known fault: of a stream's usage the first chunk's is kept, and tokens of thinking are not counted.
func TestTheLastUsageCounts(t *testing.T) {
	t.Parallel()
	for _, unary := range []bool{false, true} {
		server, p := fake(t, Options{Unary: unary})
		a := fakemodel.Text("one ", "two ", "three")
		a.Usage = &fakemodel.Usage{Prompt: 100, Cached: 60, Candidates: 30, Thoughts: 12}
		server.Push("", a)
		if h := ends(t, p, asks(plain2, "hello")); h.end.Usage != (model.Usage{Input: 100, Cached: 60, Output: 42, Thinking: 12}) {
			t.Errorf("unary %v: %+v", unary, h.end.Usage)
		}
	}
}

// Known fault: reasons that are younger than the client become 0 without an error; those it knows become errors that
// take text and usage with them.
func TestFinishReasons(t *testing.T) {
	t.Parallel()
	for finish, reason := range map[string]string{
		"STOP": model.Stop, "MAX_TOKENS": model.Length, "SAFETY": model.Blocked, "RECITATION": model.Blocked, "BLOCKLIST": model.Blocked,
		"PROHIBITED_CONTENT": model.Blocked, "SPII": model.Blocked, "IMAGE_SAFETY": model.Blocked, "MALFORMED_FUNCTION_CALL": model.MalformedCall,
		"UNEXPECTED_TOOL_CALL": model.MalformedCall, "TOO_MANY_TOOL_CALLS": model.MalformedCall, "OTHER": model.Other, "LANGUAGE": model.Other, "NEVER_HEARD_OF": model.Other,
	} {
		t.Run(finish, func(t *testing.T) {
			t.Parallel()
			for _, unary := range []bool{false, true} {
				server, p := fake(t, Options{Unary: unary})
				server.Push("", fakemodel.Answer{Parts: fakemodel.Text("so far").Parts, Finish: finish, FinishMessage: "because", Usage: &fakemodel.Usage{Prompt: 7}})
				h := ends(t, p, asks(plain2, "hello"))
				if h.text != "so far" || h.end.Reason != reason || h.end.Detail != finish+" because" || h.end.Usage.Input != 7 {
					t.Errorf("unary %v: %q %+v", unary, h.text, h.end)
				}
			}
		})
	}
}

// A call beside another end than STOP is a call, unless the answer was blocked; one without a name cannot be made.
func TestCallsAndReasons(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ part, finish, reason string }{
		{`{"functionCall":{"name":"stock"}}`, "MAX_TOKENS", model.Tools}, {`{"functionCall":{"name":"stock"}}`, "SAFETY", model.Blocked},
		{`{"functionCall":{"args":{}}}`, "STOP", model.MalformedCall}, {`{"functionCall":{"name":"stock","args":[1]}}`, "STOP", model.MalformedCall},
		{`{"functionCall":{"name":3}}`, "STOP", model.MalformedCall},
	} {
		p := serve(t, Options{}, says(candidate(test.part, `,"finishReason":"`+test.finish+`"`)))
		if h := ends(t, p, asks(plain2, "hello")); h.end.Reason != test.reason || len(callsOf(h.end)) > 0 != (test.reason == model.Tools) {
			t.Errorf("%+v: %+v", test, h.end)
		}
	}
}

// Known fault: a prompt that is blocked for a newer reason is an empty answer without an error.
func TestABlockedPromptIsAnError(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"SAFETY", "PROHIBITED_CONTENT", "NEVER_HEARD_OF"} {
		for _, unary := range []bool{false, true} {
			server, p := fake(t, Options{Unary: unary})
			server.Push("", fakemodel.Answer{BlockReason: reason})
			if h := generate(t, p, asks(plain2, "hello")); h.err == nil || h.err.Kind != model.KindBlocked || !strings.Contains(h.err.Error(), reason) {
				t.Errorf("%s: %+v", reason, h)
			}
		}
	}
}

// Numbers have one kind in the client, exact up to 2^53; and half a surrogate pair kills the answer.
func TestArgumentsAndTextsStayWhole(t *testing.T) {
	t.Parallel()
	part := `{"functionCall":{"name":"stock","args":{"id":9007199254740993,"price":1.10,"parley_part":"mine","text":"<&>\ud83d"},"id":"c"}}`
	seen := make(chan string, 2)
	p := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen <- string(body)
		says(candidate(`{"text":"half \ud83d"},`+part, `,"finishReason":"STOP"`))(w, r)
	})
	r := asks(plain2, "hello")
	h := ends(t, p, r)
	if h.text != "half \uFFFD" || string(callsOf(h.end)[0].Args) != `{"id":9007199254740993,"price":1.10,"parley_part":"mine","text":"<&>\ud83d"}` {
		t.Errorf("%q %s", h.text, callsOf(h.end)[0].Args)
	}
	r.Messages = append(r.Messages, h.end.Message, model.Message{Role: model.Tool, Parts: []model.Part{
		{Result: &model.Result{CallID: "c", Name: "stock", Body: json.RawMessage(`{"ids": [9007199254740993, 1], "parley_part": "theirs"}`)}}}})
	ends(t, p, r)
	<-seen
	body := <-seen
	for _, want := range []string{part, `"response":{"ids":[9007199254740993,1],"parley_part":"theirs"}`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
}

// Known fault: the client refuses values of answers that are no plain JSON types of its own. Whatever is JSON arrives.
func TestResultsOfAnyKind(t *testing.T) {
	t.Parallel()
	ints, _ := json.Marshal([]int{1, 2, 3})
	for body, want := range map[string]string{
		string(ints): `{"result":[1,2,3]}`, `null`: `{"result":null}`, `7`: `{"result":7}`, `"text"`: `{"result":"text"}`, ` `: `{}`,
		`{"list":[1,[2,{"x":null}]],"s":"\u2028"}`: `{"list":[1,[2,{"x":null}]],"s":"\u2028"}`,
	} {
		all := remote.Results{{CallID: "1", Body: json.RawMessage(body)}}
		if got := string(take(all, &model.Call{ID: "1", Name: "f"})); got != want {
			t.Errorf("%q became %s, want %s", body, got, want)
		}
	}
}

// Elements that are no stream's, and streams that are none.
func TestTolerance(t *testing.T) {
	t.Parallel()
	for text, kind := range map[string]model.Kind{
		candidate(`{"text":"yes"}`, `,"finishReason":"STOP"`):                         "", // not a list
		" \n[ " + candidate(`{"text":"yes"}`, "") + " ,\r\n " + stopped + " ]garbage": "",
		"[" + candidate(`{"text":"yes"}`, `,"finishReason":"STOP"`):                   "", // cut after its end
		"[" + candidate(`{"text":"yes"}`, `,"finishReason":7,"index":0`) + "]":        "",
		"<html>": model.Overloaded, "": model.KindCut, "[": model.KindCut, "[]": model.KindCut, "data: {}": model.KindCut, "[7]": model.KindCut,
		"[" + candidate(`{"text":"yes"}`, ""): model.KindCut, `{"candidates":[`: model.KindCut, "[null]": model.KindCut,
		"[" + candidate(`{"text":"no"}`, `,"index":1,"finishReason":"STOP"`) + "]": model.KindCut,
	} {
		h := generate(t, serve(t, Options{}, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }), asks(plain2, "hello"))
		if kind == "" && (h.err != nil || h.text != "yes") || kind != "" && (h.err == nil || h.err.Kind != kind) {
			t.Errorf("%q: %+v", text, h)
		}
	}
}
