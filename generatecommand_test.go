package main

import (
	"strings"
	"testing"
)

// TestGenerateDataFillsAWorkspaceThatCanBeServed generates a few dialogues and goes on with one of them.
func TestGenerateDataFillsAWorkspaceThatCanBeServed(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		out := mustRun(t, e, "generate-data", "--workspace", "many", "--threads", "60", "--messages", "5", "--days", "20", "--agents", "2", "--operators", "1")
		key := printedKey.FindString(out)
		if !strings.Contains(out, "60 threads of ") {
			t.Errorf("it printed %q", out)
		}
		refused(t, e, []string{`a workspace called "many" exists`, "--workspace"}, "generate-data", "--workspace", "many")
		for flag, says := range map[string]string{"--threads=0": "--threads must be from 1", "--messages=0.5": "--messages must be from 1", "--event-days=4000": "--event-days from 0", "--agents=2000": "at most 1000", "--x=1": "missing argument"} {
			refused(t, e, []string{says}, "generate-data", flag)
		}
		address, _, _ := startServer(t, e)
		if strings.HasPrefix(e["DATABASE_URL"], "sqlite") {
			refused(t, e, []string{"another server is running"}, "generate-data", "--workspace", "more")
		}
		page := query(t, address, key, `{ threads(first: 60) { totalCount edges { node { id lastMessage { id } messages(last: 20) { edges { node { text author } } } turns(first: 20) { id } } } } }`)
		if !strings.Contains(page, `"totalCount":60`) || strings.Contains(page, "errors") || strings.Contains(page, `"lastMessage":null`) {
			t.Fatalf("threads: %.500s", page)
		}
		events := query(t, address, key, `{ events(first: 250) { edges { node { id body } } pageInfo { hasNextPage } } deliveries(first: 10) { edges { node { state event { id } } } } }`)
		if strings.Contains(events, "errors") || !strings.Contains(events, `"hasNextPage":true`) {
			t.Errorf("events: %.500s", events)
		}
		open := query(t, address, key, `{ threads(first: 1, where: {status: OPEN}) { edges { node { id } } } }`)
		threadID := idIn(t, open, "thr_")
		if got := query(t, address, key, `mutation { sendMessage(input: {threadId: "`+threadID+`", text: "Are you still there?"}) { message { id sequence } } }`); !strings.Contains(got, "msg_") {
			t.Errorf("sendMessage: %s", got)
		}
		waitUntil(t, func() bool {
			got := query(t, address, key, `{ thread(id: "`+threadID+`") { messages(last: 1) { edges { node { author } } } turns(first: 1) { state reason } } }`)
			return strings.Contains(got, "AGENT") && strings.Contains(got, "ANSWERED")
		})
	})
}
