// What holds for the workspace: a provider of its own is made, tried, used, priced, broken and taken away; privacy; the audit log. In
// a thread: a reminder, a move to another version, and read marks that an operator's other window learns of. Then every key of the
// inbox.
import { createServer } from 'node:http';
import { api, check, open, signIn, until } from './lib.mjs';
import { dialogue, florist, operatorKey } from './florist.mjs';

// A vendor of models, whose key is one of these.
let keyOfVendor = 'sk-vendor-0123456789';
const vendor = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const json = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.headers.authorization !== `Bearer ${keyOfVendor}`) return json(401, { error: { message: 'Incorrect API key provided', type: 'invalid_request_error' } });
  if (request.url.endsWith('/models')) return json(200, { object: 'list', data: [{ id: 'small', object: 'model' }, { id: 'large', object: 'model' }] });
  const { stream, model } = JSON.parse(Buffer.concat(parts).toString());
  const usage = { prompt_tokens: 1_000_000, completion_tokens: 500_000, total_tokens: 1_500_000 };
  if (!stream) return json(200, { id: 'c', object: 'chat.completion', model, choices: [{ index: 0, message: { role: 'assistant', content: 'Good day' }, finish_reason: 'stop' }], usage });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const data of [{ choices: [{ index: 0, delta: { role: 'assistant', content: 'Good day' } }] }, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, { choices: [], usage }]) {
    response.write(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model, ...data })}\n\n`);
  }
  response.end('data: [DONE]\n\n');
});
await new Promise((resolve) => vendor.listen(0, '127.0.0.1', resolve));

await open(async (window) => {
  const page = await window();
  await signIn(page, '/settings');
  await page.getByRole('button', { name: 'New provider' }).click();
  const form = page.getByRole('dialog', { name: 'New provider' });
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Acme!');
  await form.getByRole('textbox', { name: 'Address' }).fill(`http://127.0.0.1:${vendor.address().port}/v1`);
  await form.getByLabel('Key', { exact: true }).fill(keyOfVendor);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.locator('.mantine-InputWrapper-error').first().waitFor(); // a name with other letters
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('acme');
  await form.getByRole('textbox', { name: /^Model of those/ }).fill('small');
  await form.getByRole('button', { name: 'Save' }).click();
  const acme = page.locator('[data-provider=acme]');
  await acme.getByText('acme/large').waitFor();
  check(!(await page.content()).includes(keyOfVendor), 'the key is in the page');
  await acme.getByText('key ends with 6789').waitFor();
  await page.getByRole('button', { name: 'Test acme' }).click();
  await acme.getByLabel('Model to ask').fill('acme/large');
  await acme.getByRole('button', { name: 'Try' }).click();
  await acme.locator('[data-reachable=true]', { hasText: 'it said: Good day' }).waitFor();

  // An agent answers by it; what it used has no price until one is set.
  const { createAgent } = await api(`mutation($i: CreateAgentInput!) { createAgent(input: $i) { agent { id } } }`, { i: { name: 'Acme desk', models: ['acme'], quietMs: 0 } });
  const owen = await dialogue(createAgent.agent.id, 'Owen Price');
  await owen.say('Good day?');
  await until('the vendor has answered', async () => (await owen.texts('AGENT')).includes('Good day'));
  await page.getByRole('tab', { name: 'Prices' }).click();
  await page.getByRole('button', { name: 'acme/small' }).click();
  const price = page.getByRole('dialog', { name: 'New price' });
  await price.getByLabel('Read', { exact: false }).first().fill('2,5');
  await price.getByLabel('Written').fill('10');
  await price.getByRole('button', { name: 'Save' }).click();
  await price.locator('.mantine-InputWrapper-error').first().waitFor(); // no decimal number
  await price.getByLabel('Read', { exact: false }).first().fill('2.5');
  await price.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /acme\/small/ }).waitFor();
  await page.getByText('without a price').waitFor({ state: 'detached' });
  const { thread } = await api(`query($t: ID!) { thread(id: $t) { usage { cost { amount currency } } } }`, { t: owen.id });
  check(Number(thread.usage.cost.amount) === 7.5 && thread.usage.cost.currency === 'USD', `the cost is ${JSON.stringify(thread.usage.cost)}`);
  await page.getByRole('button', { name: 'Delete the price of acme/small' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /Delete/ }).click();
  await page.getByText('No price yet').waitFor();

  // The vendor refuses the key: it is said in words. Then the provider is switched off and deleted.
  await page.getByRole('tab', { name: 'Model providers' }).click();
  keyOfVendor = 'sk-another';
  await page.getByRole('button', { name: 'Test acme' }).click();
  await acme.getByRole('button', { name: 'Try' }).click();
  await acme.locator('[data-reachable=false]', { hasText: '401' }).waitFor();
  await acme.getByRole('button', { name: 'Disable' }).click();
  await acme.getByText('Disabled').waitFor();
  await page.getByRole('button', { name: 'Delete acme' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete acme' }).click();
  await acme.waitFor({ state: 'detached' });

  // Fewer days are asked about first.
  await page.getByRole('tab', { name: 'Privacy' }).click();
  await page.getByLabel('Erase threads in which nothing is said any more').check();
  await page.getByLabel('After days without a message').fill('400');
  await page.getByRole('checkbox', { name: 'Phone' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog', { name: 'Erase after 400 days' }).getByRole('button', { name: 'Erase after 400 days' }).click();
  await until('privacy is stored', async () => {
    const { privacy } = (await api(`{ viewer { workspace { privacy { eraseThreadsAfterDays hiddenFromModels } } } }`)).viewer.workspace;
    return privacy.eraseThreadsAfterDays === 400 && privacy.hiddenFromModels.join() === 'phone';
  });
  await page.getByRole('tab', { name: 'Audit log' }).click();
  await page.getByLabel('Action').fill('updatePrivacy');
  const entry = page.getByRole('button', { name: /updatePrivacy/ });
  await entry.first().waitFor();
  await until('only that action is left', async () => (await page.getByRole('button', { name: /createModelProvider/ }).count()) === 0);
  await entry.first().click();
  await page.getByText('400').first().waitFor();

  // In a thread: later, and by another version.
  const agentId = await florist();
  const publish = (note) => api(`mutation($i: PublishAgentInput!) { publishAgent(input: $i) { version { id } } }`, { i: { id: agentId, note } });
  await publish('First season');
  const june = await dialogue(agentId, 'June Carter');
  await api(`mutation($i: UpdateAgentInput!) { updateAgent(input: $i) { agent { id } } }`, { i: { id: agentId, fallbackText: 'Please ring the shop.' } });
  await publish('Second season');
  await page.goto(new URL(`/inbox/${june.id}`, page.url()).href);
  await page.getByRole('button', { name: 'Plan a reminder' }).click();
  const plan = page.getByRole('dialog', { name: 'Have the agent write later' });
  await plan.getByRole('textbox', { name: 'What is sent' }).fill('Are the tulips still fresh?');
  await plan.getByRole('button', { name: '3 d', exact: true }).click();
  await plan.getByRole('button', { name: 'Plan it' }).click();
  const reminder = page.locator('[data-reminder=PENDING]', { hasText: 'still fresh' });
  await reminder.waitFor();
  await reminder.getByRole('button', { name: /Cancel/ }).click();
  await page.locator('[data-reminder=CANCELLED]', { hasText: 'still fresh' }).waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Move to another version' }).click();
  const move = page.getByRole('dialog', { name: 'Move to another version' });
  await move.getByText('Now it follows version 1.').waitFor();
  await move.getByRole('button', { name: 'Move it' }).click();
  await move.waitFor({ state: 'detached' });
  const moved = (await api(`query($t: ID!) { thread(id: $t) { agentVersion { number } } }`, { t: june.id })).thread;
  check(moved.agentVersion.number === 2, `it follows version ${moved.agentVersion.number}`);
  // A long thread: its events page by page.
  for (let n = 0; n < 2; n++) {
    await api(`mutation { ${Array.from({ length: 60 }, (_, i) => `m${i}: sendOperatorMessage(input: { threadId: "${owen.id}", text: "line ${n * 60 + i}" }) { message { id } }`).join(' ')} }`);
  }
  await page.goto(new URL(`/inbox/${owen.id}`, page.url()).href);
  await page.getByRole('button', { name: 'Events and deliveries' }).click();
  const events = page.getByRole('button', { name: /^\d+\. message\.created/ });
  await until('a page of events is there', async () => (await events.count()) > 90);
  await page.getByRole('button', { name: 'Load more' }).click();
  await until('all events are there', async () => (await events.count()) >= 122);
  await page.close();

  // Two windows of one operator: what is read in one is read in the other.
  const key = await operatorKey('Maisie');
  const [one, two] = [await window(), await window()];
  await Promise.all([one, two].map((w) => signIn(w, '/inbox', key)));
  const unread = (w) => w.locator(`.row[data-thread=${june.id}] [aria-label="1 unread"]`);
  await june.say('Hello! What do tulips cost these days?');
  await Promise.all([one, two].map((w) => unread(w).waitFor()));
  const asked = [];
  two.on('request', (r) => { if (r.method() === 'POST') asked.push(r.postData()); });
  await until('the agent has answered', async () => (await june.texts('AGENT')).length > 0);
  await one.waitForLoadState('networkidle').catch(() => undefined);
  asked.length = 0;
  const began = Date.now();
  await one.locator(`.row[data-thread=${june.id}]`).click();
  await unread(two).waitFor({ state: 'detached' });
  const took = Date.now() - began;
  await two.getByRole('radio', { name: 'Unread 0' }).waitFor({ state: 'attached' });
  check(!asked.some((body) => body?.includes('InboxSome')), 'the other window asked for the thread again');
  // Also where the thread is in no list, and where the list is of what is unread.
  for (const view of ['closed', 'unread']) {
    await one.goto(new URL('/inbox', one.url()).href);
    await two.goto(new URL(`/inbox?view=${view}`, one.url()).href);
    await june.say(`And what do you have that is ${view}?`);
    await two.getByRole('radio', { name: 'Unread 1' }).waitFor({ state: 'attached' });
    if (view === 'unread') await unread(two).waitFor();
    await one.locator(`.row[data-thread=${june.id}]`).click();
    await two.getByRole('radio', { name: 'Unread 0' }).waitFor({ state: 'attached' });
    check((await two.locator(`.row[data-thread=${june.id}]`).count()) === 0, `it is in the list of what is ${view}`);
  }
  await two.goto(new URL('/inbox', one.url()).href);
  await unread(two).waitFor({ state: 'detached' });
  await two.locator('.row').first().waitFor();

  // All of it by keys.
  const focused = (w, selector) => until(`the focus is at ${selector}`, () => w.evaluate((s) => document.activeElement?.matches(s), selector));
  await two.keyboard.press('/');
  await focused(two, '#inbox-search');
  await two.keyboard.press('Escape');
  await two.keyboard.press('?');
  await two.getByRole('dialog', { name: 'Keys' }).waitFor();
  await two.keyboard.press('Escape');
  await two.getByRole('dialog').waitFor({ state: 'detached' });
  const row = (n) => two.locator('.row').nth(n).getAttribute('data-thread');
  const chosen = async () => two.locator('.row[data-chosen]').getAttribute('data-thread');
  await two.keyboard.press('j');
  check((await chosen()) === (await row(0)), 'j does not begin at the top');
  await two.keyboard.press('j');
  await until('j goes down', async () => (await chosen()) === (await row(1)));
  await two.keyboard.press('k');
  await until('k goes up', async () => (await chosen()) === (await row(0)));
  await two.keyboard.press('Enter');
  await two.getByRole('log').waitFor();
  await two.keyboard.press('r');
  await focused(two, 'textarea');
  await two.keyboard.press('Escape');
  for (const [press, status] of [['t', 'OPERATOR'], ['h', 'OPEN'], ['x', 'CLOSED']]) {
    await two.keyboard.press(press);
    await two.locator(`[data-status=${status}]`).waitFor();
    if (press === 't') {
      await focused(two, 'textarea');
      await two.keyboard.press('Escape');
    }
  }
  await two.keyboard.press('Escape');
  await two.getByText('Choose a thread').waitFor();
  console.log(`what was read in one window was read in the other after ${took} ms`);
});
vendor.close();
vendor.closeAllConnections();
console.log('ok');
