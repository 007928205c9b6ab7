// Package eventlog is the only writer of the log that subscriptions replay and webhooks are cut from. A verb runs in
// one short transaction (Log.Write); it locks the threads it changes, emits events, and after the commit whoever waits
// for them is woken.
//
//	err := log.Write(ctx, func(ctx context.Context, tx *eventlog.Tx) error {
//		t, err := tx.Thread(ctx, threadID) // locked until the commit
//		if err != nil {
//			return err
//		}
//		_, err = t.SetTag(ctx, "success", "", callID)
//		return err
//	})
//
// Order inside the transaction: thread rows are locked first, by id; then come domain rows; at the end thread
// counters, the queues of FIFO integrations by id, feed shards by number, events, deliveries. Sequence and feed position are
// taken under those locks, so both are dense and in order of commit (docs/decisions.md says why neither a database
// sequence nor a time stamp will do).
package eventlog
