// Follows a thread with a published client for as long as the client itself goes on, and prints one JSON object a line:
// {"connection": n}, {"event": {type, sequence}}, {"closed": code}, {"error": text} and {"complete": true}. The n-th
// connection uses the n-th key, and all further ones the last. A line on its standard input:
//
//   stall    stops reading for some seconds, and sends so many pings that their answers cannot wait (ws only)
//
//   node lasting.mjs ws|sse|apollo|urql|urql-sse URL KEY,KEY… THREAD AFTER RETRIES
import { createInterface } from 'node:readline';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createEventStreamClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';

const [kind, url, keyList, thread, after, retries] = process.argv.slice(2);
const keys = keyList.split(',');
const query = `subscription ($thread: ID!, $after: Cursor) {
  threadEvents(threadId: $thread, after: $after) { type sequence cursor }
}`;
const variables = { thread, after }; // clients send it anew when they connect again: it holds the last cursor by then
const print = (line) => console.log(JSON.stringify(line));

let connections = 0;
function authorization() {
  const key = keys[Math.min(connections, keys.length - 1)];
  connections += 1;
  print({ connection: connections });
  return `Bearer ${key}`;
}

const sink = {
  next: ({ data, errors, error }) => {
    if (errors || error) {
      print({ error: JSON.stringify(errors ?? error) });
      return;
    }
    variables.after = data.threadEvents.cursor;
    const { type, sequence } = data.threadEvents;
    print({ event: { type, sequence } });
  },
  error: (e) => print({ error: e?.code ? `closed with ${e.code}` : String(e?.message ?? JSON.stringify(e)) }),
  complete: () => print({ complete: true }),
};

let socket;
const socketClient = () => createSocketClient({
  url: url.replace(/^http/, 'ws'),
  webSocketImpl: WebSocket,
  retryAttempts: Number(retries),
  retryWait: () => new Promise((done) => setTimeout(done, 100)),
  shouldRetry: () => true, // also when the server is not there at all for a while
  connectionParams: () => ({ authorization: authorization() }),
  on: { opened: (s) => { socket = s; }, closed: (e) => print({ closed: e.code }) },
});

function start() {
  switch (kind) {
    case 'ws':
      socketClient().subscribe({ query, variables }, sink);
      return;
    case 'sse':
      createEventStreamClient({
        url,
        retryAttempts: Number(retries),
        retry: () => new Promise((done) => setTimeout(done, 100)),
        headers: () => ({ authorization: authorization() }),
      }).subscribe({ query, variables }, sink);
      return;
    case 'apollo': {
      const link = ApolloLink.split(
        ({ operationType }) => operationType === 'subscription',
        new GraphQLWsLink(socketClient()),
        new HttpLink({ uri: url, headers: { authorization: `Bearer ${keys[0]}` } }),
      );
      const client = new ApolloClient({ link, cache: new InMemoryCache() });
      client.query({ query: gql`{ viewer { role } }` }).then(({ data }) => print({ role: data.viewer.role }), () => {}); // the server may stop first
      client.subscribe({ query: gql(query), variables, fetchPolicy: 'no-cache' }).subscribe(sink);
      return;
    }
    case 'apollo-http': { // which knows no stream: it must not take the first event for all
      const link = new HttpLink({ uri: url, headers: { authorization: `Bearer ${keys[0]}` } });
      new ApolloClient({ link, cache: new InMemoryCache() }).subscribe({ query: gql(query), variables }).subscribe(sink);
      return;
    }
    default: {
      const bySocket = kind === 'urql' && socketClient();
      const client = new Client({
        url,
        preferGetMethod: false,
        fetchSubscriptions: !bySocket,
        fetchOptions: () => ({ headers: { authorization: `Bearer ${keys[0]}` } }),
        exchanges: bySocket
          ? [subscriptionExchange({ forwardSubscription: (request) => ({ subscribe: (to) => ({ unsubscribe: bySocket.subscribe({ ...request, query: request.query ?? '' }, to) }) }) }), fetchExchange]
          : [fetchExchange],
      });
      client.query('{ viewer { role } }', {}).toPromise().then(({ data }) => data && print({ role: data.viewer.role }));
      client.subscription(query, variables).subscribe(sink.next);
    }
  }
}

start();
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'stall') {
    const payload = { x: 'x'.repeat(200_000) };
    socket._socket.pause();
    for (let i = 0; i < 60; i += 1) socket.send(JSON.stringify({ type: 'ping', payload }));
    setTimeout(() => socket._socket.resume(), 2500); // within the three seconds that it has to hear why
  }
}
process.exit(0);
