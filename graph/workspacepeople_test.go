package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/ent/viewer"
)

const followAllPeople = `subscription($w: ThreadWhereInput) { workspaceEvents(where: $w) { type threadId sequence ... on StatusChanged { status }
	... on PresenceChanged { author personId name present typing } } }`

// attendance reads the next presence of a stream of a workspace, as "n author name present typing" with the number of the thread.
func attendance(t *testing.T, s stream, threads ...string) string {
	t.Helper()
	for {
		payload, ok := s.next()
		data, _ := payload["data"].(map[string]any)
		e, _ := data["workspaceEvents"].(map[string]any)
		if !ok || e == nil {
			t.Fatalf("the stream ended: %v", payload)
		}
		if e["type"] != "presence.changed" {
			continue
		}
		for i, threadID := range threads {
			if e["threadId"] == threadID {
				id := ""
				if e["personId"] != nil {
					id = "+"
				}
				return fmt.Sprint(i, " ", e["author"], id, " ", e["name"], " ", e["present"], " ", e["typing"])
			}
		}
		t.Fatalf("a presence at %v", e["threadId"])
	}
}

func TestAConsoleSeesWhoIsAtWhichThread(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		one, two := a.thread(agentID), a.thread(agentID)
		take := func(threadID string) {
			a.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": threadID})
		}
		take(one)
		set := func(key, threadID string, present, typing bool) {
			t.Helper()
			r := a.do(key, `mutation($t: ID!, $p: Boolean!, $y: Boolean!) { setPresence(input: {threadId: $t, present: $p, typing: $y}) { expiresAt } }`,
				map[string]any{"t": threadID, "p": present, "y": typing})
			if len(r.Errors) > 0 {
				t.Fatal(r.raw)
			}
		}
		expect := func(s stream, want ...string) {
			t.Helper()
			for _, w := range want {
				if got := attendance(t, s, one, two); got != w {
					t.Errorf("%q, want %q", got, w)
				}
			}
		}
		operator := a.keys[viewer.Operator]
		set(operator, one, true, false) // before anybody watches
		set(a.keys[viewer.App], two, true, false)
		all := a.socketFor(t, operator, followAllPeople, nil)
		defer all.close()
		expect(all, "0 OPERATOR+ OPERATOR true false")
		expect(all, "1 CUSTOMER  true false")
		mine := a.eventSourceFor(t, operator, followAllPeople, map[string]any{"w": map[string]any{"status": "OPERATOR"}})
		defer mine.close()
		expect(mine, "0 OPERATOR+ OPERATOR true false")
		app := a.socketFor(t, a.keys[viewer.App], followAllPeople, nil)
		defer app.close()
		expect(app, "1 CUSTOMER  true false") // who reads along is not for it

		set(operator, one, true, true)
		expect(all, "0 OPERATOR+ OPERATOR true true")
		expect(mine, "0 OPERATOR+ OPERATOR true true")
		expect(app, "0 OPERATOR OPERATOR true true")
		set(a.keys[viewer.App], two, true, true)
		expect(all, "1 CUSTOMER  true true")
		expect(app, "1 CUSTOMER  true true")
		take(two) // which begins to match
		expect(mine, "1 CUSTOMER  true true")
		set(operator, one, false, false)
		for _, s := range []stream{all, mine} {
			expect(s, "0 OPERATOR+ OPERATOR false false")
		}
		expect(app, "0 OPERATOR OPERATOR false false")
		a.must(`mutation($t: ID!) { handBack(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": two}) // which ceases to match
		expect(mine, "1 CUSTOMER  false false")
		set(a.keys[viewer.App], two, false, false)
		expect(all, "1 CUSTOMER  false false")
	})
}

func TestConsolesShareWhoIsThere(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		set := func(typing bool) {
			a.must(`mutation($t: ID!, $y: Boolean!) { setPresence(input: {threadId: $t, present: true, typing: $y}) { expiresAt } }`, map[string]any{"t": threadID, "y": typing})
		}
		set(false)
		var consoles []stream
		for i := range 6 {
			if i%2 == 0 {
				consoles = append(consoles, a.socketFor(t, a.keys[viewer.Operator], followAllPeople, nil))
			} else {
				consoles = append(consoles, a.eventSourceFor(t, a.keys[viewer.Operator], followAllPeople, nil))
			}
			if got := attendance(t, consoles[i], threadID); !strings.HasPrefix(got, "0 OPERATOR+") || !strings.HasSuffix(got, " true false") {
				t.Errorf("who comes learns of %q", got)
			}
		}
		a.members(len(consoles))
		before := a.handler.Sharing()
		set(true)
		for _, s := range consoles {
			if got := attendance(t, s, threadID); !strings.HasSuffix(got, " true true") {
				t.Errorf("then of %q", got)
			}
		}
		if now := a.handler.Sharing(); now.Executed-before.Executed != 1 || now.Sent-before.Sent != int64(len(consoles)) {
			t.Errorf("%+v after %+v", now, before)
		}
		for _, s := range consoles {
			s.close()
		}
	})
}
