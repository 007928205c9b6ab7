package graph_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"parley/ent/event"
	"parley/ent/viewer"
	"parley/eventlog"
)

func TestTwoHundredWritersOnTwentyThreads(t *testing.T) {
	const writers, threads, perWriter = 200, 20, 2
	each(t, func(t *testing.T, a *api) {
		agentID := a.agent("A")
		var ids []string
		for range threads {
			ids = append(ids, a.thread(agentID))
		}
		a.must(`mutation { createIntegration(input: {name: "all", url: "https://receiver.example/", eventTypes: ["*"], ordering: FIFO}) { integration { id } } }`, nil)
		var wait sync.WaitGroup
		for w := range writers {
			wait.Go(func() {
				for i := range perWriter {
					r := a.do(a.keys[viewer.App], `mutation($t: ID!, $x: String!) { sendMessage(input: {threadId: $t, text: $x}) { message { id } } }`,
						map[string]any{"t": ids[(w+i)%threads], "x": fmt.Sprintf("message %d of %d", i, w)})
					if r.code() != "" {
						t.Errorf("writer %d: %s", w, r.raw)
					}
				}
			})
		}
		wait.Wait()
		eventually(t, "every turn to end", func() bool {
			r := a.must(`{ threads(first: 50) { edges { node { turns { state } } } } }`, nil)
			return !strings.Contains(r.raw, `"DUE"`) && !strings.Contains(r.raw, `"RUNNING"`)
		})
		ctx := viewer.WorkerContext(t.Context(), a.workspace, "test")
		for _, threadID := range ids {
			rows, err := a.log.ThreadAfter(ctx, threadID, 0, 10_000)
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range rows {
				if *row.Sequence != int64(i+1) {
					t.Fatalf("%s: event %d has sequence %d", threadID, i, *row.Sequence)
				}
			}
		}
		for shard := range eventlog.Shards {
			for i, row := range a.db.Client.Event.Query().Where(event.Shard(shard)).Order(event.ByPosition()).AllX(ctx) {
				if row.Position != int64(i+1) {
					t.Fatalf("shard %d: event %d has position %d", shard, i, row.Position)
				}
			}
		}
	})
}
