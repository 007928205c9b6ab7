// Pictures of every page for the docs, with a florist at work: `make screenshots`.
import { createServer } from 'node:http';
import { mkdirSync } from 'node:fs';
import { api, open, pause, server, signIn, until } from './lib.mjs';
import { dialogue, florist, operatorKey } from './florist.mjs';

const folder = process.env.PARLEY_SCREENSHOTS;
mkdirSync(folder, { recursive: true });

const receiver = createServer((request, response) => {
  request.resume();
  if (request.url === '/v1/models') return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data: ['small', 'large', 'large-2026-10'].map((id) => ({ id, object: 'model' })) }));
  response.writeHead(request.url === '/broken' ? 503 : 204).end();
});
await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const at = `http://127.0.0.1:${receiver.address().port}`;

await open(async (window) => {
  const agentId = await florist();
  await api(`mutation($i: PublishAgentInput!) { publishAgent(input: $i) { version { id } } }`, { i: { id: agentId, note: 'First season' } });
  await api(`mutation($i: UpdateAgentInput!) { updateAgent(input: $i) { agent { id } } }`, { i: { id: agentId, maxCalls: 40, fallbackText: 'Sorry, please ring the shop on 0117 496 0100.' } });
  const integration = async (name, path, eventTypes) => (await api(`mutation($i: CreateIntegrationInput!) { createIntegration(input: $i) { integration { id } } }`, { i: { name, url: at + path, eventTypes } })).createIntegration.integration.id;
  const list = await integration('Customer list', '/list', ['message.created', 'contact.*', 'interest.shown', 'dialogue.*']);
  await integration('Shop bell', '/broken', ['operator.*', 'call.failed']);
  const key = await operatorKey('Maisie');

  const lines = {
    'Tomasz Zielinski': ['Hi, do you have sunflowers?'],
    'June Carter': ['I am looking for a winter wreath for BS3 4DB', 'My address for the bill is june@example.com'],
    'Hamish Grant': ['Do you deliver to Edinburgh, EH1 1AA?'],
    'Imogen Frost': ['Flowers for a wedding in May, please'],
    'Sian Morgan': ['What do red roses cost?'],
    'Derek Poole': ['The lilies you sent last week were dead after two days. I want to talk to someone real.'],
  };
  const made = {};
  for (const [name, texts] of Object.entries(lines)) {
    made[name] = await dialogue(agentId, name, name < 'J' ? 'web' : 'whatsapp');
    for (const [n, text] of texts.entries()) {
      await made[name].say(text);
      await until(`${name} is answered`, async () => (await made[name].texts('AGENT')).length > n);
    }
  }
  const priya = await dialogue(agentId, 'Priya Nair', 'instagram');
  const day = new Date(Date.now() + 3 * 86_400_000);
  if (day.getDay() === 0) day.setDate(day.getDate() + 1);
  await priya.say(`A wild bouquet for my aunt Meera please, BS1 4DJ, on ${day.toISOString().slice(0, 10)} in the morning`);
  for (const [question, answer] of [['who are the flowers for', 'Aunt Meera'], ['street', '9 Queen Square'], ['phone', '0117 496 0105'], ['shall i place', 'Yes, go ahead']]) {
    await until(question, async () => (await priya.texts('AGENT')).at(-1)?.toLowerCase().includes(question));
    await priya.say(answer);
  }
  await until('ordered', async () => (await priya.texts('AGENT')).at(-1)?.includes('in the book'));

  await api(`mutation($i: CreateModelProviderInput!) { createModelProvider(input: $i) { credential { id } } }`, { i: { name: 'house', kind: 'OPENAI', baseUrl: `${at}/v1`, key: 'sk-0123456789abcdef', defaultModel: 'small' } });
  for (const [model, input, output] of [['house/small', '0.2', '0.8'], ['house/large*', '1.25', '10']]) {
    await api(`mutation($i: SetModelPriceInput!) { setModelPrice(input: $i) { price { id } } }`, { i: { model, currency: 'EUR', input, output } });
  }
  const page = await window();
  const shoot = async (name, path, ready, more) => {
    await page.goto(server + path);
    await page.locator(ready).first().waitFor();
    await more?.();
    await pause(700);
    await page.mouse.move(0, 0);
    await page.screenshot({ path: `${folder}/${name}.png` });
  };
  await page.goto(server);
  await page.getByLabel('API key').waitFor();
  await page.screenshot({ path: `${folder}/signin.png` });
  await signIn(page, '/inbox', key);
  await shoot('inbox', `/inbox/${made['Derek Poole'].id}`, '.bubble');
  await shoot('thread', `/inbox/${priya.id}`, '[data-call=create_order]', () => page.locator('[data-call=create_order] button').first().click());
  const dark = await window({ colorScheme: 'dark' });
  await signIn(dark, `/inbox/${made['June Carter'].id}`, key);
  await dark.locator('.bubble').first().waitFor();
  await pause(700);
  await dark.screenshot({ path: `${folder}/inbox-dark.png` });
  const phone = await window({ viewport: { width: 390, height: 780 }, hasTouch: true });
  await signIn(phone, `/inbox/${made['Sian Morgan'].id}`, key);
  await phone.locator('.bubble').first().waitFor();
  await pause(700);
  await phone.screenshot({ path: `${folder}/thread-phone.png` });

  await page.context().clearCookies();
  await signIn(page, '/agents');
  await shoot('agents', '/agents', 'table');
  await shoot('agent', `/agents/${agentId}`, '.cm-content');
  await shoot('functions', `/agents/${agentId}/functions`, 'table', async () => {
    await page.getByRole('button', { name: 'create_order', exact: true }).click();
    await page.locator('.cm-content').first().waitFor();
  });
  await shoot('versions', `/agents/${agentId}/versions`, '.cm-content');
  await shoot('playground', `/agents/${agentId}/playground`, 'textarea', async () => {
    await page.getByLabel('The customer says').fill('Can you bring tulips to BS6 5QA on Saturday morning?');
    await page.getByRole('combobox', { name: 'HTTP functions' }).or(page.getByLabel('HTTP functions')).first().click();
    await page.getByRole('option', { name: 'are really called' }).click();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByTestId('run-end').waitFor();
  });
  await shoot('integrations', '/integrations', 'table');
  await shoot('integration', `/integrations/${list}`, 'table');
  await shoot('deliveries', `/integrations/${list}/deliveries`, 'table', async () => {
    await page.getByRole('row').nth(1).getByRole('button').first().click();
    await page.locator('.mantine-Timeline-item').first().waitFor();
  });
  await shoot('overview', '/overview', '.recharts-surface');
  await shoot('test', `/integrations/${list}/test`, 'input', async () => {
    await page.getByRole('button', { name: 'Send the sample' }).click();
    await page.locator('[data-outcome]').waitFor();
  });
  await shoot('replay', `/integrations/${list}/replay`, 'input', async () => {
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.locator('[data-replay]').waitFor();
  });
  await shoot('integration-settings', `/integrations/${list}/settings`, 'input[type=checkbox]');
  await shoot('verify', `/integrations/${list}/verify`, 'pre');
  await shoot('access', '/access', 'table');
  await shoot('models', '/settings/models', '[data-provider=house]');
  await shoot('prices', '/settings/prices', 'table');
  await shoot('privacy', '/settings/privacy', 'input[type=checkbox]');
  await shoot('audit', '/settings/audit', '.mantine-Accordion-control', () => page.getByRole('button', { name: /setModelPrice/ }).first().click());
  await page.goto(`${server}/chat/${agentId}`);
  await page.getByLabel('Your message').fill('Do you have sunflowers today?');
  await page.keyboard.press('Enter');
  await page.locator('.messages > li.agent').first().waitFor();
  await pause(700);
  await page.screenshot({ path: `${folder}/chat.png`, clip: { x: 0, y: 0, width: 1360, height: 560 } });
  await page.goto(`${server}/graphiql`);
  await page.locator('.graphiql-editor').first().waitFor();
  await pause(1_500);
  await page.screenshot({ path: `${folder}/graphiql.png` });
});
receiver.close();
receiver.closeAllConnections();
console.log('ok');
