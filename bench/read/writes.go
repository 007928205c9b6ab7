//go:build linux

package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	"parley/bench/process"
)

const sendMessage = `mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }`

// storeSQL stores a message as Parley does: the thread's row, which is also the lock, the message, the counter of the feed
// shard, and the event with its body; one statement, which is the least that can be paid for it.
const storeSQL = `WITH held AS (SELECT id, shard, last_seq FROM threads WHERE id = $2 AND workspace_id = $1 FOR NO KEY UPDATE),
	thread AS (UPDATE threads t SET last_seq = held.last_seq + 1, message_count = message_count + 1, last_message_id = $3, last_message_at = $4, last_activity_at = $4, updated_at = $4
		FROM held WHERE t.id = held.id AND t.workspace_id = $1 RETURNING t.id, t.shard, t.last_seq),
	said AS (INSERT INTO messages (id, workspace_id, created_at, sequence, author, author_name, text, thread_id)
		SELECT $3, $1, $4, last_seq, 'CUSTOMER', 'Customer', $5, id FROM thread RETURNING id),
	feed AS (UPDATE feed_shards SET last_position = last_position + 1 WHERE workspace_id = $1 AND shard = (SELECT shard FROM thread) RETURNING shard, last_position),
	event AS (INSERT INTO events (id, workspace_id, created_at, shard, position, thread_id, sequence, type, data, body)
		SELECT $6, $1, $4, feed.shard, feed.last_position, thread.id, thread.last_seq, 'message.created', $7, $8 FROM thread, feed RETURNING id)
	SELECT (SELECT id FROM event), (SELECT id FROM said)`

// eventBody is as large as the body of such an event.
const eventBody = `{"id":"%s","type":"message.created","version":1,"timestamp":"2026-11-28T12:00:00.000Z","workspace_id":"%s","thread_id":"%s","sequence":1,"data":{"thread_id":"%[3]s","external_id":null,"customer_id":"cus_0100000000000000000000000001","agent_id":"agt_0100000000000000000000000001","channel":"web","status":"OPERATOR","success":false,"contact":null,"interest":false,"closed":false,"operator":true,"is_bot":false,"tags":["operator"],"message_count":1,"last_message_at":"2026-11-28T12:00:00.000Z","metadata":null,"message":{"id":"%[4]s","author":"CUSTOMER","author_name":"Customer","text":%[5]q,"created_at":"2026-11-28T12:00:00.000Z"}}}`

// writer is the bare transaction.
type writer struct{ stmt *sql.Stmt }

// measureWrites measures sendMessage over 1,000 threads of 20 workspaces.
func measureWrites(ctx context.Context, o options) error {
	few := o
	few.threads = 200
	d, err := makeDatabase(ctx, few, "postgres")
	if err != nil {
		return err
	}
	defer d.tidy()
	defer func() { _ = d.db.Close() }()
	self, _ := os.Executable()
	node := filepath.Join(o.node, "node_modules/.bin/node")
	all := []*server{
		{name: "ceiling", command: []string{self, "-serve", "ceiling"}},
		{name: "parley", command: []string{filepath.Join(o.bin, "parley")}},
		{name: "mercurius", command: []string{node, "--no-warnings", filepath.Join(o.node, "mercurius.js")}},
		{name: "yoga", command: []string{node, "--no-warnings", filepath.Join(o.node, "yoga.js")}},
	}
	running := map[*server]*process.Server{}
	for _, s := range all {
		if !o.wants(s) {
			continue
		}
		if running[s], err = process.Start(ctx, d.environment(), servesOn, s.command...); err != nil {
			return err
		}
		defer running[s].Stop(gently)
	}
	for round := range o.rounds + 1 {
		for at, s := range all {
			p := running[s]
			if p == nil {
				continue
			}
			path := "/graphql"
			if s.name == "ceiling" {
				path = "/write"
			}
			next := func(client, i int) request {
				w := 1 + (client+i)%workspaces
				thread := threadOf(w, at*threadsEach+1+(client*37+i)%threadsEach)
				input := map[string]any{"threadId": thread, "text": "Thank you, that helps. Could you tell me when it will arrive?"}
				return newRequest(p.Address, path, keyOf(w), text(map[string]any{"query": sendMessage, "variables": map[string]any{"input": input}}))
			}
			f, err := load(p, o.clients, o.turn, next, func([]byte) error { return nil })
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			if round > 0 { // what is prepared at first does not count
				s.all.add(f)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	report(os.Stdout, fmt.Sprintf("sendMessage, durable, over %d threads of %d workspaces, postgres, %d connections", workspaces*threadsEach, workspaces, o.clients), all)
	return nil
}
