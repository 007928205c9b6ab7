package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/ent/viewer"
	"parley/storage/storagetest"
)

// A variable may be null although it stands where no null may, if it has a default: the validation lets that pass. gqlgen panics
// then, on a socket in a goroutine where nobody caught it, which ended the server.
func TestNullsWhereNoneMayStand(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		s := a.admitted(t, a.keys[viewer.App])
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
			if text := s.lastOf(t, document, null); !strings.Contains(text, "GRAPHQL_VALIDATION_FAILED") {
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

// lastOf is the last message of an operation.
func (s *socket) lastOf(t *testing.T, document string, variables map[string]any) string {
	t.Helper()
	s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": document, "variables": variables}})
	for {
		m, ok := s.read()
		if !ok {
			t.Fatalf("%s: the socket has ended", document)
		}
		if m["type"] != "next" {
			text, _ := json.Marshal(m)
			return string(text)
		}
	}
}

// gqlparser reads numbers of scalars that it does not know without looking at them first, and panics.
func TestNumbersThatAreTooLargeForADocument(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		s := a.admitted(t, a.keys[viewer.App])
		for _, document := range []string{
			`{ threads(after: 99999999999999999999) { totalCount } }`,
			`{ thread(id: "x") { messages(before: 1e999) { totalCount } } }`,
		} {
			r := a.do(a.keys[viewer.App], document, nil)
			if r.code() != "GRAPHQL_VALIDATION_FAILED" || !strings.Contains(r.raw, "too large for a document") {
				t.Errorf("%s: %s", document, r.raw)
			}
			if text := s.lastOf(t, document, nil); !strings.Contains(text, "GRAPHQL_VALIDATION_FAILED") {
				t.Errorf("%s over a socket: %s", document, text)
			}
		}
		agentID := a.agent("A")
		r := a.must(`mutation($a: ID!, $m: JSON) { createThread(input: {agentId: $a, metadata: $m}) { thread { metadata } } }`,
			map[string]any{"a": agentID, "m": map[string]any{"n": json.Number("12345678901234567890")}})
		if !strings.Contains(r.raw, "12345678901234567890") {
			t.Error(r.raw)
		}
	})
}

// What a variable holds is made anew for each place where it stands, and to reckon the cost of the document: for anybody, before
// it is known who asks.
func TestLargeVariablesCostLittle(t *testing.T) { // alone: it measures the process
	a := newAPI(t, storagetest.Open(t, storagetest.SQLite(t)))
	many := func(n int, field string) string { return numbered("a%d: "+field+" ", n) }
	for name, q := range map[string]struct {
		document string
		value    any
	}{
		"empty filters":       {"query($x: ThreadWhereInput) {" + many(100, "threads(where: $x) { totalCount }") + "}", map[string]any{"or": slices.Repeat([]any{map[string]any{}}, 60_000)}},
		"deep filters":        {"query($x: ThreadWhereInput) {" + many(100, "threads(where: $x) { totalCount }") + "}", json.RawMessage(strings.Repeat(`{"not":`, 9_000) + "{}" + strings.Repeat("}", 9_000))},
		"filters, unfolded":   {"query($x: ThreadWhereInput) {" + strings.Repeat("...f ", 30) + "} fragment f on Query {" + many(30, "threads(where: $x) { totalCount }") + "}", map[string]any{"or": slices.Repeat([]any{map[string]any{}}, 200)}},
		"filters in an input": {"query($x: [ThreadWhereInput!]) {" + many(100, "threads(where: {or: $x}) { totalCount }") + "}", slices.Repeat([]any{map[string]any{}}, 60_000)},
		"ids":                 {"query($x: [ID!]!) {" + many(100, "nodes(ids: $x) { id }") + "}", slices.Repeat([]any{""}, 80_000)},
		"a list in a filter":  {"query($x: ThreadWhereInput) {" + many(100, "threads(where: $x) { totalCount }") + "}", map[string]any{"idIn": slices.Repeat([]any{""}, 80_000)}},
	} {
		for who, key := range map[string]string{"somebody": a.keys[viewer.App], "nobody": ""} {
			var r result
			cpu, memory := cost(func() { r = a.do(key, q.document, map[string]any{"x": q.value}) })
			if r.code() != "BAD_INPUT" || cpu > 4*attackSlack*attackCPU || memory > 2*attackMemory {
				t.Errorf("%s of %s: %v and %d KB, %.300s", name, who, cpu, memory>>10, r.raw)
			}
		}
	}
	some := map[string]any{"or": slices.Repeat([]any{map[string]any{"channel": "x"}}, 199)}
	a.must(fmt.Sprintf("query($x: ThreadWhereInput) {%s}", many(10, "threads(where: $x) { totalCount }")), map[string]any{"x": some})
	a.must(`mutation($a: ID!, $m: JSON) { createThread(input: {agentId: $a, metadata: $m}) { thread { id } } }`,
		map[string]any{"a": a.agent("A"), "m": map[string]any{"m": slices.Repeat([]any{map[string]any{}}, 1_000)}})
}
