// Serves events over WebSocket by mercurius on fastify.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { collect, created, listening, publisher, readTokens, typeDefs } from './events.js';

const app = Fastify({ logger: false });
let publish;
const resolvers = {
  Query: { ok: () => true },
  Mutation: {
    sendMessage: async (_, { text }) => {
      const e = created(text);
      await publish(e);
      return e.message;
    },
  },
  Subscription: {
    threadEvents: { subscribe: (_, __, { pubsub }) => pubsub.subscribe('event') },
    windows: { subscribe: (_, __, { pubsub }) => pubsub.subscribe('list') },
  },
  ThreadEvent: { resolveType: (e) => e.__typename },
};
await app.register(mercurius, { schema: typeDefs, resolvers, subscription: true, jit: 1 });
const sendList = (list) => app.graphql.pubsub.publish({ topic: 'list', payload: { windows: list } });
publish = publisher((e) => app.graphql.pubsub.publish({ topic: 'event', payload: { threadEvents: e } }), sendList);
app.addContentTypeParser('text/plain', (request, payload, done) => done(null, payload));
app.post('/stream', async (request) => {
  await readTokens(request.body, sendList);
  return {};
});
app.post('/gc', { config: {} }, async () => {
  collect();
  return {};
});
await app.listen({ port: 0, host: '127.0.0.1' });
listening(app.server.address());
