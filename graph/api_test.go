package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/ent/viewer"
)

func TestADialogueFromEndToEnd(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("Helper")
		threadID := a.thread(agentID)
		sent := a.do(a.keys[viewer.App], `mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "Hello, I need a human please"}) { message { id author text sequence } } }`, map[string]any{"t": threadID})
		if sent.text("sendMessage", "message", "author") != "CUSTOMER" {
			t.Fatalf("sendMessage: %s", sent.raw)
		}
		eventually(t, "the operator tag", func() bool {
			r := a.must(`query($t: ID!) { thread(id: $t) { status tags { name } lastMessage { author } } }`, map[string]any{"t": threadID})
			return r.text("thread", "status") == "WAITING_FOR_OPERATOR"
		})
		r := a.do(a.keys[viewer.Operator], `mutation($t: ID!) {
			takeOver(input: {threadId: $t}) { thread { status operator { name } } }
			sendOperatorMessage(input: {threadId: $t, text: "I am here."}) { message { author authorName } }
			addNote(input: {threadId: $t, text: "nice person"}) { note { authorName text } }
			handBack(input: {threadId: $t}) { thread { status operator { id } tags { name } } }
			closeThread(input: {threadId: $t}) { thread { status tags { name } } }
		}`, map[string]any{"t": threadID})
		if r.code() != "" || r.text("takeOver", "thread", "status") != "OPERATOR" ||
			r.text("sendOperatorMessage", "message", "authorName") != "OPERATOR" || r.text("closeThread", "thread", "status") != "CLOSED" {
			t.Errorf("operator's actions: %s", r.raw)
		}
	})
}

func TestWhoMayDoWhat(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		token := a.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`,
			map[string]any{"t": a.thread(a.agent("A"))}).text("createThreadToken", "token")
		a.keys[viewer.ThreadToken] = token
		all := []viewer.Role{viewer.Admin, viewer.Operator, viewer.Integrator, viewer.App, viewer.ThreadToken}
		for query, may := range map[string][]viewer.Role{
			`{ viewer { role } }`:                                           all,
			`{ threads { totalCount } }`:                                    {viewer.Admin, viewer.Operator, viewer.App},
			`{ integrations { totalCount } }`:                               {viewer.Admin, viewer.Integrator},
			`{ events { edges { cursor } } }`:                               {viewer.Admin, viewer.Integrator},
			`{ apiKeys { totalCount } }`:                                    {viewer.Admin},
			`{ agents { edges { node { name } } } }`:                        {viewer.Admin, viewer.Operator, viewer.Integrator, viewer.App},
			`mutation { revokeApiKey(input: {id: "x"}) { apiKey { id } } }`: {viewer.Admin},
		} {
			for _, role := range all {
				code := a.do(a.keys[role], query, nil).code()
				if allowed := strings.Contains(fmt.Sprint(may), string(role)); (code == "FORBIDDEN") == allowed {
					t.Errorf("%s as %s: code %q", query, role, code)
				}
			}
			if code := a.do("", query, nil).code(); code != "UNAUTHENTICATED" {
				t.Errorf("%s without a key: code %q", query, code)
			}
			if r := a.do("prl_0123456789012345678901234567890123456789", query, nil); r.code() != "UNAUTHENTICATED" || r.Status != http.StatusUnauthorized {
				t.Errorf("%s with a wrong key: %d %s", query, r.Status, r.raw)
			}
		}
		secret := a.do(token, `{ viewer { thread { agent { name instructions functions { name } } notes { text } } } }`, nil)
		if secret.at("viewer", "thread", "agent", "instructions") != nil || secret.at("viewer", "thread", "notes") != nil || secret.code() != "" {
			t.Errorf("a thread token reads the agent's instructions or notes: %s", secret.raw)
		}
	})
}

func TestIDsOfAnotherWorkspaceAreUnknown(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		threadID := a.thread(agentID)
		_, stranger, err := a.access.CreateWorkspace(t.Context(), t.Name()+" stranger", "")
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]any{"a": agentID, "t": threadID}
		for _, m := range []string{
			`mutation($a: ID!) { updateAgent(input: {id: $a, name: "x"}) { agent { id } } }`,
			`mutation($a: ID!) { deleteAgent(input: {id: $a}) { id } }`,
			`mutation($a: ID!) { createFunction(input: {agentId: $a, kind: TAG, name: "x"}) { function { id } } }`,
			`mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "x"}) { message { id } } }`,
			`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`,
			`mutation($t: ID!) { addTag(input: {threadId: $t, tag: "x"}) { thread { id } } }`,
			`mutation($t: ID!) { addNote(input: {threadId: $t, text: "x"}) { note { id } } }`,
			`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`,
		} {
			mine := map[string]any{}
			for k, v := range ids {
				if strings.Contains(m, "$"+k+":") {
					mine[k] = v
				}
			}
			if code := a.do(stranger, m, mine).code(); code != "NOT_FOUND" {
				t.Errorf("%s: code %q", m, code)
			}
		}
		r := a.do(stranger, `query($a: ID!, $t: ID!) { agent(id: $a) { id } thread(id: $t) { id } node(id: $t) { id } threads { totalCount } }`, ids)
		if r.raw != `{"data":{"agent":null,"thread":null,"node":null,"threads":{"totalCount":0}}}` {
			t.Errorf("another workspace reads %s", r.raw)
		}
	})
}

func TestBadInputNamesEveryField(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		threadID := a.thread(agentID)
		v := map[string]any{"a": agentID, "t": threadID}
		for query, fields := range map[string]string{
			`mutation { createAgent(input: {name: " ", quietMs: -1}) { agent { id } } }`:                                                                 "name quietMs",
			`mutation { createAgent(input: {name: "a", models: ["nobody/x"]}) { agent { id } } }`:                                                        "models",
			`mutation { createIntegration(input: {name: "", url: "ftp://x", eventTypes: ["nothing"]}) { integration { id } } }`:                          "name url eventTypes",
			`mutation { createIntegration(input: {name: "i", url: "http://127.0.0.1:1/", eventTypes: ["*"], ratePerSecond: 0}) { integration { id } } }`: "ratePerSecond",
			`mutation { createIntegration(input: {name: "i", url: "https://169.254.169.254/", eventTypes: ["*"]}) { integration { id } } }`:              "url",
			`mutation { createApiKey(input: {name: "", role: THREAD}) { key } }`:                                                                         "name role",
			`{ threads(first: 251) { totalCount } }`:                                                                                                     "first",
			`{ threads(first: 1, last: 1) { totalCount } }`:                                                                                              "first",
			`{ threads(after: "nonsense") { totalCount } }`:                                                                                              "after",
			`{ events(after: "nonsense") { edges { cursor } } }`:                                                                                         "after",
			`query { thread { id } }`: "id",
		} {
			r := a.do(a.keys[viewer.Admin], query, nil)
			var got []string
			if len(r.Errors) > 0 {
				for _, f := range r.Errors[0].Extensions.Fields {
					got = append(got, strings.SplitN(f.Field, ".", 2)[0])
				}
			}
			if r.code() != "BAD_INPUT" || strings.Join(got, " ") != fields {
				t.Errorf("%s\n got %v of %s\nwant %s", query, got, r.raw, fields)
			}
		}
		for query, field := range map[string]string{
			`mutation($t: ID!) { sendMessage(input: {threadId: $t, text: ""}) { message { id } } }`:                                                                                           "text",
			`mutation($a: ID!) { createFunction(input: {agentId: $a, kind: HTTP, name: "has space", url: "https://x.example", method: "GET"}) { function { id } } }`:                          "name",
			`mutation($a: ID!) { createFunction(input: {agentId: $a, kind: HTTP, name: "ok", url: "http://10.0.0.1/", method: "GET"}) { function { id } } }`:                                  "url",
			`mutation($a: ID!) { createFunction(input: {agentId: $a, kind: HTTP, name: "ok", url: "https://x.example", method: "GET", parameters: {type: "nonsense"}}) { function { id } } }`: "parameters",
		} {
			mine := map[string]any{"a": v["a"]}
			if strings.Contains(query, "$t") {
				mine = map[string]any{"t": v["t"]}
			}
			r := a.do(a.keys[viewer.Admin], query, mine)
			if r.code() != "BAD_INPUT" || !strings.HasPrefix(r.Errors[0].Extensions.Fields[0].Field, field) {
				t.Errorf("%s\n got %s, want field %s", query, r.raw, field)
			}
		}
		long := a.do(a.keys[viewer.Admin], `mutation($t: ID!, $x: String!) { sendMessage(input: {threadId: $t, text: $x}) { message { id } } }`, map[string]any{"t": threadID, "x": strings.Repeat("x", 16001)})
		if long.code() != "BAD_INPUT" || !strings.Contains(long.raw, "16000") && !strings.Contains(long.raw, "16,000") {
			t.Errorf("an over-long message: %s", long.raw)
		}
	})
}

func TestErrorsTellWhatTheyMay(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		key := a.keys[viewer.Admin]
		secret := "canary-in-a-broken-body"
		for name, tt := range map[string]struct {
			body, contentType string
			status            int
		}{
			"no JSON":            {`{"query": "` + secret, "application/json", 400},
			"query no string":    {`{"query": 1}`, "application/json", 400},
			"too large":          {`{"query": "` + strings.Repeat(" ", 300_000) + `"}`, "application/json", 413},
			"a form":             {`query=` + secret, "application/x-www-form-urlencoded", 415},
			"no GraphQL":         {`{"query": "{ "}`, "application/json", 200},
			"unknown field":      {`{"query": "{ nothing }"}`, "application/json", 200},
			"too deep":           {`{"query": "` + strings.Repeat("{a", 100) + strings.Repeat("}", 100) + `"}`, "application/json", 200},
			"plain subscription": {`{"query": "subscription { threadEvents(threadId: \"x\") { id } }"}`, "application/json", 200},
		} {
			r := a.post(key, tt.contentType, []byte(tt.body))
			if r.Status != tt.status || len(r.Errors) == 0 || strings.Contains(r.raw, secret) {
				t.Errorf("%s: status %d, want %d: %s", name, r.Status, tt.status, r.raw)
				continue
			}
			if e := r.Errors[0].Extensions; e.Code == "" || e.RequestID == "" {
				t.Errorf("%s: no code or request id: %s", name, r.raw)
			}
		}
		_ = a.db.Close()
		r := a.do("", `{ viewer { role } }`, nil)
		if r.code() != "UNAUTHENTICATED" {
			t.Errorf("without a database, without a key: %s", r.raw)
		}
		r = a.do(key, `{ viewer { role } }`, nil)
		if r.code() != "INTERNAL" || r.Errors[0].Message != "internal error" || !r.Errors[0].Extensions.Retryable {
			t.Errorf("without a database: %s", r.raw)
		}
	})
}

func TestALargeAnswerIsRefusedBeforeItIsMade(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		r := a.do(a.keys[viewer.Admin], `{ threads(first: 250) { edges { node { messages(first: 250) { edges { node { text } } } } } } }`, nil)
		if r.code() != "COMPLEXITY_LIMIT_EXCEEDED" {
			t.Errorf("62,500 messages at once: %s", r.raw)
		}
		if r := a.do(a.keys[viewer.Admin], `{ threads(first: 50) { edges { node { id tags { name } messages(last: 20) { edges { node { text author } } } } } } }`, nil); r.code() != "" {
			t.Errorf("an inbox with some messages: %s", r.raw)
		}
	})
}

func TestClientMutationIDMakesAMutationRepeatable(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		const create = `mutation($n: String!) { createAgent(input: {clientMutationId: "1", name: $n}) { clientMutationId agent { id } } }`
		first := a.must(create, map[string]any{"n": "A"})
		again := a.must(create, map[string]any{"n": "A"})
		if first.raw != again.raw || first.text("createAgent", "clientMutationId") != "1" {
			t.Errorf("first %s, then %s", first.raw, again.raw)
		}
		if r := a.do(a.keys[viewer.Admin], create, map[string]any{"n": "B"}); r.code() != "IDEMPOTENCY_CONFLICT" {
			t.Errorf("the same id with other input: %s", r.raw)
		}
		const key = `mutation { createApiKey(input: {clientMutationId: "1", name: "k", role: APP}) { key apiKey { id hint } } }`
		made, repeated := a.must(key, nil), a.must(key, nil)
		if made.text("createApiKey", "key") == "" || repeated.at("createApiKey", "key") != nil ||
			made.text("createApiKey", "apiKey", "id") != repeated.text("createApiKey", "apiKey", "id") {
			t.Errorf("a key is not shown once: %s, then %s", made.raw, repeated.raw)
		}
	})
}

func TestARevokedKeyIsRefused(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		r := a.must(`mutation { createApiKey(input: {name: "k", role: ADMIN}) { key apiKey { id } } }`, nil)
		key, keyID := r.text("createApiKey", "key"), r.text("createApiKey", "apiKey", "id")
		if code := a.do(key, `{ viewer { role } }`, nil).code(); code != "" {
			t.Fatalf("a new key: %q", code)
		}
		if r := a.do(key, `mutation($k: ID!) { revokeApiKey(input: {id: $k}) { apiKey { id } } }`, map[string]any{"k": keyID}); r.code() != "BAD_INPUT" {
			t.Errorf("a key revokes itself: %s", r.raw)
		}
		a.must(`mutation($k: ID!) { revokeApiKey(input: {id: $k}) { apiKey { revokedAt } } }`, map[string]any{"k": keyID})
		if code := a.do(key, `{ viewer { role } }`, nil).code(); code != "UNAUTHENTICATED" {
			t.Errorf("a revoked key: %q", code)
		}
	})
}
