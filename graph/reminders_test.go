package graph_test

import (
	"strings"
	"testing"
	"time"

	"parley/ent/ms"
	"parley/ent/viewer"
)

func TestRemindersByTheAPI(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		v := map[string]any{"t": threadID, "due": ms.Now().Add(time.Hour).String()}
		const create = `mutation($t: ID!, $due: Time!) { createReminder(input: {threadId: $t, dueAt: $due, text: "Good morning.", cancelTags: ["vip"]}) {
			reminder { id threadId kind state dueAt text instruction cancelTags reason endedAt } } }`
		made := a.must(create, v)
		id := made.text("createReminder", "reminder", "id")
		for field, want := range map[string]any{"threadId": threadID, "kind": "SCHEDULED", "state": "PENDING", "dueAt": v["due"],
			"text": "Good morning.", "instruction": nil, "reason": "", "endedAt": nil} {
			if got := made.at("createReminder", "reminder", field); got != want {
				t.Errorf("%s is %v, want %v", field, got, want)
			}
		}
		second := a.must(create, v).text("createReminder", "reminder", "id")

		const list = `query($t: ID!) { thread(id: $t) { reminders(first: 1) { id } tags { name } } }`
		r := a.do(a.keys[viewer.App], list, map[string]any{"t": threadID})
		if !strings.Contains(r.raw, `"reminders":[{"id":"`+second+`"}]`) || !strings.Contains(r.raw, `{"name":"scheduler"}`) {
			t.Errorf("listed %s", r.raw)
		}
		if r := a.do(a.keys[viewer.Operator], list, map[string]any{"t": threadID}); len(r.Errors) > 0 {
			t.Errorf("the operator reads %s", r.raw)
		}
		token := a.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, map[string]any{"t": threadID}).text("createThreadToken", "token")
		if r := a.do(token, list, map[string]any{"t": threadID}); !strings.Contains(r.raw, `"reminders":null`) || len(r.Errors) > 0 {
			t.Errorf("the customer reads %s", r.raw)
		}

		const node = `query($id: ID!) { node(id: $id) { ... on Reminder { state reason } } }`
		if r := a.do(a.keys[viewer.Integrator], node, map[string]any{"id": id}); r.at("node") != nil {
			t.Errorf("the integrator reads %s", r.raw)
		}
		const cancel = `mutation($id: ID!) { cancelReminder(input: {id: $id, reason: "called instead"}) { reminder { state reason } } }`
		a.must(cancel, map[string]any{"id": id})
		if r := a.do(a.keys[viewer.App], node, map[string]any{"id": id}); r.raw != `{"data":{"node":{"state":"CANCELLED","reason":"called instead"}}}` {
			t.Errorf("cancelled: %s", r.raw)
		}
		for what, want := range map[string]struct{ code, query string }{
			"cancelled again": {"CONFLICT", cancel},
			"by integrator":   {"FORBIDDEN", cancel},
		} {
			key := a.keys[viewer.Admin]
			if want.code == "FORBIDDEN" {
				key = a.keys[viewer.Integrator]
			}
			if r := a.do(key, want.query, map[string]any{"id": id}); r.code() != want.code {
				t.Errorf("%s: %s", what, r.raw)
			}
		}
		past := map[string]any{"t": threadID, "due": "2020-01-01T00:00:00Z"}
		if r := a.do(a.keys[viewer.Admin], create, past); r.code() != "BAD_INPUT" || r.Errors[0].Extensions.Fields[0].Field != "dueAt" {
			t.Errorf("in the past: %s", r.raw)
		}
	})
}

func TestSettingsForRemindersByTheAPI(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const fields = `{ agent { id timeZone followUps { afterMinutes text instruction cancelTags } quietHours { from to } } }`
		made := a.must(`mutation { createAgent(input: {name: "A", timeZone: "Europe/Berlin", quietHours: {from: "22:00", to: "08:00"},
			followUps: [{afterMinutes: 60, text: "There?", cancelTags: ["success"]}, {afterMinutes: 120, instruction: "say bye"}]}) `+fields+` }`, nil)
		want := `"timeZone":"Europe/Berlin","followUps":[{"afterMinutes":60,"text":"There?","instruction":null,"cancelTags":["success"]},` +
			`{"afterMinutes":120,"text":null,"instruction":"say bye","cancelTags":[]}],"quietHours":{"from":"22:00","to":"08:00"}`
		if !strings.Contains(made.raw, want) {
			t.Errorf("made %s", made.raw)
		}
		id := map[string]any{"id": made.text("createAgent", "agent", "id")}
		if r := a.do(a.keys[viewer.App], `query($id: ID!) { agent(id: $id) { followUps { text } } }`, id); !strings.Contains(r.raw, `"followUps":null`) {
			t.Errorf("the app reads %s", r.raw)
		}
		r := a.must(`mutation($id: ID!) { updateAgent(input: {id: $id, followUps: [], quietHours: {from: "00:00", to: "00:00"}}) `+fields+` }`, id)
		if !strings.Contains(r.raw, `"followUps":[],"quietHours":null`) {
			t.Errorf("cleared %s", r.raw)
		}
	})
}

func TestReminderEvents(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		v := map[string]any{"t": threadID}
		v["after"] = a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, v).text("thread", "cursor")
		token := a.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, map[string]any{"t": threadID}).text("createThreadToken", "token")
		made := a.must(`mutation($t: ID!, $due: Time!) { createReminder(input: {threadId: $t, dueAt: $due, instruction: "call"}) { reminder { id } } }`,
			map[string]any{"t": threadID, "due": ms.Now().Add(time.Hour).String()}).text("createReminder", "reminder", "id")
		for key, want := range map[string]any{a.keys[viewer.App]: made, a.keys[viewer.Operator]: made, token: nil} {
			s := a.socket(t, key, v)
			s.send(map[string]any{"type": "subscribe", "id": "2", "payload": map[string]any{"variables": v,
				"query": `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { type ... on ReminderChanged { reminder { id instruction } } } }`}})
			for {
				m, ok := s.read()
				if !ok || m["type"] == "error" {
					t.Fatalf("the stream ended: %v", m)
				}
				if m["id"] != "2" {
					continue
				}
				e := result{Data: m["payload"].(map[string]any)["data"].(map[string]any)}
				if e.text("threadEvents", "type") != "reminder.updated" {
					continue
				}
				if got := e.at("threadEvents", "reminder", "id"); got != want {
					t.Errorf("read %v, want %v", got, want)
				}
				break
			}
			s.close()
		}
	})
}
