// The business of the example, as the example's own files have it: its agent, its functions, and its own program, whose address is
// the first argument.
import { readFileSync } from 'node:fs';
import { api, server, until } from './lib.mjs';

const folder = new URL('../../examples/florist/', import.meta.url);
const read = (name) => readFileSync(new URL(name, folder), 'utf8');

/** florist makes the agent, with more rules before its own. */
export async function florist(...rules) {
  const trade = JSON.parse(read('agent.json').replaceAll('{{shop}}', process.argv[2]));
  const script = JSON.parse(read('script.json'));
  const { createAgent } = await api(`mutation($i: CreateAgentInput!) { createAgent(input: $i) { agent { id functions { id name } } } }`, {
    i: { ...trade.agent, quietMs: 50, public: true, instructions: read('instructions.md'), script: { ...script, rules: [...rules, ...script.rules] } },
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

/** visitor is a customer at the chat page of the agent, in a window of its own. */
export async function visitor(page, agentId, first) {
  await page.goto(`${server}/chat/${agentId}`);
  const say = async (text) => {
    await page.getByLabel('Your message').fill(text);
    await page.keyboard.press('Enter');
  };
  await say(first);
  const { threads } = await until('the chat has begun', async () => {
    const found = await api(`query($a: ID!, $t: String) { threads(where: { agentID: $a, text: $t }) { edges { node { id } } } }`, { a: agentId, t: first.slice(0, 40) });
    return found.threads.edges.length > 0 && found;
  });
  const sees = (text, who = '') => page.locator(`.messages > li${who} .text`, { hasText: text }).first().waitFor();
  return { id: threads.edges[0].node.id, say, sees, texts: (who) => page.locator(`.messages > li${who} .text`).allTextContents() };
}
