package graph_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley/ent/viewer"
)

// get opens a stream as EventSource does: by GET, without a key.
func (a *api) get(t *testing.T, header http.Header, variables, ticket string) *eventSource {
	t.Helper()
	q := url.Values{"query": {follow}, "variables": {variables}}
	if ticket != "" {
		q.Set("ticket", ticket)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.url+"?"+q.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	for name, values := range header {
		req.Header[name] = values
	}
	return open(t, req)
}

func (a *api) ticket(key string) string {
	a.t.Helper()
	return a.do(key, `mutation { createStreamTicket(input: {}) { ticket expiresAt } }`, nil).text("createStreamTicket", "ticket")
}

func (a *api) tag(threadID, tag string) {
	a.t.Helper()
	a.must(`mutation($t: ID!, $x: String!) { addTag(input: {threadId: $t, tag: $x}) { thread { id } } }`, map[string]any{"t": threadID, "x": tag})
}

func TestAStreamResumesByTheIDOfItsLastEvent(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		start := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")
		for i := range 4 {
			a.tag(threadID, fmt.Sprint("t", i))
		}
		variables := fmt.Sprintf(`{"t":%q,"after":%q}`, threadID, start)
		sequence, last := 1.0, ""
		for range 4 { // each time with `after` as it was: the header wins
			e := a.get(t, http.Header{"Authorization": {"Bearer " + a.keys[viewer.App]}, "Last-Event-Id": {last}}, variables, "")
			payload, ok := e.next()
			if !ok || e.id == "" {
				t.Fatalf("%d %v, id %q", e.status, payload, e.id)
			}
			got := payload["data"].(map[string]any)["threadEvents"].(map[string]any)
			if sequence++; got["sequence"] != sequence || got["cursor"] != e.id {
				t.Fatalf("event %v, want sequence %v", got, sequence)
			}
			last = e.id
			e.close()
		}
		for name, id := range map[string]string{"a forged id": "AAAA", "an endless one": strings.Repeat("x", 5000)} {
			e := a.get(t, http.Header{"Authorization": {"Bearer " + a.keys[viewer.App]}, "Last-Event-Id": {id}}, variables, "")
			if payload, _ := e.next(); !strings.Contains(fmt.Sprint(payload), "BAD_INPUT") {
				t.Errorf("%s: %v", name, payload)
			}
		}
	})
}

func TestPiecesHaveNoID(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		start := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")
		const document = `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { type cursor ... on MessageDelta { text } } }`
		e := a.eventSourceFor(t, a.keys[viewer.App], document, map[string]any{"t": threadID, "after": start})
		a.must(`mutation($t: ID!) { sendMessage(input: {threadId: $t, text: "Hello"}) { message { id } } }`, map[string]any{"t": threadID})
		for {
			e.id = ""
			payload, ok := e.next()
			if !ok {
				t.Fatal("the stream ended")
			}
			event := payload["data"].(map[string]any)["threadEvents"].(map[string]any)
			if piece := event["type"] == "message.delta"; piece != (e.id == "") || !piece && e.id != event["cursor"] {
				t.Errorf("%v has the id %q", event, e.id)
			}
			if event["type"] == "turn.ended" {
				return
			}
		}
	})
}

func TestATicketOpensOneStream(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		token := a.must(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, map[string]any{"t": threadID}).text("createThreadToken", "token")
		start := a.must(`query($t: ID!) { thread(id: $t) { cursor } }`, map[string]any{"t": threadID}).text("thread", "cursor")
		variables := fmt.Sprintf(`{"t":%q,"after":%q}`, threadID, start)
		a.tag(threadID, "vip")
		refused := func(name, ticket string) {
			t.Helper()
			e := a.get(t, nil, variables, ticket)
			if lines := strings.Join(e.rest(), ""); e.status != http.StatusUnauthorized || !strings.Contains(lines, "UNAUTHENTICATED") {
				t.Errorf("%s: %d %s", name, e.status, lines)
			}
		}
		for name, key := range map[string]string{"a key": a.keys[viewer.App], "a thread token": token} {
			ticket := a.ticket(key)
			if ticket == "" {
				t.Fatalf("%s: no ticket", name)
			}
			e := a.get(t, nil, variables, ticket)
			if payload, ok := e.next(); !ok {
				t.Fatalf("%s: %d %v", name, e.status, payload)
			}
			refused(name+", again", ticket)
			e.close()
			refused(name+", after the stream", ticket)
			if strings.Contains(a.logs.String(), ticket) {
				t.Errorf("%s: the ticket is in the log", name)
			}
		}
		refused("a forged one", "prs_AAAA")
		refused("no ticket but a token", token)
		refused("no ticket but a key", a.keys[viewer.App])
		key, revoke := a.newKey(viewer.App)
		late := a.ticket(key)
		revoke()
		refused("one whose key was revoked", late)
		if r := a.do(a.ticket(a.keys[viewer.App]), `{ viewer { role } }`, nil); r.code() != "UNAUTHENTICATED" {
			t.Errorf("a ticket as a key: %s", r.raw)
		}
		res, text := a.plain(http.MethodGet, "?query={viewer{role}}&ticket="+a.ticket(a.keys[viewer.App]), nil)
		if res.StatusCode != http.StatusForbidden || !strings.Contains(text, "FORBIDDEN") {
			t.Errorf("a ticket for a plain query: %d %s", res.StatusCode, text)
		}
	})
}

func TestAStreamByTicketEndsWithTheKeyOfItsMaker(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		key, revoke := a.newKey(viewer.App)
		e := a.get(t, nil, fmt.Sprintf(`{"t":%q}`, threadID), a.ticket(key))
		revoke()
		if lines := strings.Join(e.rest(), "\n"); !strings.Contains(lines, "UNAUTHENTICATED") || strings.Contains(lines, "complete") {
			t.Errorf("%d %s", e.status, lines)
		}
	})
}

func TestPagesThatMayOpenSocketsMayReadStreams(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		variables := fmt.Sprintf(`{"t":%q}`, a.thread(a.agent("A")))
		for origin, want := range map[string]string{"https://app.example.com": "https://app.example.com", "https://evil.example": "", "null": ""} {
			e := a.get(t, http.Header{"Origin": {origin}}, variables, a.ticket(a.keys[viewer.App]))
			if got := e.header.Get("Access-Control-Allow-Origin"); got != want || !strings.Contains(strings.Join(e.header.Values("Vary"), ","), "Origin") {
				t.Errorf("%s: %q", origin, got)
			}
			e.close()
		}
	}, origins("https://app.example.com"))
}

func TestQueriesAndMutationsByEvents(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		events := http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}}
		for document, want := range map[string]string{
			`{ viewer { role } }`: `{"data":{"viewer":{"role":"ADMIN"}}}`,
			`{ nothing }`:         `GRAPHQL_VALIDATION_FAILED`,
			`mutation { deleteAgent(input: {id: \"x\"}) { id } }`: `NOT_FOUND`,
		} {
			res, text := a.request(http.MethodPost, "", events, strings.NewReader(`{"query":"`+document+`"}`))
			if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") ||
				!strings.HasPrefix(text, ":\n\nevent: next\ndata: {") || !strings.HasSuffix(text, "}\n\nevent: complete\ndata:\n\n") || !strings.Contains(text, want) {
				t.Errorf("%s: %d %q", document, res.StatusCode, text)
			}
		}
	})
}

func TestAStreamOfAWorkspaceResumesByTheIDOfItsLastEvent(t *testing.T) {
	each(t, func(t *testing.T, a *api) {
		threadID := a.thread(a.agent("A"))
		start := a.must(`{ viewer { workspace { cursor } } }`, nil).text("viewer", "workspace", "cursor")
		last := ""
		for i := range 3 {
			a.tag(threadID, fmt.Sprint("t", i))
			body := fmt.Sprintf(`{"query":"subscription { workspaceEvents(types: [\"tag.added\"], after: \"%s\") { cursor ... on TagChanged { tag } } }"}`, start)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}, "Authorization": {"Bearer " + a.keys[viewer.Admin]}, "Last-Event-Id": {last}}
			e := open(t, req)
			payload, ok := e.next()
			if !ok {
				t.Fatalf("%d %v", e.status, payload)
			}
			got := payload["data"].(map[string]any)["workspaceEvents"].(map[string]any)
			if got["tag"] != fmt.Sprint("t", i) || got["cursor"] != e.id {
				t.Fatalf("event %d: %v with the id %q", i, got, e.id)
			}
			last = e.id
			e.close()
		}
	})
}
