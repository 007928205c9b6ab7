package graph_test

import (
	"encoding/json"
	"strings"
	"testing"

	"parley/ent/viewer"
)

// A variable may be null although it stands where no null may, if it has a default: the validation lets that pass. gqlgen panics
// then, on a socket in a goroutine where nobody caught it, which ended the server.
func TestNullsWhereNoneMayStand(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		s := a.admitted(t, a.keys[viewer.App])
		socket := func(document string, variables map[string]any) string {
			t.Helper()
			s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": document, "variables": variables}})
			text := ""
			for text == "" || strings.Contains(text, `"type":"next"`) {
				m, ok := s.read()
				if !ok {
					t.Fatalf("%s: the socket has ended", document)
				}
				all, _ := json.Marshal(m)
				text = string(all)
			}
			return text
		}
		for _, document := range []string{
			`query($x: Boolean = true) { viewer @include(if: $x) { role } }`,
			`query($x: Boolean = true) { viewer { ...v } } fragment v on Viewer { role @skip(if: $x) }`,
			`query($x: Boolean = true) { viewer { ... @skip(if: $x) { role } } }`,
			`query($x: ID = "agt_x") { agent(id: $x) { id } }`,
			`query($x: ID = "agt_x") { nodes(ids: ["agt_y", $x]) { id } }`,
			`query($x: [ID!] = []) { nodes(ids: $x) { id } }`,
			`query($x: ThreadOrderField = CREATED_AT) { threads(orderBy: {field: $x}) { totalCount } }`,
			`mutation($x: String = "vip") { addTag(input: {threadId: "` + threadID + `", tag: $x}) { thread { id } } }`,
			`mutation($x: AddTagInput = {threadId: "x", tag: "vip"}) { addTag(input: $x) { thread { id } } }`,
			`subscription($x: ID = "thr_x") { threadEvents(threadId: $x) { id } }`,
			`subscription($x: Boolean = true) { threadEvents(threadId: "` + threadID + `") { id @skip(if: $x) type } }`,
		} {
			null := map[string]any{"x": nil}
			r := a.do(a.keys[viewer.App], document, null)
			if r.code() != "GRAPHQL_VALIDATION_FAILED" || !strings.Contains(r.raw, "variable $x is null where") {
				t.Errorf("%s: %s", document, r.raw)
			}
			if text := socket(document, null); !strings.Contains(text, "GRAPHQL_VALIDATION_FAILED") {
				t.Errorf("%s over a socket: %s", document, text)
			}
		}
		for _, document := range []string{
			`query($x: Boolean = true) { threads(where: {operatorIDIsNil: $x}) { totalCount } }`,
			`query($x: Int = 3) { threads(first: $x) { totalCount } }`,
			`query($x: ThreadWhereInput) { threads(where: $x) { totalCount } }`,
		} {
			a.must(document, map[string]any{"x": nil})
			a.must(document, nil)
		}
		a.must(`query($x: Boolean = false) { viewer { role @include(if: $x) name } }`, nil)
	})
}
