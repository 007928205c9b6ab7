package graph_test

import (
	"fmt"
	"testing"
	"time"

	"parley/ent/viewer"
)

const followPeople = `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { type sequence
	... on PresenceChanged { author personId name present typing } } }`

// people reads the next presence of a stream as "author name present typing", with "+" for an id.
func people(t *testing.T, s stream) string {
	t.Helper()
	for {
		payload, ok := s.next()
		data, _ := payload["data"].(map[string]any)
		e, _ := data["threadEvents"].(map[string]any)
		if !ok || e == nil {
			t.Fatalf("the stream ended: %v", payload)
		}
		if e["type"] == "presence.changed" {
			id := ""
			if e["personId"] != nil {
				id = "+"
			}
			return fmt.Sprint(e["author"], id, " ", e["name"], " ", e["present"], " ", e["typing"])
		}
	}
}

func TestWhoIsThereAndTypes(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID, pen := a.writer(t)
		customer := a.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, map[string]any{"t": threadID}).text("createThreadToken", "token")
		set := func(key string, present, typing bool) result {
			t.Helper()
			r := a.do(key, `mutation($t: ID!, $p: Boolean!, $y: Boolean!) { setPresence(input: {threadId: $t, present: $p, typing: $y}) { expiresAt } }`,
				map[string]any{"t": threadID, "p": present, "y": typing})
			if len(r.Errors) > 0 {
				t.Fatal(r.raw)
			}
			return r
		}
		set(a.keys[viewer.Operator], true, false) // before anybody watches
		seen := a.socketFor(t, a.keys[viewer.Operator], followPeople, map[string]any{"t": threadID})
		defer seen.close()
		if got := people(t, seen); got != "OPERATOR+ OPERATOR true false" {
			t.Errorf("who is there first: %q", got)
		}
		outside := a.eventSourceFor(t, customer, followPeople, map[string]any{"t": threadID})
		defer outside.close()
		if r := set(customer, true, true); r.at("setPresence", "expiresAt") == nil {
			t.Errorf("typing does not expire: %s", r.raw)
		}
		for name, s := range map[string]stream{"operator": seen, "customer": outside} {
			if got := people(t, s); got != "CUSTOMER  true true" {
				t.Errorf("%s: %q", name, got)
			}
		}
		set(a.keys[viewer.Operator], true, true)
		pen <- "I"
		want := map[string]bool{"OPERATOR": true, "AGENT": true}
		for range 2 {
			delete(want, people(t, outside)[:len("AGENT")])
			got := people(t, seen)
			if got != "OPERATOR+ OPERATOR true true" && got != "AGENT  true true" {
				t.Errorf("operator: %q", got)
			}
		}
		set(a.keys[viewer.Operator], true, false) // which customers see as leaving
		close(pen)
		left := map[string]bool{}
		for range 2 {
			left[people(t, outside)] = true
		}
		if !left["OPERATOR OPERATOR false false"] || !left["AGENT  false false"] {
			t.Errorf("customer: %v", left)
		}
		if r := set(customer, false, false); r.at("setPresence", "expiresAt") != nil {
			t.Errorf("leaving expires: %s", r.raw)
		}
	})
}

func TestPresencesAreForThoseWhoMay(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		for name, c := range map[string]struct {
			key    viewer.Role
			thread string
			code   string
		}{
			"another thread": {viewer.Operator, "thr_none", "NOT_FOUND"},
			"integrator":     {viewer.Integrator, threadID, "FORBIDDEN"},
		} {
			r := a.do(a.keys[c.key], `mutation($t: ID!) { setPresence(input: {threadId: $t}) { expiresAt } }`, map[string]any{"t": c.thread})
			if r.code() != c.code {
				t.Errorf("%s: %s", name, r.raw)
			}
		}
		// Who does not ask for people gets none.
		cursor := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).at("thread", "cursor")
		s := a.eventSourceFor(t, a.keys[viewer.App], follow, map[string]any{"t": threadID, "after": cursor})
		defer s.close()
		a.must(`mutation($t: ID!) { setPresence(input: {threadId: $t, typing: true}) { expiresAt } }`, map[string]any{"t": threadID})
		time.Sleep(50 * time.Millisecond)
		a.must(`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "x"}) { thread { id } } }`, map[string]any{"t": threadID})
		payload, _ := s.next()
		if e, _ := payload["data"].(map[string]any)["threadEvents"].(map[string]any); e["type"] != "tag.added" {
			t.Errorf("got %v", payload)
		}
	})
}
