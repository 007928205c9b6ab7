// Follows a thread with its texts while they are written, with a published client: graphql-ws by WebSocket, graphql-sse by
// server-sent events. It prints one JSON object an event, and obeys lines on its standard input:
//
//   drop     cuts the connection as a network does, and prints {"type":"cut"}
//   resume   subscribes anew behind the last cursor
//
// It ends with its standard input.
//
//   node pieces.mjs ws|sse URL KEY THREAD AFTER
import { createInterface } from 'node:readline';
import { createClient as createEventStreamClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';

const [transport, url, key, thread, after] = process.argv.slice(2);
const query = `subscription ($thread: ID!, $after: Cursor) {
  threadEvents(threadId: $thread, after: $after) {
    type sequence cursor
    ... on MessageDelta { messageId offset text dropped }
    ... on MessageCreated { message { id author text } }
  }
}`;
const authorization = `Bearer ${key}`;
let cursor = after;
let cut; // ends the connection that is open

const print = (event) => console.log(JSON.stringify(event));

function subscribe(client, mine) {
  client.subscribe({ query, variables: { thread, after: cursor } }, {
    next: ({ data, errors }) => {
      if (mine.over) return;
      if (errors) throw new Error(JSON.stringify(errors));
      cursor = data.threadEvents.cursor;
      print(data.threadEvents);
    },
    error: (e) => { if (!mine.over) throw e; },
    complete: () => { if (!mine.over) throw new Error('completed early'); },
  });
}

function connect() {
  const mine = { over: false };
  if (transport === 'ws') {
    let socket;
    const client = createSocketClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization },
      on: { opened: (s) => { socket = s; } },
    });
    cut = () => { mine.over = true; socket?.terminate(); };
    subscribe(client, mine);
    return;
  }
  const network = new AbortController();
  const client = createEventStreamClient({
    url,
    retryAttempts: 0,
    headers: { authorization },
    fetchFn: (to, init) => fetch(to, { ...init, signal: AbortSignal.any([init.signal, network.signal]) }),
  });
  cut = () => { mine.over = true; network.abort(); };
  subscribe(client, mine);
}

connect();
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'drop') {
    cut();
    print({ type: 'cut' });
  } else if (line === 'resume') {
    connect();
  }
}
process.exit(0);
