// From an empty server to an own agent on the chat page, with a function of its own, versions and a webhook, by the console alone,
// as the README has it.
import { createServer } from 'node:http';
import { api, check, key as adminKey, open, server, signIn, until } from './lib.mjs';

const asked = [];
const hooks = [];
const shop = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts).toString();
  if (request.url === '/hook') hooks.push(JSON.parse(body));
  else asked.push(request.url);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ open: true, until: '18:00' }));
});
await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
const at = `http://127.0.0.1:${shop.address().port}`;
const script = { greeting: 'Hello, this is the help desk.', rules: [
  { name: 'hours', when: { any: ['open'] }, call: { function: 'hours', arguments: { day: 'sunday' } } },
  { name: 'answer', when: { result: { function: 'hours', match: { open: true } } }, say: 'We are open until {{results.hours.until}}.' },
] };

await open(async (window) => {
  const began = Date.now();
  const page = await window();
  await signIn(page, '/');
  const nav = page.getByRole('navigation', { name: 'Main' });
  const fill = async (label, text) => {
    const field = page.getByRole('textbox', { name: label, exact: true }).last();
    await field.click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(text);
  };

  await page.getByRole('link', { name: 'Make an agent' }).click();
  await page.getByRole('button', { name: 'New agent' }).click();
  await page.getByLabel('Name').fill('Help desk');
  await page.getByRole('button', { name: 'Make the agent' }).click();
  await page.getByRole('heading', { name: 'Help desk' }).waitFor();
  await fill('Instructions', 'You answer questions about our opening hours.');
  await fill('Script', JSON.stringify(script, null, 2));
  await page.getByLabel('Quiet time (ms)').fill('0');
  await page.getByLabel('Anybody may begin a chat with it').check();
  const save = page.getByRole('button', { name: 'Save the draft' });
  await save.click();
  await page.getByText('Saved.').first().waitFor();
  const chat = await page.getByRole('link', { name: 'Open the chat page' }).getAttribute('href');

  // A function: what is no schema cannot be saved, what the server refuses is said at its field.
  await page.getByRole('tab', { name: 'Functions' }).click();
  await page.getByRole('button', { name: 'New function' }).click();
  const form = page.getByRole('dialog', { name: 'New function' });
  await form.getByLabel('Name', { exact: false }).first().fill('opening hours');
  await form.getByLabel('Description').fill('Says until when we are open.');
  await form.getByLabel('Address').fill(`${at}/hours?day={day}`);
  await fill('Parameters', '{"type": "object", "properties": {"day": {"type": "text"}}}');
  const saveFunction = form.getByRole('button', { name: 'Save the draft' });
  check(await saveFunction.isDisabled(), 'a schema with an unknown type can be saved');
  await form.locator('.cm-lint-marker-error, .cm-lintRange-error').first().waitFor();
  await fill('Parameters', '{"type": "object", "required": ["day"], "properties": {"day": {"type": "string"}}}');
  await saveFunction.click();
  await form.locator('.mantine-TextInput-error, .mantine-InputWrapper-error').first().waitFor();
  await form.getByLabel('Name', { exact: false }).first().fill('hours');
  await saveFunction.click();

  // Tried for real.
  const made = page.getByRole('dialog', { name: 'hours' });
  await made.getByLabel('The customer says').fill('When are you open?');
  await made.getByRole('button', { name: 'Try' }).click();
  await made.locator('[data-call=hours]', { hasText: 'HTTP 200' }).waitFor();
  check(asked.join() === '/hours?day=sunday', `the endpoint was asked for ${asked}`);
  await fill('Sample arguments', '{"day": 7}');
  await made.getByText(/\/day: /).waitFor();
  await page.keyboard.press('Escape');
  await made.waitFor({ state: 'detached' });

  // Played, published, changed, compared and rolled back.
  await page.getByRole('tab', { name: 'Playground' }).click();
  await page.getByLabel('The customer says').fill('Are you open?');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByTestId('run-end').waitFor();
  const publish = async (note, differs) => {
    await page.getByRole('button', { name: 'Publish' }).first().click();
    const dialog = page.getByRole('dialog', { name: /Publish/ });
    if (differs) await dialog.locator('.cm-changedLine', { hasText: differs }).waitFor();
    await dialog.getByLabel('What is new, in words').fill(note);
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  await publish('The first one');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByLabel('Fallback text').fill('Please ring us.');
  await save.click();
  await page.getByText('Version 1, changed since').waitFor();
  await publish('Another fallback text', 'Please ring us.');
  await page.getByRole('tab', { name: 'Versions' }).click();
  await page.getByRole('button', { name: 'Back to version 1' }).click();
  await page.getByLabel(/The draft becomes that version/).check();
  await page.getByRole('button', { name: 'Roll back' }).last().click();
  await page.getByRole('row', { name: /^1 current/ }).waitFor();

  // A webhook, and a visitor.
  await nav.getByRole('link', { name: 'Integrations' }).click();
  await page.getByRole('button', { name: 'New integration' }).click();
  await page.getByLabel('Name').fill('Mine');
  await page.getByLabel('Address').fill(`${at}/hook`);
  await page.getByRole('checkbox', { name: 'message.created' }).check();
  await page.getByRole('button', { name: 'Make the integration' }).click();
  await page.getByRole('dialog', { name: 'The secret of the integration' }).waitFor();
  await page.keyboard.press('Escape');
  await nav.getByRole('link', { name: 'Inbox' }).click();
  const visitor = await window({ viewport: { width: 420, height: 720 } });
  await visitor.goto(server + chat);
  await visitor.getByLabel('Your message').fill('When are you open on Sunday?');
  await visitor.keyboard.press('Enter');
  await visitor.getByText('We are open until 18:00.').first().waitFor();
  await page.locator('.row', { hasText: 'We are open until 18:00.' }).waitFor();
  await until('the webhooks have come', () => hooks.length >= 2);

  // Suggested, edited and sent; saved as a file; looked at in the figures.
  for (const pressed of ['j', 'Enter']) await page.keyboard.press(pressed); // with the focus at the link that was clicked last
  await page.getByRole('button', { name: 'Suggest a reply' }).click();
  const field = page.getByLabel('Message to the customer');
  await until('a reply is suggested', async () => (await field.inputValue()) !== '');
  await field.fill('See you on Sunday!');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await visitor.getByText('See you on Sunday!').first().waitFor();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Save as text' }).click();
  check((await saved).suggestedFilename().endsWith('.md'), `the file is called ${(await saved).suggestedFilename()}`);
  await page.getByRole('button', { name: 'Events and deliveries' }).click();
  await page.getByText(/message\.created/).first().waitFor();
  await nav.getByRole('link', { name: 'Overview' }).click();
  const figures = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  check((await figures).suggestedFilename().endsWith('.csv'), 'the figures are no CSV');

  // A key for somebody else, which is revoked while it is used.
  await nav.getByRole('link', { name: 'Access' }).click();
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name').fill('Maisie');
  await page.getByRole('button', { name: 'Make the key' }).click();
  const key = (await page.getByRole('dialog', { name: 'The new key' }).locator('pre').textContent()).trim();
  await page.keyboard.press('Escape');
  const second = await window();
  await signIn(second, '/inbox', key);
  check((await second.getByRole('link', { name: 'Agents' }).count()) === 0, 'an operator is shown the agents');
  await second.locator('[data-link=online]').waitFor();
  await page.getByRole('button', { name: 'Revoke Maisie' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke Maisie' }).click();
  await second.getByRole('dialog', { name: 'Sign in again' }).waitFor();
  const took = Date.now() - began;

  // A form keeps what was typed when the session ends under it.
  await nav.getByRole('link', { name: 'Agents' }).click();
  await page.getByRole('link', { name: 'Help desk' }).click();
  await page.getByLabel('Fallback text').fill('Half a sentence');
  await api(`mutation { endSessions(input: {}) { ended } }`);
  const again = page.getByRole('dialog', { name: 'Sign in again' });
  if (!(await again.isVisible())) await save.click({ timeout: 3000 }).catch(() => {}); // the page's own stream may be quicker
  await again.waitFor();
  await page.getByLabel('API key').fill(adminKey);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  check((await page.getByLabel('Fallback text').inputValue()) === 'Half a sentence', 'a form was emptied by a sign-in');
  await save.click();
  await page.getByText('Version 1, changed since').waitFor();
  console.log(`from an empty server to all of this in ${(took / 1000).toFixed(1)} s`);
});
shop.close();
shop.closeAllConnections();
console.log('ok');
