package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/ent/ms"
	"parley/ent/viewer"
)

const startChat = `mutation($in: StartChatInput!) { startChat(input: $in) { threadId token { token expiresAt } } }`

func (a *api) publish(agentID string) {
	a.t.Helper()
	a.must(`mutation($a: ID!) { updateAgent(input: {id: $a, public: true}) { agent { id } } }`, map[string]any{"a": agentID})
}

func TestAVisitorTalksWithoutAKey(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		input := map[string]any{"agentId": agentID, "name": "Vera", "metadata": map[string]any{"page": "/roses"}, "clientMutationId": "0123456789abcdef"}
		ask := func() result { return a.do("", startChat, map[string]any{"in": input}) }
		if r := ask(); r.code() != "NOT_FOUND" {
			t.Errorf("an agent that is not public: %s", r.raw)
		}
		a.publish(agentID)
		first, again := ask(), ask()
		threadID, token := first.text("startChat", "threadId"), first.text("startChat", "token", "token")
		if threadID == "" || again.text("startChat", "threadId") != threadID {
			t.Fatalf("startChat: %s, again %s", first.raw, again.raw)
		}
		r := a.do(token, `mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "Hello"}) { message { thread { channel metadata customer { name } agent { name instructions chat { title } } unreadCount } } } }`,
			map[string]any{"t": threadID})
		const want = `{"channel":"chat","metadata":{"page":"/roses"},"customer":{"name":"Vera"},"agent":{"name":"A","instructions":null,"chat":{"title":""}},"unreadCount":0}`
		if !strings.Contains(r.raw, want) {
			t.Errorf("the visitor reads %s", r.raw)
		}
		input["name"] = "Somebody else"
		if r := ask(); r.code() != "IDEMPOTENCY_CONFLICT" {
			t.Errorf("the same id with other input: %s", r.raw)
		}
		delete(input, "clientMutationId")
		for name, bad := range map[string]any{"name": strings.Repeat("x", 201), "metadata": map[string]any{"x": strings.Repeat("y", 5000)}, "clientMutationId": "short"} {
			kept := input[name]
			if input[name] = bad; true {
				if r := ask(); r.code() != "BAD_INPUT" {
					t.Errorf("a bad %s: %s", name, r.raw)
				}
			}
			if input[name] = kept; kept == nil {
				delete(input, name)
			}
		}
		a.must(`mutation($a: ID!) { deleteAgent(input: {id: $a}) { id } }`, map[string]any{"a": agentID})
		if r := ask(); r.code() != "NOT_FOUND" {
			t.Errorf("a deleted agent: %s", r.raw)
		}
	})
}

func TestChatsOfOneAddressAreBounded(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		a.publish(agentID)
		for range 10 {
			if r := a.do("", startChat, map[string]any{"in": map[string]any{"agentId": agentID}}); len(r.Errors) > 0 {
				t.Fatalf("a chat: %s", r.raw)
			}
		}
		r := a.do("", startChat, map[string]any{"in": map[string]any{"agentId": agentID}})
		if r.code() != "RATE_LIMITED" || !r.Errors[0].Extensions.Retryable || !strings.Contains(r.raw, `"retryAfterMs":`) {
			t.Errorf("the eleventh chat: %s", r.raw)
		}
	})
}

func TestOnlyTokensOfVisitorsAreRenewed(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const renew = `mutation { renewThreadToken(input: {}) { token expiresAt } }`
		agentID := a.agent("A")
		a.publish(agentID)
		threadID := a.thread(agentID)
		given := a.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t, expiresInSeconds: 60}) { token } }`, map[string]any{"t": threadID}).text("createThreadToken", "token")
		if r := a.do(given, renew, nil); r.code() != "FORBIDDEN" {
			t.Errorf("a token of 60 seconds was renewed: %s", r.raw)
		}
		now := ms.Now()
		for name, c := range map[string]struct {
			begun time.Duration // ago
			lasts time.Duration // from now, of the new one; 0: none
		}{
			"new":             {time.Hour, 7 * 24 * time.Hour},
			"25 days old":     {25 * 24 * time.Hour, 0}, // it has ended
			"begun long ago":  {6*24*time.Hour + 23*time.Hour, 7 * 24 * time.Hour},
			"begun in future": {-time.Hour, 0},
		} {
			token, err := a.access.VisitorToken(a.workspace, threadID, now.Add(-c.begun))
			if err != nil {
				t.Fatal(err)
			}
			r := a.do(token.Token.Reveal(), renew, nil)
			var end ms.Time
			if text := r.text("renewThreadToken", "expiresAt"); text != "" {
				if err := end.UnmarshalGQL(text); err != nil {
					t.Fatal(err)
				}
			}
			if (end == 0) != (c.lasts == 0) || c.lasts > 0 && (end < now.Add(c.lasts) || end > now.Add(c.lasts+time.Minute)) {
				t.Errorf("%s: %s", name, r.raw)
			}
			if c.lasts == 0 {
				continue
			}
			if r := a.do(r.text("renewThreadToken", "token"), `{ viewer { role thread { id } } }`, nil); r.text("viewer", "thread", "id") != threadID {
				t.Errorf("%s: the new token sees %s", name, r.raw)
			}
		}
	})
}

func TestHowTheChatPageLooksIsChecked(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		set := func(settings string) result {
			return a.do(a.keys[viewer.Admin], `mutation { createAgent(input: {name: "A", `+settings+`}) { agent { public allowedSites chat { title greeting placeholder accentColor } } } }`, nil)
		}
		r := set(`allowedSites: ["https://Shop.example.com/", "http://localhost:3000", "https://shop.example.com"], chat: {greeting: "Hi <b>!", accentColor: "#1d4ed8"}`)
		const want = `"allowedSites":["https://shop.example.com","http://localhost:3000"],"chat":{"title":"","greeting":"Hi <b>!","placeholder":"","accentColor":"#1d4ed8"}`
		if !strings.Contains(r.raw, want) && !strings.Contains(strings.ReplaceAll(r.raw, `\u003c`, "<"), want) {
			t.Errorf("the settings are %s", r.raw)
		}
		for _, bad := range []string{
			`"shop.example.com"`, `"*"`, `"https://*.example.com"`, `"https://a.example.com https://b.example.com"`, `"https://a.example.com;script-src *"`,
			`"https://a.example.com/path"`, `"javascript:alert(1)"`, `"https://user@a.example.com"`, `"https://a.example.com'"`, `"https://"`, `"https://a.example.com?x"`,
		} {
			if r := set(`allowedSites: [` + bad + `]`); r.code() != "BAD_INPUT" || r.Errors[0].Extensions.Fields[0].Field != "allowedSites.0" {
				t.Errorf("allowedSites %s: %s", bad, r.raw)
			}
		}
		for _, bad := range []string{`accentColor: "red"`, `accentColor: "#12345"`, `accentColor: "#123456;}"`, fmt.Sprintf("title: %q", strings.Repeat("x", 101))} {
			if r := set(`chat: {` + bad + `}`); r.code() != "BAD_INPUT" {
				t.Errorf("chat %s: %s", bad, r.raw)
			}
		}
	})
}

func TestAReplyIsSuggested(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		v := map[string]any{"t": threadID}
		a.must(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } sendMessage(input: {threadId: $t, text: "Hello there"}) { message { id } } }`, v)
		before := a.must(`query($t: ID!) { thread(id: $t) { cursor messageCount turns { id } } }`, v).raw
		const suggest = `mutation($t: ID!) { suggestReply(input: {threadId: $t, instruction: "Be short.", clientMutationId: "s"}) { text model usage { steps } } }`
		first := a.do(a.keys[viewer.Operator], suggest, v)
		if first.text("suggestReply", "text") == "" || first.text("suggestReply", "model") != "scripted/scripted" {
			t.Fatalf("suggestReply: %s", first.raw)
		}
		if again := a.do(a.keys[viewer.Operator], suggest, v); again.raw != first.raw {
			t.Errorf("again: %s", again.raw)
		}
		if after := a.must(`query($t: ID!) { thread(id: $t) { cursor messageCount turns { id } } }`, v).raw; after != before {
			t.Errorf("the thread was %s and is %s", before, after)
		}
		r := a.must(`{ usage(groupBy: [DRY_RUN]) { dryRun usage { steps } } }`, nil)
		if !strings.Contains(r.raw, `"dryRun":true,"usage":{"steps":1}`) {
			t.Errorf("the usage is %s", r.raw)
		}
		if r := a.do(a.keys[viewer.App], suggest, v); r.code() != "FORBIDDEN" {
			t.Errorf("an app: %s", r.raw)
		}
		a.must(`mutation($a: ID!) { updateAgent(input: {id: $a, dailyTokens: 1}) { agent { id } } }`, map[string]any{"a": a.must(`query($t: ID!) { thread(id: $t) { agent { id } } }`, v).text("thread", "agent", "id")})
		ctx := viewer.WorkerContext(t.Context(), a.workspace, "test")
		a.db.Client.TestUsage.Create().SetRunID("").SetAgentID(a.db.Client.Agent.Query().OnlyIDX(ctx)).SetProvider("x").SetModel("x").SetInputTokens(5).ExecX(ctx)
		if r := a.do(a.keys[viewer.Admin], suggest, v); r.code() != "CONFLICT" {
			t.Errorf("with its tokens used up: %s", r.raw)
		}
	})
}
