// Follows the events of a thread with a client that users have, and prints one JSON object an event: type, sequence and
// cursor. It ends after COUNT events by cutting the connection.
//
//   node follow.mjs ws|sse URL KEY THREAD AFTER COUNT
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [transport, url, key, thread, after, count] = process.argv.slice(2);
const query = `subscription ($thread: ID!, $after: Cursor) {
  threadEvents(threadId: $thread, after: $after) { type sequence cursor }
}`;
const variables = { thread, after: after || null };
let left = Number(count);

function take(payload) {
  if (payload.errors) throw new Error(JSON.stringify(payload.errors));
  console.log(JSON.stringify(payload.data.threadEvents));
  return --left > 0;
}

async function bySocket() {
  let socket;
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${key}` },
    on: { opened: (s) => { socket = s; } },
  });
  await new Promise((resolve, reject) => {
    client.subscribe({ query, variables }, {
      next: (payload) => {
        try {
          if (left > 0 && !take(payload)) resolve();
        } catch (e) {
          reject(e);
        }
      },
      error: (e) => (left > 0 ? reject(e) : resolve()),
      complete: () => (left > 0 ? reject(new Error('completed early')) : resolve()),
    });
  });
  socket.terminate();
}

async function byEventStream() {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  let text = '';
  for await (const chunk of response.body) {
    text += Buffer.from(chunk).toString();
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      const lines = text.slice(0, end).split('\n');
      if (!lines.includes('event: next')) continue;
      const data = lines.find((l) => l.startsWith('data: '));
      if (!take(JSON.parse(data.slice(6)))) {
        process.exit(0); // cuts the connection in the middle
      }
    }
  }
  throw new Error('the stream ended early');
}

await (transport === 'ws' ? bySocket() : byEventStream());
process.exit(0);
