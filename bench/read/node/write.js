// Stores a message of a customer as Parley does: the thread's row, which is also the lock, the message, the counter of the feed
// shard and the event with its body, in one transaction of one statement.
import { newID } from './data.js';

const STORE = `WITH held AS (SELECT id, shard, last_seq FROM threads WHERE id = $2 AND workspace_id = $1 FOR NO KEY UPDATE),
  thread AS (UPDATE threads t SET last_seq = held.last_seq + 1, message_count = message_count + 1, last_message_id = $3, last_message_at = $4, last_activity_at = $4, updated_at = $4
    FROM held WHERE t.id = held.id AND t.workspace_id = $1 RETURNING t.id, t.shard, t.last_seq),
  said AS (INSERT INTO messages (id, workspace_id, created_at, sequence, author, author_name, text, thread_id)
    SELECT $3, $1, $4, last_seq, 'CUSTOMER', 'Customer', $5, id FROM thread RETURNING id),
  feed AS (UPDATE feed_shards SET last_position = last_position + 1 WHERE workspace_id = $1 AND shard = (SELECT shard FROM thread) RETURNING shard, last_position),
  event AS (INSERT INTO events (id, workspace_id, created_at, shard, position, thread_id, sequence, type, data, body)
    SELECT $6, $1, $4, feed.shard, feed.last_position, thread.id, thread.last_seq, 'message.created', $7, $8 FROM thread, feed RETURNING id)
  SELECT (SELECT id FROM event) AS event, (SELECT id FROM said) AS message`;

export const sender = (db) => async (workspace, { threadId, text }) => {
  const now = Date.now();
  const id = newID('msg');
  const event = newID('evt');
  const timestamp = new Date(now).toISOString();
  const body = JSON.stringify({
    id: event, type: 'message.created', version: 1, timestamp, workspace_id: workspace, thread_id: threadId, sequence: 1,
    data: {
      thread_id: threadId, external_id: null, customer_id: 'cus_0100000000000000000000000001', agent_id: 'agt_0100000000000000000000000001', channel: 'web',
      status: 'OPERATOR', success: false, contact: null, interest: false, closed: false, operator: true, is_bot: false, tags: ['operator'], message_count: 1,
      last_message_at: timestamp, metadata: null, message: { id, author: 'CUSTOMER', author_name: 'Customer', text, created_at: timestamp },
    },
  });
  const { rows } = await db.pool.query({ name: 'store', text: STORE, values: [workspace, threadId, id, now, text, event, JSON.stringify({ messageId: id }), body] });
  if (!rows[0].event) throw new Error('no such thread');
  return { id, author: 'CUSTOMER', text, createdAt: timestamp };
};
