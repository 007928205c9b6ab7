// Serves threads by mercurius on fastify, compiled (jit: 1), with loaders.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { listening, open, typeDefs } from './data.js';
import { sender } from './write.js';

const db = await open(process.env.DATABASE_URL);
const send = sender(db);
const app = Fastify({ logger: false });
const resolvers = {
  Query: { threads: async (_, { first }, { workspace }) => ({ edges: (await db.threads(workspace, first)).map((node) => ({ node })) }) },
  Mutation: { sendMessage: async (_, { input }, { workspace }) => ({ message: await send(workspace, input) }) },
};
const loaders = {
  Thread: {
    agent: (queries, { workspace }) => db.agents(workspace, queries.map(({ obj }) => obj.agent_id)),
    tags: (queries, { workspace }) => db.tags(workspace, queries.map(({ obj }) => obj.id)),
    messages: (queries, { workspace }) => db.messages(workspace, queries.map(({ obj }) => obj.id), queries[0].params.last),
  },
};
await app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  loaders,
  jit: 1,
  path: '/graphql',
  context: async (request) => ({ workspace: await db.workspaceOf(request.headers.authorization) }),
});
await app.listen({ port: 0, host: '127.0.0.1' });
listening(app.server.address());
