// Serves events over WebSocket by GraphQL Yoga and graphql-ws, put together as Yoga's documentation has it.
import events from 'node:events';
import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { collect, created, listening, publisher, readTokens, typeDefs } from './events.js';

events.defaultMaxListeners = 0; // there are thousands
const pubsub = createPubSub();
const sendList = (list) => pubsub.publish('list', list);
const publish = publisher((e) => pubsub.publish('event', e), sendList);
const itself = (v) => v;
const schema = createSchema({
  typeDefs,
  resolvers: {
    Query: { ok: () => true },
    Mutation: {
      sendMessage: (_, { text }) => {
        const e = created(text);
        publish(e);
        return e.message;
      },
    },
    Subscription: {
      threadEvents: { subscribe: () => pubsub.subscribe('event'), resolve: itself },
      windows: { subscribe: () => pubsub.subscribe('list'), resolve: itself },
    },
    ThreadEvent: { __resolveType: (e) => e.__typename },
  },
});
const yoga = createYoga({ schema, logging: false, graphiql: false, landingPage: false, maskedErrors: false });
const server = createServer(async (req, res) => {
  if (req.url === '/stream' || req.url === '/gc') {
    if (req.url === '/stream') await readTokens(req, sendList);
    else collect();
    res.setHeader('Content-Length', '2');
    res.end('{}');
    return;
  }
  yoga(req, res);
});
const sockets = new WebSocketServer({ server, path: yoga.graphqlEndpoint, perMessageDeflate: false });
useServer({
  execute: (args) => args.rootValue.execute(args),
  subscribe: (args) => args.rootValue.subscribe(args),
  onSubscribe: async (ctx, _id, params) => {
    const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
      ...ctx, req: ctx.extra.request, socket: ctx.extra.socket, params,
    });
    const args = {
      schema, operationName: params.operationName, document: parse(params.query), variableValues: params.variables,
      contextValue: await contextFactory(), rootValue: { execute, subscribe },
    };
    const errors = validate(args.schema, args.document);
    return errors.length ? errors : args;
  },
}, sockets);
server.listen(0, '127.0.0.1', () => listening(server.address()));
