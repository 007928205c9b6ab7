package graph_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/ent/viewer"
)

func TestAgentsArePublishedAndRolledBack(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		v := map[string]any{"a": agentID}
		const state = `query($a: ID!) { agent(id: $a) { hasUnpublishedChanges publishedVersion { number } versions { totalCount edges { node { number note publishedBy settings } } } } }`
		r := a.must(state, v)
		if r.at("agent", "publishedVersion") != nil || r.at("agent", "hasUnpublishedChanges") != true {
			t.Errorf("before: %s", r.raw)
		}
		threadID := a.thread(agentID)
		r = a.must(`mutation($a: ID!) { publishAgent(input: {id: $a, note: "first", clientMutationId: "p1"}) { version { id number note } agent { hasUnpublishedChanges } } }`, v)
		if r.at("publishAgent", "version", "number") != 1.0 || r.at("publishAgent", "agent", "hasUnpublishedChanges") != false {
			t.Errorf("published: %s", r.raw)
		}
		versionID := r.text("publishAgent", "version", "id")
		a.must(`mutation($a: ID!) {
			updateAgent(input: {id: $a, instructions: "Be brief."}) { agent { hasUnpublishedChanges } }
			createFunction(input: {agentId: $a, kind: HTTP, name: "f", url: "http://127.0.0.1:9/", headers: [{name: "X-Key", value: "canary-value", secret: true}]}) { function { id } }
			publishAgent(input: {id: $a, moveThreads: true}) { version { number } }
			rollbackAgent(input: {id: $a, version: 1}) { version { number } }
		}`, v)
		r = a.must(state, v)
		text := r.raw
		for _, want := range []string{`"totalCount":2`, `"publishedVersion":{"number":1}`, `"note":"first"`, `"instructions":"Be brief."`, `"secret":true`} {
			if !strings.Contains(text, want) {
				t.Errorf("%s is not in %s", want, text)
			}
		}
		if strings.Contains(text, "canary-value") {
			t.Error("a version shows a secret")
		}
		r = a.must(`query($t: ID!) { thread(id: $t) { agentVersion { number } } }`, map[string]any{"t": threadID})
		if r.at("thread", "agentVersion", "number") != 2.0 {
			t.Errorf("moved with all: %s", r.raw)
		}
		r = a.do(a.keys[viewer.Operator], `mutation($t: ID!) { moveThread(input: {threadId: $t, version: 1}) { thread { agentVersion { number } } } }`, map[string]any{"t": threadID})
		if r.at("moveThread", "thread", "agentVersion", "number") != 1.0 {
			t.Errorf("moved by hand: %s", r.raw)
		}
		if code := a.do(a.keys[viewer.Operator], `mutation($t: ID!) { moveThread(input: {threadId: $t, version: 7}) { thread { id } } }`, map[string]any{"t": threadID}).code(); code != "BAD_INPUT" {
			t.Errorf("a version that is not there: %s", code)
		}
		r = a.do(a.keys[viewer.App], `query($v: ID!, $a: ID!) { node(id: $v) { ... on AgentVersion { number settings } } agent(id: $a) { versions { totalCount } } }`, map[string]any{"v": versionID, "a": agentID})
		if r.at("node", "number") != 1.0 || r.at("node", "settings") != nil || r.at("agent", "versions") != nil {
			t.Errorf("as an app: %s", r.raw)
		}
	})
}

func TestADryRunIsStreamed(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		r := a.must(`mutation($a: ID!) { testAgent(input: {agentId: $a, text: "I want to talk to a human, please"}) { runId } }`, map[string]any{"a": agentID})
		body, err := json.Marshal(map[string]any{
			"query": `subscription($r: ID!) { testAgentEvents(runId: $r) { __typename number
				... on TestDelta { offset } ... on TestTag { tag } ... on TestMessage { text } ... on TestEnd { reason usage { steps } } } }`,
			"variables": map[string]any{"r": r.text("testAgent", "runId")},
		})
		if err != nil {
			t.Fatal(err)
		}
		read := func() (all []string) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url, bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}, "Authorization": {"Bearer " + a.keys[viewer.Admin]}}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			for lines := bufio.NewScanner(res.Body); lines.Scan(); {
				if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && strings.Contains(data, "testAgentEvents") && !strings.Contains(data, "TestDelta") {
					all = append(all, data)
				}
			}
			return all
		}
		first := read()
		text := strings.Join(first, "\n")
		for _, want := range []string{`"tag":"operator"`, `"__typename":"TestMessage"`, `"reason":"HANDED_OVER"`} {
			if !strings.Contains(text, want) {
				t.Errorf("%s is not in\n%s", want, text)
			}
		}
		if again := read(); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Errorf("a second reader saw\n%s\nthe first\n%s", again, first)
		}
		if total := a.must(`{ threads { totalCount } events { edges { cursor } } }`, nil); !strings.Contains(total.raw, `"totalCount":0`) || strings.Contains(total.raw, "cursor") {
			t.Errorf("traces: %s", total.raw)
		}
		code := a.do(a.keys[viewer.Operator], `mutation($a: ID!) { testAgent(input: {agentId: $a, text: "x"}) { runId } }`, map[string]any{"a": agentID}).code()
		if code != "FORBIDDEN" {
			t.Errorf("as an operator: %s", code)
		}
	})
}

func TestADryRunIsHeardWhileTheModelWrites(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.must(`mutation { createAgent(input: {name: "P", quietMs: 0, models: ["pen"]}) { agent { id } } }`, nil).text("createAgent", "agent", "id")
		name, pen := newPen(t)
		r := a.must(`mutation($a: ID!, $x: String!) { testAgent(input: {agentId: $a, text: $x}) { runId } }`, map[string]any{"a": agentID, "x": name})
		events := a.eventSourceFor(t, a.keys[viewer.Admin], `subscription($r: ID!) { testAgentEvents(runId: $r) { __typename
			... on TestDelta { text offset messageId } ... on TestMessage { text messageId } } }`, map[string]any{"r": r.text("testAgent", "runId")})
		next := func() map[string]any {
			e, ok := events.next()
			if !ok {
				t.Fatal("the stream ended")
			}
			data, _ := e["data"].(map[string]any)
			got, _ := data["testAgentEvents"].(map[string]any)
			return got
		}
		pen <- "Hel"
		first := next()
		pen <- "lo."
		second := next()
		close(pen)
		for message := next(); ; message = next() {
			if message["__typename"] != "TestMessage" {
				continue
			}
			if first["text"] != "Hel" || second["text"] != "lo." || second["offset"] != 3.0 || message["messageId"] != first["messageId"] || message["text"] != "Hello." {
				t.Errorf("heard %v, %v, then %v", first, second, message)
			}
			break
		}
	})
}
