// Shows a thread from the normalised cache of a published client, which follows the thread over graphql-ws. It prints one
// JSON object a line: {"shown": {…}} whenever what a page would show has changed, {"event": sequence}, {"closed": code}, {"pong": true}
// for each answer to a ping, and {"error": text}. Lines on its standard input:
//
//   take over     runs a mutation, whose answer goes into the cache
//
//   node cached.mjs apollo|urql|relay URL KEY THREAD AFTER [FOLDER of relay's artifacts]
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [kind, url, key, thread, after, artifacts] = process.argv.slice(2);
const headers = { authorization: `Bearer ${key}` };
const show = `query Show($thread: ID!) { thread(id: $thread) { id status messageCount } }`;
const takeOver = `mutation TakeOver($input: ThreadInput!) { takeOver(input: $input) { thread { id status } } }`;
const follow = `subscription Follow($thread: ID!, $after: Cursor) {
  threadEvents(threadId: $thread, after: $after) {
    type sequence cursor
    ... on MessageCreated { message { id thread { id status messageCount } } }
  }
}`;
const input = { threadId: thread };

const print = (line) => console.log(JSON.stringify(line));
let last = '';
function shown({ status, messageCount, texts }) {
  const now = JSON.stringify({ shown: { status, messageCount, texts } });
  if (now !== last) console.log(now);
  last = now;
}
const failed = (e) => print({ error: e?.code ? `closed with ${e.code}` : String(e?.message ?? JSON.stringify(e)) });

// resuming makes a client go on behind the last event, whatever library it is used by: the object of the variables that it
// sends again after a reconnect holds the last cursor by then.
function resuming(client) {
  return {
    ...client,
    subscribe(request, sink) {
      const variables = { ...request.variables };
      return client.subscribe({ ...request, variables }, {
        ...sink,
        error: (e) => sink.error(e),
        complete: () => sink.complete(),
        next: (answer) => {
          const event = answer.data?.threadEvents;
          if (event) {
            variables.after = event.cursor;
            print({ event: event.sequence });
          }
          sink.next(answer);
        },
      });
    },
  };
}

const socket = resuming(createClient({
  url: url.replace(/^http/, 'ws'),
  webSocketImpl: WebSocket,
  retryAttempts: 600,
  retryWait: () => new Promise((done) => setTimeout(done, 100)),
  shouldRetry: () => true,
  connectionParams: headers,
  keepAlive: 300,
  on: { closed: (e) => print({ closed: e.code }), pong: (received) => received && print({ pong: true }) },
}));

async function apollo() {
  const { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } = await import('@apollo/client');
  const { GraphQLWsLink } = await import('@apollo/client/link/subscriptions');
  const link = ApolloLink.split(({ operationType }) => operationType === 'subscription', new GraphQLWsLink(socket), new HttpLink({ uri: url, headers }));
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  client.watchQuery({ query: gql(show), variables: { thread } }).subscribe({ next: ({ data }) => data?.thread && shown(data.thread), error: failed });
  client.subscribe({ query: gql(follow), variables: { thread, after } }).subscribe({ next: ({ error }) => error && failed(error), error: failed });
  return () => client.mutate({ mutation: gql(takeOver), variables: { input } });
}

async function urql() {
  const { Client, fetchExchange, subscriptionExchange } = await import('@urql/core');
  const { cacheExchange } = await import('@urql/exchange-graphcache');
  const { buildSchema, introspectionFromSchema } = await import('graphql');
  const sdl = await (await fetch(url.replace('/graphql', '/schema.graphql'))).text();
  const none = () => null;
  const client = new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers },
    exchanges: [
      cacheExchange({ schema: introspectionFromSchema(buildSchema(sdl)), keys: { ThreadPayload: none, MessageCreated: none } }),
      subscriptionExchange({
        forwardSubscription: (request) => ({ subscribe: (to) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? '' }, to) }) }),
      }),
      fetchExchange,
    ],
  });
  client.query(show, { thread }).subscribe(({ data, error }) => (error ? failed(error) : data?.thread && shown(data.thread)));
  client.subscription(follow, { thread, after }).subscribe(({ error }) => error && failed(error));
  return async () => {
    const { error } = await client.mutation(takeOver, { input });
    if (error) throw error;
  };
}

async function relay() {
  const { Environment, Network, Observable, RecordSource, Store, ConnectionHandler, createOperationDescriptor, commitMutation, fetchQuery, getSingularSelector, requestSubscription } =
    (await import('relay-runtime')).default;
  const compiled = (name) => createRequire(`${artifacts}/`)(`./${name}.graphql.js`);
  const network = Network.create(
    async ({ text, name }, variables) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ query: text, operationName: name, variables }),
      });
      return response.json();
    },
    ({ text, name }, variables) => Observable.create((sink) => socket.subscribe({ query: text, operationName: name, variables }, sink)),
  );
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  const query = compiled('TalkQuery');
  const operation = createOperationDescriptor(query, { id: thread });
  environment.retain(operation);
  await fetchQuery(environment, query, { id: thread }).toPromise();
  const look = () => {
    const { data } = environment.lookup(operation.fragment);
    const list = environment.lookup(getSingularSelector(compiled('Talk_messages'), data.thread)).data;
    shown({ ...data.thread, texts: list.messages.edges.map(({ node }) => node.text) });
  };
  look();
  environment.subscribe(environment.lookup(operation.fragment), look);
  const connections = [ConnectionHandler.getConnectionID(thread, 'Talk_messages')];
  requestSubscription(environment, { subscription: compiled('TalkSubscription'), variables: { thread, after, connections }, onNext: look, onError: failed });
  return () => new Promise((done, refuse) => {
    commitMutation(environment, { mutation: compiled('TalkTakeOverMutation'), variables: { input }, onCompleted: (_, errors) => (errors ? refuse(errors) : done()), onError: refuse });
  });
}

const act = await { apollo, urql, relay }[kind]();
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'take over') await act().catch(failed);
}
process.exit(0);
