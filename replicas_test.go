package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"parley/access"
	"parley/dialogue/model"
	"parley/storage/storagetest"
)

const followBoth = `subscription($t: ID!, $after: Cursor) { threadEvents(threadId: $t, after: $after) { type
	... on MessageDelta { text } ... on MessageCreated { message { text author } } } }`

// told is an event of followBoth with the time of its arrival.
type told struct {
	Type, Text string
	Message    struct{ Text, Author string }
	at         time.Time
}

// listen subscribes to a thread at a server, from a cursor on.
func listen(t *testing.T, address, key, threadID, cursor string) <-chan told {
	t.Helper()
	if cursor == "" { // a stream without one begins some time behind its headers
		var now struct {
			Data struct{ Thread struct{ Cursor string } }
		}
		if err := json.Unmarshal([]byte(query(t, address, key, fmt.Sprintf(`{ thread(id: %q) { cursor } }`, threadID))), &now); err != nil {
			t.Fatal(err)
		}
		cursor = now.Data.Thread.Cursor
	}
	body, _ := json.Marshal(map[string]any{"query": followBoth, "variables": map[string]any{"t": threadID, "after": cursor}})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}, "Authorization": {"Bearer " + key}}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	events, ended := make(chan told, 1000), make(chan struct{})
	t.Cleanup(func() { _ = res.Body.Close(); <-ended })
	go func() {
		defer close(ended)
		defer close(events)
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			var payload struct {
				Data struct{ ThreadEvents *told }
			}
			if ok && json.Unmarshal([]byte(data), &payload) == nil && payload.Data.ThreadEvents != nil {
				payload.Data.ThreadEvents.at = time.Now()
				events <- *payload.Data.ThreadEvents
			}
		}
	}()
	return events
}

// next returns the next event of one of the types.
func next(t *testing.T, events <-chan told, types ...string) told {
	t.Helper()
	limit := time.After(30 * time.Second)
	for {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("the stream ended before %q", types)
			}
			if slices.Contains(types, e.Type) {
				return e
			}
		case <-limit:
			t.Fatalf("no %q came", types)
		}
	}
}

// Servers on one Postgres tell each other what has happened, long before they would find it, and what models write.
func TestReplicasTellEachOther(t *testing.T) {
	for _, over := range []string{"postgres", "nats"} {
		t.Run(over, func(t *testing.T) {
			e := environment(t, storagetest.Postgres)
			e["PARLEY_ADMIN_KEY"] = access.NewKey()
			if over == "nats" {
				broker, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true})
				if err != nil {
					t.Fatal(err)
				}
				broker.Start()
				t.Cleanup(func() { broker.Shutdown(); broker.WaitForShutdown() })
				e["NATS_URL"] = broker.ClientURL()
			}
			pen, key := make(writer), e["PARLEY_ADMIN_KEY"]
			here, _, _ := startServer(t, e, map[string]model.Provider{"pen": pen})
			e = maps.Clone(e)
			e["PARLEY_DATA"] = t.TempDir()
			there, _, _ := startServer(t, e, map[string]model.Provider{"pen": pen})
			made := func(document, field string) string {
				t.Helper()
				var answer struct {
					Data map[string]map[string]struct{ ID, Cursor string }
				}
				text := query(t, here, key, document)
				if err := json.Unmarshal([]byte(text), &answer); err != nil {
					t.Fatal(text)
				}
				for _, payload := range answer.Data {
					for _, made := range payload {
						return map[string]string{"id": made.ID, "cursor": made.Cursor}[field]
					}
				}
				t.Fatal(text)
				return ""
			}
			agent := made(`mutation { createAgent(input: {name: "A", quietMs: 0, models: ["pen"]}) { agent { id } } }`, "id")
			thread := made(fmt.Sprintf(`mutation { createThread(input: {agentId: %q, channel: "web"}) { thread { id } } }`, agent), "id")
			cursor := made(fmt.Sprintf(`mutation { addTag(input: {threadId: %q, tag: "begun"}) { thread { cursor } } }`, thread), "cursor")
			near, far := listen(t, here, key, thread, cursor), listen(t, there, key, thread, cursor)
			var took []time.Duration
			for i := range 30 {
				query(t, here, key, fmt.Sprintf(`mutation { addTag(input: {threadId: %q, tag: "t%d"}) { thread { id } } }`, thread, i))
				n, f := next(t, near, "tag.added"), next(t, far, "tag.added")
				took = append(took, f.at.Sub(n.at))
			}
			slices.Sort(took)
			t.Logf("from one server to the other: p50 %v, most %v", took[len(took)/2], took[len(took)-1])
			if median := took[len(took)/2]; median > 150*time.Millisecond { // looking alone would take 250 ms
				t.Errorf("half of the events take more than %v", median)
			}
			query(t, here, key, fmt.Sprintf(`mutation { sendMessage(input: {threadId: %q, text: "Hi"}) { message { id } } }`, thread))
			pen.say(t, "It is ")
			for name, events := range map[string]<-chan told{"near": near, "far": far} {
				if e := next(t, events, "message.delta"); e.Text != "It is" {
					t.Errorf("%s: the first piece is %q", name, e.Text)
				}
			}
			pen.say(t, "written.")
			close(pen)
			for name, events := range map[string]<-chan told{"near": near, "far": far} {
				for {
					e := next(t, events, "message.delta", "message.created")
					if e.Type == "message.created" && e.Message.Author != "CUSTOMER" { // a piece may come before what it answers
						if e.Message.Text != "It is written." {
							t.Errorf("%s: %v", name, e)
						}
						break
					}
				}
			}
		})
	}
}
