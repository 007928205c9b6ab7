package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/storage/storagetest"
)

func TestWhatIsUnreadIsEachOperatorsOwn(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		old, busy, quiet := a.thread(agentID), a.thread(agentID), a.thread(agentID)
		ctx := viewer.WorkerContext(t.Context(), a.workspace, "test")
		say := func(threadID, author, text string) string {
			switch author {
			case "OPERATOR":
				return a.must(`mutation($t: ID!, $x: String!) { sendOperatorMessage(input: {threadId: $t, text: $x}) { message { id } } }`, map[string]any{"t": threadID, "x": text}).text("sendOperatorMessage", "message", "id")
			default:
				return a.must(`mutation($t: ID!, $x: String!) { sendMessage(input: {threadId: $t, text: $x}) { message { id } } }`, map[string]any{"t": threadID, "x": text}).text("sendMessage", "message", "id")
			}
		}
		for _, id := range []string{old, busy, quiet} {
			a.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": id})
		}
		// The key is newer than what was written before it.
		say(old, "CUSTOMER", "long ago")
		eventually(t, "the next millisecond", func() bool { return a.db.Client.Message.Query().AllX(ctx)[0].CreatedAt < ms.Now() })
		key, _ := a.newKey(viewer.Operator)
		first := say(busy, "CUSTOMER", "one")
		say(busy, "OPERATOR", "two")
		say(busy, "CUSTOMER", "three")
		say(quiet, "OPERATOR", "hello")
		counts := func(key string) map[string]int {
			r := a.do(key, `{ threads { edges { node { id unreadCount } } } }`, nil)
			out := map[string]int{}
			for _, e := range r.at("threads", "edges").([]any) {
				n := e.(map[string]any)["node"].(map[string]any)
				out[n["id"].(string)] = int(n["unreadCount"].(float64))
			}
			return out
		}
		unread := func(key string, want bool) (ids []string) {
			r := a.do(key, fmt.Sprintf(`{ threads(where: {unread: %t}) { totalCount edges { node { id } } } }`, want), nil)
			for _, e := range r.at("threads", "edges").([]any) {
				ids = append(ids, e.(map[string]any)["node"].(map[string]any)["id"].(string))
			}
			if r.at("threads", "totalCount") != float64(len(ids)) {
				t.Errorf("totalCount of %s", r.raw)
			}
			slices.Sort(ids)
			return ids
		}
		check := func(who, key string, want ...int) {
			t.Helper()
			got := counts(key)
			if have := []int{got[old], got[busy], got[quiet]}; !slices.Equal(have, want) {
				t.Errorf("%s counts %v, want %v", who, have, want)
			}
			yes, no := []string{}, []string{}
			for i, id := range []string{old, busy, quiet} {
				if want[i] > 0 {
					yes = append(yes, id)
				} else {
					no = append(no, id)
				}
			}
			if got := unread(key, true); !slices.Equal(got, yes) && len(got)+len(yes) > 0 {
				t.Errorf("%s: unread are %v, want %v", who, got, yes)
			}
			if got := unread(key, false); !slices.Equal(got, no) && len(got)+len(no) > 0 {
				t.Errorf("%s: read are %v, want %v", who, got, no)
			}
		}
		check("the new operator", key, 0, 2, 0)
		check("the old operator", a.keys[viewer.Operator], 1, 2, 0)
		check("the app", a.keys[viewer.App], 0, 0, 0)
		mark := func(threadID string, to any) result {
			return a.do(key, `mutation($t: ID!, $m: ID) { markRead(input: {threadId: $t, messageId: $m}) { thread { unreadCount } } }`, map[string]any{"t": threadID, "m": to})
		}
		if r := mark(busy, first); r.at("markRead", "thread", "unreadCount") != 1.0 {
			t.Errorf("read up to the first: %s", r.raw)
		}
		check("who has read one", key, 0, 1, 0)
		if r := mark(busy, nil); r.at("markRead", "thread", "unreadCount") != 0.0 {
			t.Errorf("read all: %s", r.raw)
		}
		mark(busy, first) // a mark never goes back
		check("who has read all", key, 0, 0, 0)
		check("the other one", a.keys[viewer.Operator], 1, 2, 0)
		say(busy, "CUSTOMER", "four")
		check("who has read all but the last", key, 0, 1, 0)
		if r := mark(old, first); r.code() != "NOT_FOUND" {
			t.Errorf("a message of another thread: %s", r.raw)
		}
		s := a.admitted(t, key)
		s.send(map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": `subscription { workspaceEvents(where: {unread: true}) { type } }`}})
		if got, _ := s.read(); !strings.Contains(fmt.Sprint(got), "BAD_INPUT") {
			t.Errorf("a subscription for what is unread: %v", got)
		}
	})
}

func TestUnreadOfAPageIsCountedAtOnce(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, count, reset := statements(t, address(t))
			a := newAPI(t, db)
			agentID := a.agent("A")
			for range 5 {
				a.thread(agentID)
			}
			reset()
			a.must(`{ threads { edges { node { unreadCount } } } }`, nil)
			if got := count("threads"); got > 1 {
				t.Errorf("%d statements read threads", got)
			}
		})
	}
}

func TestWhoWaitsLongestComesFirst(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		never, second, first, done := a.thread(agentID), a.thread(agentID), a.thread(agentID), a.thread(agentID)
		for _, id := range []string{done, first, second} {
			began := ms.Now()
			a.tag(id, "operator")
			eventually(t, "the next millisecond", func() bool { return ms.Now() > began+1 })
		}
		a.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, map[string]any{"t": done})
		r := a.must(`{ threads(orderBy: {field: WAITING_SINCE}) { edges { node { id status waitingSince } } } }`, nil)
		var ids []string
		for _, e := range r.at("threads", "edges").([]any) {
			n := e.(map[string]any)["node"].(map[string]any)
			ids = append(ids, n["id"].(string))
			if (n["waitingSince"] != nil) != (n["status"] == "WAITING_FOR_OPERATOR") {
				t.Errorf("%v", n)
			}
		}
		if want := []string{first, second, never, done}; !slices.Equal(ids, want) {
			t.Errorf("got %v, want %v", ids, want)
		}
	})
}
