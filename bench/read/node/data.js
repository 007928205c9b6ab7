// What the servers in Node read and write: the tables of Parley, by the statements that suit them best, each prepared once.
import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';

pg.types.setTypeParser(20, Number); // int8: all of them are small enough

const hash = (key) => createHash('sha256').update(key).digest('hex');
const iso = (ms) => new Date(ms).toISOString();
const bearer = (header) => (header?.startsWith('Bearer ') ? header.slice(7) : '');

const THREADS = `SELECT id, status, channel, message_count AS "messageCount", last_activity_at, agent_id FROM threads
  WHERE workspace_id = $1 AND erased_at IS NULL ORDER BY last_activity_at DESC, id DESC LIMIT $2`;
const MESSAGES = 'SELECT id, author, text, created_at FROM messages WHERE thread_id = $1 AND workspace_id = $2 ORDER BY sequence DESC LIMIT $3';

const thread = (row) => ({ ...row, lastActivityAt: iso(row.last_activity_at) });
const message = (row) => ({ node: { id: row.id, author: row.author, text: row.text, createdAt: iso(row.created_at) } });

function group(rows, ids, key) {
  const by = new Map(ids.map((id) => [id, []]));
  for (const row of rows) by.get(row[key]).push(row);
  return by;
}

async function openPostgres(url) {
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  const all = async (name, text, values) => (await pool.query({ name, text, values })).rows;
  return {
    pool,
    async workspaceOf(header) {
      const rows = await all('key', 'SELECT id, workspace_id, revoked_at FROM api_keys WHERE hash = $1', [hash(bearer(header))]);
      if (rows.length === 0 || rows[0].revoked_at) throw new Error('unauthenticated');
      return rows[0].workspace_id;
    },
    threads: async (w, first) => (await all('threads', THREADS, [w, first])).map(thread),
    async agents(w, ids) {
      const rows = await all('agents', 'SELECT id, name FROM agents WHERE workspace_id = $1 AND id = ANY($2)', [w, [...new Set(ids)]]);
      const by = new Map(rows.map((r) => [r.id, r]));
      return ids.map((id) => by.get(id));
    },
    async tags(w, ids) {
      const rows = await all('tags', 'SELECT thread_id, name FROM thread_tags WHERE workspace_id = $1 AND thread_id = ANY($2) ORDER BY name', [w, ids]);
      const by = group(rows, ids, 'thread_id');
      return ids.map((id) => by.get(id));
    },
    async messages(w, ids, last) {
      const rows = await all('messages', `SELECT t.id AS thread_id, m.* FROM unnest($1::text[]) t(id) CROSS JOIN LATERAL (
        SELECT id, author, text, created_at FROM messages WHERE thread_id = t.id AND workspace_id = $2 ORDER BY sequence DESC LIMIT $3) m`, [ids, w, last]);
      const by = group(rows, ids, 'thread_id');
      return ids.map((id) => ({ edges: by.get(id).reverse().map(message) }));
    },
  };
}

async function openSQLite(path) {
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000; PRAGMA cache_size=-16000');
  // The plus keeps SQLite from finding rows by their workspace, which are all of them.
  const prepare = (text) => db.prepare(text.replace(/\$(\d)/g, '?$1').replace('AND workspace_id', 'AND +workspace_id'));
  const key = prepare('SELECT id, workspace_id, revoked_at FROM api_keys WHERE hash = $1');
  const threads = prepare(THREADS);
  const messages = prepare(MESSAGES);
  const agent = prepare('SELECT id, name FROM agents WHERE id = $1 AND workspace_id = $2');
  const tags = prepare('SELECT name FROM thread_tags WHERE thread_id = $1 AND workspace_id = $2 ORDER BY name');
  return {
    async workspaceOf(header) {
      const row = key.get(hash(bearer(header)));
      if (!row || row.revoked_at) throw new Error('unauthenticated');
      return row.workspace_id;
    },
    threads: async (w, first) => threads.all(w, first).map(thread),
    async agents(w, ids) {
      const by = new Map();
      for (const id of ids) if (!by.has(id)) by.set(id, agent.get(id, w));
      return ids.map((id) => by.get(id));
    },
    tags: async (w, ids) => ids.map((id) => tags.all(id, w)),
    messages: async (w, ids, last) => ids.map((id) => ({ edges: messages.all(id, w, last).reverse().map(message) })),
  };
}

export const open = (url) => (url.startsWith('postgres') ? openPostgres(url) : openSQLite(url.replace('sqlite://', '')));

export const typeDefs = `
  type Query { threads(first: Int!): ThreadConnection! }
  type ThreadConnection { edges: [ThreadEdge!]! }
  type ThreadEdge { node: Thread! }
  type Thread {
    id: ID! status: String! channel: String! messageCount: Int! lastActivityAt: String!
    agent: Agent! tags: [Tag!]! messages(last: Int!): MessageConnection!
  }
  type Agent { id: ID! name: String! }
  type Tag { name: String! }
  type MessageConnection { edges: [MessageEdge!]! }
  type MessageEdge { node: Message! }
  type Message { id: ID! author: String! text: String! createdAt: String! }
  input SendMessageInput { threadId: ID! text: String! }
  type MessagePayload { message: Message! }
  type Mutation { sendMessage(input: SendMessageInput!): MessagePayload! }
`;

// newID makes ids that sort like Parley's.
export const newID = (prefix) => `${prefix}_${Date.now().toString(32).padStart(10, '0')}${randomBytes(8).toString('hex')}`;

// listening tells the program that measures where a server is.
export const listening = (address) => console.log(`serves on http://127.0.0.1:${address.port} `);
