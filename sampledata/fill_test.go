package sampledata_test

import (
	"testing"

	"go.uber.org/goleak"

	"parley/ent/apikey"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/viewer"
	"parley/sampledata"
	"parley/storage"
	"parley/storage/storagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// faults are statements that count what does not fit together.
var faults = map[string]string{
	"a thread's messages are not as many as it says":         `SELECT count(*) FROM threads t WHERE message_count <> (SELECT count(*) FROM messages m WHERE m.thread_id = t.id)`,
	"a thread's newest message is another one":               `SELECT count(*) FROM threads t WHERE last_message_id IS NULL OR last_message_id <> (SELECT m.id FROM messages m WHERE m.thread_id = t.id ORDER BY m.sequence DESC LIMIT 1)`,
	"a thread's last message was at another time":            `SELECT count(*) FROM threads t JOIN messages m ON m.id = t.last_message_id WHERE m.created_at <> t.last_message_at OR t.last_activity_at < m.created_at`,
	"a thread's last sequence is not that of its last event": `SELECT count(*) FROM threads t WHERE last_seq <> (SELECT max(e.sequence) FROM events e WHERE e.thread_id = t.id)`,
	"sequences have gaps":                                    `SELECT count(*) FROM threads t WHERE last_seq <> (SELECT count(*) FROM events e WHERE e.thread_id = t.id)`,
	"a message's event has another sequence":                 `SELECT count(*) FROM messages m WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.thread_id = m.thread_id AND e.sequence = m.sequence AND e.type = 'message.created')`,
	"a shard's last position is not that of its last event":  `SELECT count(*) FROM feed_shards f WHERE last_position <> (SELECT COALESCE(max(e.position), 0) FROM events e WHERE e.workspace_id = f.workspace_id AND e.shard = f.shard)`,
	"positions have gaps":                                    `SELECT count(*) FROM feed_shards f WHERE last_position <> (SELECT count(*) FROM events e WHERE e.workspace_id = f.workspace_id AND e.shard = f.shard)`,
	"positions run against time":                             `SELECT count(*) FROM (SELECT created_at - lag(created_at) OVER (PARTITION BY workspace_id, shard ORDER BY position) AS step FROM events) AS s WHERE step < 0`,
	"an event is in another shard than its thread":           `SELECT count(*) FROM events e JOIN threads t ON t.id = e.thread_id WHERE e.shard <> t.shard`,
	"a closed thread has no tag, or the other way round":     `SELECT count(*) FROM threads t WHERE (status = 'CLOSED') <> EXISTS (SELECT 1 FROM thread_tags g WHERE g.thread_id = t.id AND g.name = 'close')`,
	"a thread with an operator has none":                     `SELECT count(*) FROM threads WHERE status = 'OPERATOR' AND operator_id IS NULL`,
	"a thread waits without a time":                          `SELECT count(*) FROM threads WHERE (status = 'WAITING_FOR_OPERATOR') <> (waiting_since < 9007199254740991)`,
	"an answer's turn is missing":                            `SELECT count(*) FROM messages m WHERE author = 'AGENT' AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.id = m.turn_id AND t.thread_id = m.thread_id)`,
	"a turn has no step":                                     `SELECT count(*) FROM turns t WHERE NOT EXISTS (SELECT 1 FROM steps s WHERE s.turn_id = t.id)`,
	"a wanted event has no delivery":                         `SELECT count(*) FROM events e WHERE type IN ('contact.received', 'dialogue.closed') AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = e.id)`,
	"a delivery has another number of attempts":              `SELECT count(*) FROM deliveries d WHERE attempts <> (SELECT count(*) FROM attempts a WHERE a.delivery_id = d.id)`,
	"an attempt's last position is not that of the feed":     `SELECT count(*) FROM delivery_feeds f WHERE last_position <> (SELECT max(a.position) FROM attempts a WHERE a.workspace_id = f.workspace_id)`,
	"something happened in the future, or before its thread": `SELECT count(*) FROM messages m JOIN threads t ON t.id = m.thread_id WHERE m.created_at < t.created_at OR m.created_at > (SELECT max(last_activity_at) FROM threads)`,
	"a customer was made after a thread":                     `SELECT count(*) FROM threads t JOIN customers c ON c.id = t.customer_id WHERE c.created_at > t.created_at`,
	"an id is not as old as its row":                         `SELECT count(*) FROM messages a, messages b WHERE a.thread_id = b.thread_id AND a.created_at < b.created_at AND a.id > b.id`,
	"nothing of one of these is there":                       `SELECT CASE WHEN EXISTS (SELECT 1 FROM threads WHERE status = 'OPERATOR') AND EXISTS (SELECT 1 FROM threads WHERE status = 'WAITING_FOR_OPERATOR') AND EXISTS (SELECT 1 FROM threads WHERE status = 'OPEN') AND EXISTS (SELECT 1 FROM messages WHERE author = 'OPERATOR') AND EXISTS (SELECT 1 FROM attempts WHERE outcome = 'REFUSED') AND EXISTS (SELECT 1 FROM threads WHERE contact <> '') THEN 0 ELSE 1 END`,
	"a customer's contact is not that of the thread":         `SELECT count(*) FROM threads t JOIN customers c ON c.id = t.customer_id WHERE t.contact <> '' AND t.contact <> c.contact`,
	"not all threads of two batches are there":               `SELECT CASE WHEN count(*) = 1050 THEN 0 ELSE 1 END FROM threads`,
}

// TestWhatIsWrittenFitsTogether holds generated rows against the rules that the server keeps, and bodies of events against
// their published schemas.
func TestWhatIsWrittenFitsTogether(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		workspace, ctx := storagetest.Workspace(t, db, "sample")
		agent := db.Client.Agent.Create().SetName("A").SaveX(ctx)
		operator := db.Client.APIKey.Create().SetName("Olga").SetRole(apikey.RoleOPERATOR).SetHash(id.New("tst")).SetHint("x").SaveX(ctx)
		in := db.Client.Integration.Create().SetName("I").SetURL("https://x.example").SetEventTypes(sampledata.Wanted).SaveX(ctx)
		var told sampledata.Totals
		done, err := sampledata.Fill(ctx, db, sampledata.Options{
			Workspace: workspace, Agents: []sampledata.Named{{ID: agent.ID, Name: "A"}}, Operators: []sampledata.Named{{ID: operator.ID, Name: "Olga"}},
			Integration: in.ID, Threads: 1050, Messages: 5, Days: 2, EventDays: 2, Turns: true, Now: ms.Now(), Seed: 7,
			Progress: func(d sampledata.Totals) { told = d },
		})
		if err != nil {
			t.Fatal(err)
		}
		if done != told || done.Messages < 1050*3 || done.Messages > 1050*7 {
			t.Errorf("it wrote %+v, and told of %+v", done, told)
		}
		system := viewer.SystemContext(t.Context(), "generate data")
		for what, query := range faults {
			var n int
			if err := db.SQL.QueryRowContext(system, query).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s: %d times, %v", what, n, err)
			}
		}
		storagetest.CheckBodies(ctx, t, db)
	})
}
