package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/ent/viewer"
	"parley/eventlog"
	"parley/storage/storagetest"
)

// pull returns the types of the events on a page of `events`, each once, sorted, and the end of the page.
func (a *api) pull(arguments string) (types []string, end string) {
	r := a.must(`{ events(first: 100`+arguments+`) { edges { node { type } } pageInfo { endCursor } } }`, nil)
	for _, e := range r.at("events", "edges").([]any) {
		types = append(types, e.(map[string]any)["node"].(map[string]any)["type"].(string))
	}
	slices.Sort(types)
	return slices.Compact(types), r.text("events", "pageInfo", "endCursor")
}

func TestEventsAreFilteredAsForIntegrations(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		first, second := a.agent("A"), a.agent("B")
		threads := map[string]string{}
		for agentID, channel := range map[string]string{first: "web", second: "mail"} {
			r := a.must(`mutation($a: ID!, $c: String!) { createThread(input: {agentId: $a, channel: $c}) { thread { id } } }`, map[string]any{"a": agentID, "c": channel})
			threads[agentID] = r.at("createThread", "thread", "id").(string)
		}
		a.must(`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "interest"}) { thread { id } } }`, map[string]any{"t": threads[first]})
		a.must(`mutation($t: ID!) { closeThread(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": threads[second]})
		made := a.must(`mutation { createIntegration(input: {name: "i", url: "http://127.0.0.1:1/", eventTypes: ["integration.ping"]}) { integration { id } } }`, nil)
		a.must(`mutation($i: ID!) { updateIntegration(input: {id: $i, state: DISABLED}) { integration { id } } }`, map[string]any{"i": made.at("createIntegration", "integration", "id")})

		const all = "dialogue.closed integration.disabled interest.shown thread.created"
		for arguments, want := range map[string]string{
			``:               all,
			`, types: ["*"]`: all,
			`, types: ["dialogue.*", "interest.shown"]`: "dialogue.closed interest.shown",
			`, types: ["thr*"]`:                         "thread.created",
			`, types: []`:                               "",
			fmt.Sprintf(`, agentIds: [%q]`, first):      "integration.disabled interest.shown thread.created",
			fmt.Sprintf(`, agentIds: [%q], types: ["thread.*", "dialogue.*"]`, second): "dialogue.closed thread.created",
			fmt.Sprintf(`, agentIds: [%q, %q]`, first, second):                         all,
			`, channels: ["mail"]`:                                           "dialogue.closed integration.disabled thread.created",
			`, channels: ["fax"]`:                                            "integration.disabled",
			`, channels: [], agentIds: []`:                                   all,
			fmt.Sprintf(`, channels: ["mail"], agentIds: [%q]`, first):       "integration.disabled",
			fmt.Sprintf(`, threadId: %q, channels: ["web"]`, threads[first]): "interest.shown thread.created",
		} {
			if types, _ := a.pull(arguments); strings.Join(types, " ") != want {
				t.Errorf("%s: got %v, want %v", arguments, types, want)
			}
		}
		r := a.do(a.keys[viewer.Admin], `{ events(types: ["message.created", "*.shown", "call.updated"]) { edges { cursor } } }`, nil)
		if r.code() != "BAD_INPUT" || !strings.Contains(r.raw, `\"*.shown\" matches no event type`) || !strings.Contains(r.raw, `\"call.updated\" matches no event type`) {
			t.Errorf("unknown types: %s", r.raw)
		}
	})
}

// TestPullingBeginsAtTheOldestEventKept takes away events as retention does.
func TestPullingBeginsAtTheOldestEventKept(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		threads := make([]string, 20)
		for i := range threads {
			threads[i] = a.thread(agentID)
		}
		_, begin := a.pull(`, types: []`)
		if r := a.must(`query($after: Cursor) { events(after: $after) { edges { cursor } } }`, map[string]any{"after": begin}); len(r.at("events", "edges").([]any)) != 0 {
			t.Fatal("a page without events does not end behind them")
		}
		early := a.must(`{ events(first: 1) { edges { cursor } } }`, nil).at("events", "edges").([]any)[0].(map[string]any)["cursor"]

		db, ctx := a.db.Client, viewer.WorkerContext(t.Context(), a.workspace, "test")
		for _, s := range db.FeedShard.Query().AllX(ctx) {
			keep := s.LastPosition // the last one only
			if _, err := db.ExecContext(ctx, `UPDATE feed_shards SET first_position = $1 WHERE workspace_id = $2 AND shard = $3`, max(keep, 1), s.WorkspaceID, s.Shard); err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(ctx, `DELETE FROM events WHERE workspace_id = $1 AND shard = $2 AND position < $3`, s.WorkspaceID, s.Shard, keep); err != nil {
				t.Fatal(err)
			}
		}
		r := a.must(`{ events(first: 100) { edges { cursor } pageInfo { endCursor } } }`, nil)
		edges := r.at("events", "edges").([]any)
		if len(edges) == 0 || len(edges) > eventlog.Shards {
			t.Fatalf("%d events are kept", len(edges))
		}
		for _, e := range edges { // each cursor of the page is one to go on from
			a.must(`query($after: Cursor) { events(after: $after) { edges { cursor } } }`, map[string]any{"after": e.(map[string]any)["cursor"]})
		}
		r = a.do(a.keys[viewer.Admin], `query($after: Cursor) { events(after: $after) { edges { cursor } } }`, map[string]any{"after": early})
		if r.code() != "CURSOR_EXPIRED" {
			t.Errorf("a cursor before what is kept: %s", r.raw)
		}
	})
}

func TestEventTypesAreDescribed(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		r := a.must(`{ eventTypes { type description schemaPath schema example } }`, nil)
		all := r.at("eventTypes").([]any)
		if len(all) != len(eventlog.WebhookTypes) {
			t.Fatalf("%d types", len(all))
		}
		for i, e := range all {
			got := e.(map[string]any)
			name := eventlog.WebhookTypes[i]
			if got["type"] != name || got["description"] == "" || got["schemaPath"] != "/webhooks/schemas/"+name+".json" || got["schema"].(map[string]any)["title"] != name {
				t.Errorf("%s: %v", name, got)
			}
			example, err := json.Marshal(got["example"])
			if err != nil {
				t.Fatal(err)
			}
			if err := storagetest.CheckBody(name, string(example)); err != nil {
				t.Errorf("the example of %s: %v", name, err)
			}
		}
	})
}
