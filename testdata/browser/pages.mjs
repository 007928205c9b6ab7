// Every page, in light on a desk and in the dark on a phone: axe finds nothing serious, and hostile texts, which stand in every
// field that others fill in, are texts. PARLEY_SOAK looks in the dark on a desk and in light on a phone, too. With PARLEY_SHOTS, a
// folder, the pages are also kept as pictures.
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
  if (request.url.startsWith('/webhook')) return void response.writeHead(500, { 'content-type': 'text/html' }).end(hostile);
  const refused = request.url.startsWith('/refusing');
  const models = request.url.endsWith('/models');
  response.writeHead(refused ? 400 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(refused ? { error: { message: hostile, type: short } } : models ? { object: 'list', data: corpus.map((id) => ({ id, object: 'model' })) } : { text: hostile, [short]: hostile }));
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
  await api(`mutation($i: CreateReminderInput!) { createReminder(input: $i) { reminder { id } } }`, { i: { threadId, dueAt: new Date(Date.now() + 3_600_000).toISOString(), text: hostile } });
  const { createReminder } = await api(`mutation($i: CreateReminderInput!) { createReminder(input: $i) { reminder { id } } }`, { i: { threadId, dueAt: new Date(Date.now() + 7_200_000).toISOString(), instruction: hostile } });
  await api(`mutation($i: CancelReminderInput!) { cancelReminder(input: $i) { reminder { id } } }`, { i: { id: createReminder.reminder.id, reason: hostile } });
  for (const name of ['evil', 'refusing']) {
    await api(`mutation($i: CreateModelProviderInput!) { createModelProvider(input: $i) { credential { id } } }`, { i: { name, kind: 'OPENAI', baseUrl: `${elsewhere}/${name}`, key: 'sk-0123456789abcdef', defaultModel: short } });
  }
  await api(`mutation($i: SetModelPriceInput!) { setModelPrice(input: $i) { price { id } } }`, { i: { model: `evil/${corpus[6]}`, currency: 'USD', input: '1', output: '1' } });
  const delivery = await until('a webhook was refused', async () => {
    const { deliveries } = await api(`query($i: ID!) { deliveries(where: { integrationID: $i }) { edges { node { id attempts } } } }`, { i: integrationId });
    return deliveries.edges.find((e) => e.node.attempts > 0)?.node;
  });
  return { agentId, threadId, integrationId, deliveryId: delivery.id };
}

const shots = process.env.PARLEY_SHOTS;

// made counts elements that can only have been made of hostile texts.
const made = () => document.querySelectorAll('img[src="x"], svg[onload], iframe, body script:not([src]), #root style:not([data-mantine-styles]), a[href^="javascript:"]').length;

await open(async (window) => {
  const seeded = await seed();
  const pages = {
    inbox: ['/inbox', '.row'],
    thread: [`/inbox/${seeded.threadId}`, '.bubble'],
    log: [`/inbox/${seeded.threadId}`, '.bubble', async (page) => {
      const details = page.getByRole('button', { name: 'Details' });
      if (await details.isVisible()) await details.click();
      await page.getByRole('button', { name: 'Events and deliveries' }).click();
      await page.locator('.mantine-Accordion-item .mantine-Accordion-item .mantine-Accordion-control').first().click();
    }],
    move: [`/inbox/${seeded.threadId}`, '.bubble', async (page) => {
      await page.getByRole('button', { name: 'More', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Move to another version' }).click();
      await page.getByRole('dialog').getByRole('combobox').or(page.getByRole('dialog').getByLabel('Version')).first().waitFor();
    }],
    agents: ['/agents', 'table'],
    agent: [`/agents/${seeded.agentId}`, '.cm-content'],
    functions: [`/agents/${seeded.agentId}/functions`, 'table'],
    versions: [`/agents/${seeded.agentId}/versions`, '.cm-content'],
    playground: [`/agents/${seeded.agentId}/playground`, 'textarea', async (page) => {
      await page.getByLabel('The customer says').fill(hostile);
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await page.getByTestId('run-end').waitFor();
    }],
    integrations: ['/integrations', 'table'],
    integration: [`/integrations/${seeded.integrationId}`, 'table'],
    deliveries: [`/integrations/${seeded.integrationId}/deliveries`, 'table'],
    delivery: [`/integrations/${seeded.integrationId}/deliveries?delivery=${seeded.deliveryId}`, '[data-testid=attempt], .mantine-Timeline-item'],
    test: [`/integrations/${seeded.integrationId}/test`, 'input', async (page) => {
      await page.getByRole('button', { name: 'Send the sample' }).click();
      await page.locator('[data-outcome]').waitFor();
    }],
    replay: [`/integrations/${seeded.integrationId}/replay`, 'input'],
    settings: [`/integrations/${seeded.integrationId}/settings`, 'input[type=checkbox]'],
    verify: [`/integrations/${seeded.integrationId}/verify`, 'pre'],
    overview: ['/overview', '.recharts-surface'],
    models: ['/settings/models', '[data-provider=refusing] [role=alert], [data-provider=refusing] .mantine-Alert-root'],
    prices: ['/settings/prices', 'table'],
    privacy: ['/settings/privacy', 'input[type=checkbox]'],
    audit: ['/settings/audit', '.mantine-Accordion-control', (page) => page.getByRole('button', { name: /createAgent/ }).click()],
    access: ['/access', 'table'],
  };

  const plain = await window({ userAgent: short });
  await plain.goto(`${server}/`);
  await plain.getByLabel('API key').waitFor();
  const faults = await accessible(plain, 'sign in');
  await signIn(plain, '/inbox');
  const { cookies } = await plain.context().storageState();

  const phone = { viewport: { width: 390, height: 800 }, hasTouch: true };
  const ways = [['light', { colorScheme: 'light' }], ['phone-dark', { colorScheme: 'dark', ...phone }]];
  if (process.env.PARLEY_SOAK) ways.push(['dark', { colorScheme: 'dark' }], ['phone', { colorScheme: 'light', ...phone }]);
  await Promise.all(ways.map(async ([way, options]) => {
    const page = await window(options);
    await page.context().addCookies(cookies);
    await page.goto(`${server}/access`);
    await page.locator('table').first().waitFor();
    for (const [name, [path, ready, more]] of Object.entries(pages)) {
      // As a link of the console does it, without loading everything again.
      await page.evaluate((to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }, path);
      const failed = (e) => { throw new Error(`${name} (${way}): ${e.message}`); };
      await page.locator(ready).first().waitFor().catch(failed);
      await more?.(page).catch(failed);
      await pause(250);
      faults.push(...(await accessible(page, `${name} (${way})`)));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) faults.push(`${name} (${way}) is ${wide} px wider than the window`);
      const alive = await page.evaluate(made);
      if (alive > 0) faults.push(`${name} (${way}): ${alive} elements were made of texts`);
      if (shots) await page.screenshot({ path: `${shots}/${name}-${way}.png` });
      if (more) await page.keyboard.press('Escape');
    }
  }));

  check(faults.length === 0, faults.join('\n'));

  // The texts are there, as texts, and nothing of them became a part of a page.
  await plain.goto(`${server}/inbox/${seeded.threadId}`);
  await plain.locator('.bubble', { hasText: corpus[0] }).first().waitFor();
  const alive = await plain.evaluate(made);
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
