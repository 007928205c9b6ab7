package gemini

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"parley/dialogue/model"
)

func user(texts ...string) model.Message {
	m := model.Message{Role: model.User}
	for _, text := range texts {
		m.Parts = append(m.Parts, model.Part{Text: text})
	}
	return m
}

func call(id, name string) model.Part { return model.Part{Call: &model.Call{ID: id, Name: name}} }

func result(id, name, body string, failed bool) model.Part {
	return model.Part{Result: &model.Result{CallID: id, Name: name, Body: json.RawMessage(body), Failed: failed}}
}

// What goes out for histories that are not as the API wants them. Each is one that a strict server takes.
func TestHistory(t *testing.T) {
	t.Parallel()
	wired := func(id, wire string) model.Part {
		part := call(id, "f")
		part.Wire = json.RawMessage(wire)
		return part
	}
	u := func(text string) string { return `{"role":"user","parts":[{"text":"` + text + `"}]}` }
	answer := func(id, response string) string {
		return `{"functionResponse":{` + id + `"name":"f","response":` + response + `}}`
	}
	for _, test := range []struct {
		name     string
		messages []model.Message
		want     []string
	}{
		{"words in a row", []model.Message{user("a"), user("b", "", "c")}, []string{`{"role":"user","parts":[{"text":"a"},{"text":"b"},{"text":"c"}]}`}},
		{"nothing", nil, []string{u(opening)}},
		{"the agent began, and spoke last", []model.Message{{Role: model.Model, Parts: []model.Part{{Text: "hi"}}}},
			[]string{u(opening), `{"role":"model","parts":[{"text":"hi"}]}`, u(goOn)}},
		{"nothing was said", []model.Message{user("a"), {Role: model.Model, Provider: "gemini", Parts: []model.Part{{Wire: json.RawMessage(`{"text":"","thoughtSignature":"c2ln"}`)}}}, user("b")},
			[]string{`{"role":"user","parts":[{"text":"a"},{"text":"b"}]}`}},
		{"calls of others, results out of order, missing, failed and bare; words in between",
			[]model.Message{user("a"), {Role: model.Model, Parts: []model.Part{{Text: "t"}}}, {Role: model.Model, Provider: "elsewhere", Parts: []model.Part{call("1", "f"), call("2/ü", "f"), call("3", "f"), call("4", "f")}},
				{Role: model.Tool, Parts: []model.Part{result("3", "f", `{"x":1}`, true), result("2/ü", "f", `[7]`, false), result("9", "f", `1`, false)}}, user("b"),
				{Role: model.Tool, Parts: []model.Part{result("1", "f", `no JSON`, true)}}},
			[]string{u("a"), `{"role":"model","parts":[{"text":"t"},{"functionCall":{"id":"1","name":"f","args":{}}},{"functionCall":{"id":"ID","name":"f","args":{}}},{"functionCall":{"id":"3","name":"f","args":{}}},{"functionCall":{"id":"4","name":"f","args":{}}}]}`,
				`{"role":"user","parts":[` + answer(`"id":"1",`, `{"error":"no JSON"}`) + `,` + answer(`"id":"ID",`, `{"output":[7]}`) + `,` + answer(`"id":"3",`, `{"error":{"x":1}}`) + `,` + answer(`"id":"4",`, `{"error":"there is no result of this call"}`) + `]}`,
				u("b")}},
		{"current turn: the first call of each step is signed, by the stand-in if by nobody", []model.Message{user("a"),
			{Role: model.Model, Provider: "gemini", Parts: []model.Part{wired("1", `{"functionCall":{"name":"f","id":"1"}}`), wired("2", `{"functionCall":{"name":"f","id":"2"}}`)}},
			{Role: model.Model, Provider: "gemini", Parts: []model.Part{wired("x", `{"thoughtSignature":"c2ln","functionCall":{"name":"f"},"new":1.50}`)}},
			{Role: model.Tool, Parts: []model.Part{result("x", "f", ``, false)}}},
			[]string{u("a"), `{"role":"model","parts":[{"functionCall":{"name":"f","id":"1"},"thoughtSignature":"` + standIn + `"},{"functionCall":{"name":"f","id":"2"}}]}`,
				`{"role":"user","parts":[` + answer(`"id":"1",`, `{"error":"there is no result of this call"}`) + `,` + answer(`"id":"2",`, `{"error":"there is no result of this call"}`) + `]}`,
				`{"role":"model","parts":[{"thoughtSignature":"c2ln","functionCall":{"name":"f"},"new":1.50}]}`, `{"role":"user","parts":[` + answer(``, `{}`) + `]}`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, server := fake(t, Options{})
			got, err := p.contents(test.messages)
			if err != nil {
				t.Fatal(err)
			}
			for i := range max(len(got), len(test.want)) {
				var one, other string
				if i < len(got) {
					raw, _ := json.Marshal(got[i])
					one = string(raw)
				}
				if i < len(test.want) {
					other = strings.ReplaceAll(test.want[i], `"ID"`, `"`+callID(&model.Call{ID: "2/ü", Name: "f"}, 2, 1)+`"`)
				}
				if one != other {
					t.Errorf("content %d\n got %s\nwant %s", i, one, other)
				}
			}
			if strings.Contains(test.name, "signed") {
				return // its signatures are not the server's
			}
			if _, _, failure := run(t, p, model.Request{Messages: test.messages}); failure != nil {
				t.Errorf("%v: %s", failure, server.Requests()[0].Body)
			}
		})
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte("data: " + chunk("a", "STOP") + "\n\n: x\ndata: {\ndata: }\n\n"))
	f.Add([]byte(`[{"error":{"message":"x"}}]`))
	f.Fuzz(func(t *testing.T, stream []byte) {
		x := &exchange{}
		body := newEvents(io.NopCloser(strings.NewReader(string(stream))), x)
		out, err := io.ReadAll(body)
		if err != nil || strings.Count(string(out), "\n\n") != len(x.events) {
			t.Errorf("%q, %v", out, err)
		}
		for _, event := range x.events {
			if !isObject(event) {
				t.Errorf("%s", event)
			}
		}
	})
}
