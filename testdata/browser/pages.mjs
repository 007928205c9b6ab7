// Every page, in light and dark and on a phone: axe finds nothing serious, and hostile texts are texts. With
// PARLEY_SCREENSHOTS, a folder, the pages are also kept as pictures.
import { createServer } from 'node:http';
import { accessible, api, check, open, pause, server, signIn, until } from './lib.mjs';

// Texts that do something wherever they are taken for more than texts.
const corpus = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(2)>',
  '"><svg/onload=alert(3)>',
  "javascript:alert(4)//'\"`",
  '<iframe srcdoc="<script>parent.alert(5)</script>"></iframe>',
  '{{constructor.constructor("alert(6)")()}}',
  '<a href="javascript:alert(7)">click</a>',
  '</textarea><script>alert(8)</script>',
  '<style>*{display:none}</style>',
  '[x](javascript:alert(9)) ![y](x" onerror="alert(10))',
];
const hostile = corpus.join(' ');
const noTemplate = hostile.replaceAll('{{', '{');
const short = corpus[1];

// Somebody else's server, which refuses webhooks and answers functions, both with such texts.
const other = createServer((request, response) => {
  request.resume();
  const webhook = request.url.startsWith('/webhook');
  response.writeHead(webhook ? 500 : 200, { 'content-type': webhook ? 'text/html' : 'application/json' });
  response.end(webhook ? hostile : JSON.stringify({ text: hostile, [short]: hostile }));
});
await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
const elsewhere = `http://127.0.0.1:${other.address().port}`;

/** seed makes one of everything, with hostile texts in every string that somebody outside fills in. */
async function seed() {
  const { createAgent } = await api(`mutation($i: CreateAgentInput!) { createAgent(input: $i) { agent { id } } }`, { i: {
    name: short, instructions: hostile, models: ['scripted'], quietMs: 0, public: true, fallbackText: hostile,
    followUps: [{ afterMinutes: 600, text: hostile, cancelTags: ['close'] }],
    script: { rules: [{ when: { any: ['order'] }, say: noTemplate, call: { function: 'evil', arguments: { text: noTemplate } } }, { name: 'any', when: {}, say: noTemplate }] },
  } });
  const agentId = createAgent.agent.id;
  await api(`mutation($i: CreateFunctionInput!) { createFunction(input: $i) { function { id } } }`, { i: {
    agentId, kind: 'HTTP', name: 'evil', description: hostile, method: 'GET', url: `${elsewhere}/answer`, needsApproval: true,
    parameters: { type: 'object', properties: { text: { type: 'string', description: hostile } } },
    headers: [{ name: 'x-evil', value: short, secret: false }],
  } });
  await api(`mutation($i: PublishAgentInput!) { publishAgent(input: $i) { version { id } } }`, { i: { id: agentId, note: hostile } });
  await api(`mutation($i: UpdateAgentInput!) { updateAgent(input: $i) { agent { id } } }`, { i: { id: agentId, instructions: `${hostile} and more` } });
  const { createThread } = await api(`mutation($i: CreateThreadInput!) { createThread(input: $i) { thread { id } } }`, { i: {
    agentId, channel: short, externalId: hostile.slice(0, 150), metadata: { [short]: hostile, deep: { list: [hostile] } }, text: `${hostile} order`,
    customer: { name: short, email: '', phone: hostile.slice(0, 40), externalId: short, metadata: { [short]: hostile } },
  } });
  const threadId = createThread.thread.id;
  await api(`mutation($i: AddTagInput!) { addTag(input: $i) { thread { id } } }`, { i: { threadId, tag: 'success', text: hostile } });
  await api(`mutation($i: AddNoteInput!) { addNote(input: $i) { note { id } } }`, { i: { threadId, text: hostile } });
  await api(`mutation($i: SendMessageInput!) { sendOperatorMessage(input: $i) { message { id } } }`, { i: { threadId, text: hostile } });
  const call = await until('the call waits', async () => {
    const { thread } = await api(`query($t: ID!) { thread(id: $t) { turns { calls { id state } } } }`, { t: threadId });
    return thread.turns.flatMap((t) => t.calls).find((c) => c.state === 'AWAITING_APPROVAL');
  });
  const { createIntegration } = await api(`mutation($i: CreateIntegrationInput!) { createIntegration(input: $i) { integration { id } } }`, { i: {
    name: short, url: `${elsewhere}/webhook?${encodeURIComponent(short)}`, eventTypes: ['*'], channels: [],
  } });
  const integrationId = createIntegration.integration.id;
  await api(`mutation($i: CallInput!) { approveCall(input: $i) { call { id } } }`, { i: { callId: call.id } });
  await api(`mutation($i: AddTagInput!) { addTag(input: $i) { thread { id } } }`, { i: { threadId, tag: 'interest', text: hostile } });
  await api(`mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { key } }`, { i: { name: short, role: 'OPERATOR' } });
  const delivery = await until('a webhook was refused', async () => {
    const { deliveries } = await api(`query($i: ID!) { deliveries(where: { integrationID: $i }) { edges { node { id attempts } } } }`, { i: integrationId });
    return deliveries.edges.find((e) => e.node.attempts > 0)?.node;
  });
  return { agentId, threadId, integrationId, deliveryId: delivery.id };
}

const shots = process.env.PARLEY_SCREENSHOTS;

await open(async (window) => {
  const made = await seed();
  const pages = {
    inbox: ['/inbox', '.row'],
    thread: [`/inbox/${made.threadId}`, '.bubble'],
    agents: ['/agents', 'table'],
    agent: [`/agents/${made.agentId}`, '.cm-content'],
    functions: [`/agents/${made.agentId}/functions`, 'table'],
    versions: [`/agents/${made.agentId}/versions`, '.cm-content'],
    playground: [`/agents/${made.agentId}/playground`, 'textarea'],
    integrations: ['/integrations', 'table'],
    integration: [`/integrations/${made.integrationId}`, 'table'],
    deliveries: [`/integrations/${made.integrationId}/deliveries`, 'table'],
    delivery: [`/integrations/${made.integrationId}/deliveries?delivery=${made.deliveryId}`, '[data-testid=attempt], .mantine-Timeline-item'],
    test: [`/integrations/${made.integrationId}/test`, 'input'],
    replay: [`/integrations/${made.integrationId}/replay`, 'input'],
    settings: [`/integrations/${made.integrationId}/settings`, 'input[type=checkbox]'],
    verify: [`/integrations/${made.integrationId}/verify`, 'pre'],
    overview: ['/overview', '.recharts-surface'],
    access: ['/access', 'table'],
  };

  const plain = await window();
  await plain.goto(`${server}/`);
  await plain.getByLabel('API key').waitFor();
  const faults = await accessible(plain, 'sign in');
  await signIn(plain, '/inbox');
  const { cookies } = await plain.context().storageState();

  // In the dark only the colours are others. On a phone it is mostly the room; PARLEY_SOAK looks at the rest there, too.
  const ways = [
    ['light', { colorScheme: 'light' }, undefined],
    ['dark', { colorScheme: 'dark' }, { runOnly: ['color-contrast'] }],
    ['phone', { colorScheme: 'light', viewport: { width: 390, height: 800 }, hasTouch: true }, process.env.PARLEY_SOAK ? undefined : { runOnly: ['target-size', 'scrollable-region-focusable', 'aria-hidden-focus'] }],
  ];
  await Promise.all(ways.map(async ([way, options, rules]) => {
    const page = await window(options);
    await page.context().addCookies(cookies);
    await page.goto(`${server}/access`);
    await page.locator('table').first().waitFor();
    for (const [name, [path, ready]] of Object.entries(pages)) {
      // As a link of the console does it, without loading everything again.
      await page.evaluate((to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }, path);
      await page.locator(ready).first().waitFor().catch((e) => { throw new Error(`${name}: ${e.message}`); });
      await pause(250);
      faults.push(...(await accessible(page, `${name} (${way})`, rules)));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) faults.push(`${name} (${way}) is ${wide} px wider than the window`);
      if (shots) await page.screenshot({ path: `${shots}/${name}-${way}.png` });
    }
  }));

  check(faults.length === 0, faults.join('\n'));

  // The texts are there, as texts, and nothing of them became a part of a page.
  await plain.goto(`${server}/inbox/${made.threadId}`);
  await plain.locator('.bubble', { hasText: corpus[0] }).first().waitFor();
  const alive = await plain.evaluate(() => document.querySelectorAll('img[src="x"], svg[onload], iframe, #root script, #root style:not([data-mantine-styles]), a[href^="javascript:"]').length);
  check(alive === 0, `${alive} elements were made of texts`);
  // Whatever got into the page all the same would not run.
  plain.attacked = true;
  await plain.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "ran"';
    document.body.append(script);
  }).catch(() => undefined);
  check((await plain.title()) !== 'ran', 'a script of the page itself ran');
});
other.close();
other.closeAllConnections();
console.log('ok');
