package graph_test

import (
	"strings"
	"testing"

	"parley/ent/viewer"
)

const answerSchema = `{type: "object", properties: {reply: {type: "string"}}, required: ["reply"]}`

func TestStructuredAnswersByTheAPI(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		made := a.must(`mutation { createAgent(input: {name: "A", quietMs: 0, answerSchema: `+answerSchema+`}) { agent { id answerSchema } } }`, nil)
		if !strings.Contains(made.raw, `"answerSchema":{"properties":{"reply":{"type":"string"}},"required":["reply"],"type":"object"}`) {
			t.Errorf("made %s", made.raw)
		}
		id := map[string]any{"id": made.text("createAgent", "agent", "id")}
		const read = `query($id: ID!) { agent(id: $id) { answerSchema } }`
		if r := a.do(a.keys[viewer.App], read, id); r.raw != `{"data":{"agent":{"answerSchema":null}}}` {
			t.Errorf("the app reads %s", r.raw)
		}
		for _, change := range []struct{ input, want string }{
			{`name: "B"`, `"answerSchema":{"properties"`},
			{`answerSchema: null`, `"answerSchema":null`},
			{`answerSchema: ` + answerSchema, `"answerSchema":{"properties"`},
		} {
			r := a.must(`mutation($id: ID!) { updateAgent(input: {id: $id, `+change.input+`}) { agent { answerSchema } } }`, id)
			if !strings.Contains(r.raw, change.want) {
				t.Errorf("%s: %s", change.input, r.raw)
			}
		}
		if r := a.must(`mutation($id: ID!, $s: JSON) { updateAgent(input: {id: $id, answerSchema: $s}) { agent { answerSchema } } }`, id); !strings.Contains(r.raw, `{"properties"`) {
			t.Errorf("a variable that is not given: %s", r.raw)
		}
		bad := a.do(a.keys[viewer.Admin], `mutation { createAgent(input: {name: "A", answerSchema: {type: "array"}}) { agent { id } } }`, nil)
		if bad.code() != "BAD_INPUT" || bad.Errors[0].Extensions.Fields[0].Field != "answerSchema" {
			t.Errorf("refused with %s", bad.raw)
		}
	})
}

// A message tells its text as JSON where the agent's model wrote an object, digits and order as they were; a step tells why
// its text was not sent; a dry run tells both.
func TestDataOfMessages(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.must(`mutation { createAgent(input: {name: "A", quietMs: 0, models: ["pen"], fallbackText: "{}",
			answerSchema: {type: "object", properties: {z: {type: "number"}, a: {type: "string"}}, required: ["z"]}}) { agent { id } } }`, nil).text("createAgent", "agent", "id")
		threadID := a.thread(agentID)
		v := map[string]any{"t": threadID}
		write := func(pieces ...string) string {
			name, pen := newPen(t)
			go func() {
				for _, piece := range pieces {
					pen <- piece
				}
				close(pen)
			}()
			return name
		}
		send := func(words string) {
			a.must(`mutation($t: ID!, $x: String!) { sendMessage(input: {threadId: $t, text: $x}) { message { id } } }`, map[string]any{"t": threadID, "x": words})
		}
		send(write("{\n  \"z\": 12345678901234567890.50,", "\n  \"a\": \"<&>\"\n}\n"))
		const read = `query($t: ID!) { thread(id: $t) { messages(last: 1) { edges { node { author text data } } } turns(first: 1) { steps { misfit } } } }`
		var got string
		eventually(t, "an answer", func() bool { got = a.must(read, v).raw; return strings.Contains(got, "AGENT") })
		want := `{"author":"AGENT","text":"{\n  \"z\": 12345678901234567890.50,\n  \"a\": \"<&>\"\n}","data":{"z":12345678901234567890.50,"a":"<&>"}}`
		if got = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(got); !strings.Contains(got, want) || !strings.Contains(got, `"misfit":null`) {
			t.Errorf("read %s", got)
		}
		a.must(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "{\"z\":1}"}) { message { id } } }`, v)
		if got := a.must(read, v).raw; !strings.Contains(got, `"data":null`) {
			t.Errorf("a person is read as %s", got)
		}

		run := a.must(`mutation($a: ID!, $x: String!) { testAgent(input: {agentId: $a, text: $x}) { runId } }`, map[string]any{"a": agentID, "x": write(`{"z": 1}`)})
		events := a.eventSourceFor(t, a.keys[viewer.Admin], `subscription($r: ID!) { testAgentEvents(runId: $r) { __typename
			... on TestStep { misfit } ... on TestMessage { text data } } }`, map[string]any{"r": run.text("testAgent", "runId")})
		told := map[any]map[string]any{}
		for told["TestEnd"] == nil {
			e, ok := events.next()
			if !ok {
				t.Fatal("the stream ended")
			}
			data, _ := e["data"].(map[string]any)
			got, _ := data["testAgentEvents"].(map[string]any)
			told[got["__typename"]] = got
		}
		data, _ := told["TestMessage"]["data"].(map[string]any)
		if misfit, has := told["TestStep"]["misfit"]; !has || misfit != nil || data["z"] != 1.0 {
			t.Errorf("the run told %v", told)
		}
	})
}

// Without a model there are structured answers, too.
func TestScriptedStructuredAnswers(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.must(`mutation { createAgent(input: {name: "A", quietMs: 0, answerSchema: `+answerSchema+`}) { agent { id } } }`, nil).text("createAgent", "agent", "id")
		v := map[string]any{"t": a.thread(agentID)}
		a.must(`mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "hello"}) { message { id } } }`, v)
		var data any
		eventually(t, "an answer", func() bool {
			last := a.must(`query($t: ID!) { thread(id: $t) { lastMessage { data } } }`, v)
			data = last.at("thread", "lastMessage", "data")
			return data != nil
		})
		if said, _ := data.(map[string]any)["reply"].(string); said == "" {
			t.Errorf("said %v", data)
		}
	})
}
