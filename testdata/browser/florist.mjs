// The business of the example, as the example's own files have it: its agent, its functions, and its own program, which the
// test has started.
import { readFileSync } from 'node:fs';
import { api } from './lib.mjs';

const folder = new URL('../../examples/florist/', import.meta.url);
const read = (name) => readFileSync(new URL(name, folder), 'utf8');

/** florist makes the agent, with more rules before its own. */
export async function florist(...rules) {
  const trade = JSON.parse(read('agent.json').replaceAll('{{shop}}', process.env.PARLEY_SHOP));
  const script = JSON.parse(read('script.json'));
  const { createAgent } = await api(`mutation($i: CreateAgentInput!) { createAgent(input: $i) { agent { id functions { id name } } } }`, {
    i: { ...trade.agent, quietMs: 50, instructions: read('instructions.md'), script: { ...script, rules: [...rules, ...script.rules] } },
  });
  const { agent } = createAgent;
  for (const f of trade.functions) {
    await api(`mutation($i: CreateFunctionInput!) { createFunction(input: $i) { function { id } } }`, { i: { agentId: agent.id, ...f } });
  }
  return agent.id;
}

/** dialogue begins a thread, and answers with the customer's side of it. */
export async function dialogue(agentId, name, channel = 'web') {
  const { createThread } = await api(`mutation($i: CreateThreadInput!) { createThread(input: $i) { thread { id } } }`, {
    i: { agentId, customer: { name }, channel, metadata: { page: '/bouquets', visits: 3 } },
  });
  const { id } = createThread.thread;
  return {
    id,
    name,
    say: (text) => api(`mutation($i: SendMessageInput!) { sendMessage(input: $i) { message { id } } }`, { i: { threadId: id, text } }),
    read: async () => (await api(
      `query($t: ID!) { thread(id: $t) { status operator { name } tags { name } messages(last: 100) { edges { node { id author text } } } notes { text } turns { state reason calls { name state } } } }`,
      { t: id },
    )).thread,
    texts: async function texts(author) {
      return (await this.read()).messages.edges.map((e) => e.node).filter((m) => !author || m.author === author).map((m) => m.text);
    },
  };
}

/** operatorKey makes the key of an operator. */
export async function operatorKey(name) {
  return (await api(`mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { key } }`, { i: { name, role: 'OPERATOR' } })).createApiKey.key;
}
