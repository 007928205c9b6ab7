// Serves threads by GraphQL Yoga, with its caches of parsed and validated documents, and loaders of its own.
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { listening, open, typeDefs } from './data.js';
import { sender } from './write.js';

const db = await open(process.env.DATABASE_URL);
const send = sender(db);

// batched collects keys for the rest of the tick and loads them at once.
function batched(load) {
  let waiting = null;
  return (key) =>
    new Promise((resolve, reject) => {
      if (!waiting) {
        waiting = [];
        const batch = waiting;
        process.nextTick(() => queueMicrotask(async () => {
          waiting = null;
          try {
            const values = await load(batch.map((w) => w.key));
            batch.forEach((w, i) => w.resolve(values[i]));
          } catch (error) {
            batch.forEach((w) => w.reject(error));
          }
        }));
      }
      waiting.push({ key, resolve, reject });
    });
}

const yoga = createYoga({
  schema: createSchema({
    typeDefs,
    resolvers: {
      Query: { threads: async (_, { first }, { workspace }) => ({ edges: (await db.threads(workspace, first)).map((node) => ({ node })) }) },
      Mutation: { sendMessage: async (_, { input }, { workspace }) => ({ message: await send(workspace, input) }) },
      Thread: {
        agent: (t, _, { agent }) => agent(t.agent_id),
        tags: (t, _, { tags }) => tags(t.id),
        messages: (t, { last }, context) => {
          context.messages ??= batched((ids) => db.messages(context.workspace, ids, last));
          return context.messages(t.id);
        },
      },
    },
  }),
  graphiql: false,
  landingPage: false,
  logging: false,
  maskedErrors: false,
  context: async ({ request }) => {
    const workspace = await db.workspaceOf(request.headers.get('authorization'));
    return { workspace, agent: batched((ids) => db.agents(workspace, ids)), tags: batched((ids) => db.tags(workspace, ids)) };
  },
});
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () => listening(server.address()));
