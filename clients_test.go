package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// TestPublishedClientsSeeTheSameEvents follows a thread with the npm package graphql-ws and as a plain event stream, cuts
// both, and resumes them by cursor.
func TestPublishedClientsSeeTheSameEvents(t *testing.T) {
	t.Parallel()
	environments(t, func(t *testing.T, e env) {
		address, printed, _ := startServer(t, e)
		key := printedKey.FindString(printed)
		agentID := idIn(t, query(t, address, key, `mutation { createAgent(input: {name: "A", quietMs: 0}) { agent { id } } }`), "agt_")
		threadID := idIn(t, query(t, address, key, fmt.Sprintf(`mutation { createThread(input: {agentId: %q, customer: {name: "Ann"}}) { thread { id } } }`, agentID)), "thr_")
		var start struct {
			Data struct{ Thread struct{ Cursor string } }
		}
		if err := json.Unmarshal([]byte(query(t, address, key, fmt.Sprintf(`{ thread(id: %q) { cursor } }`, threadID))), &start); err != nil {
			t.Fatal(err)
		}
		const messages = 12
		for i := range messages {
			query(t, address, key, fmt.Sprintf(`mutation { sendOperatorMessage(input: {threadId: %q, text: "message %d"}) { message { id } } }`, threadID, i))
		}
		seen := map[string][]string{}
		for _, transport := range []string{"ws", "sse"} {
			cursor := start.Data.Thread.Cursor
			for _, count := range []int{5, 4, 3} {
				out := node(t, nil, "follow.mjs", transport, address+"/graphql", key, threadID, cursor, strconv.Itoa(count))
				lines := strings.Split(out, "\n")
				if len(lines) != count {
					t.Fatalf("%s: %d events, want %d:\n%s", transport, len(lines), count, out)
				}
				seen[transport] = append(seen[transport], lines...)
				var last struct{ Cursor string }
				if err := json.Unmarshal([]byte(lines[count-1]), &last); err != nil {
					t.Fatal(err)
				}
				cursor = last.Cursor
			}
		}
		for i, line := range seen["ws"] {
			var event struct {
				Type     string
				Sequence int
			}
			if err := json.Unmarshal([]byte(line), &event); err != nil {
				t.Fatal(err)
			}
			if event.Type != "message.created" || event.Sequence != i+2 || line != seen["sse"][i] {
				t.Errorf("event %d: %s by socket, %s by event stream", i, line, seen["sse"][i])
			}
		}
	})
}
