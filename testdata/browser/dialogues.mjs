// The florist's dialogues, with the operator at the console: hand-over and hand-back, a take-over while the agent is writing, an
// approval, a connection that is cut, and a session that ends. Nothing that was said or typed gets lost.
import { api, check, open, pause, signIn, until, wire } from './lib.mjs';
import { dialogue, florist, operatorKey, visitor } from './florist.mjs';

const story = 'Once upon a time there was a meadow behind the shop, and in it grew everything that we sell today, from the first snowdrop to the last aster.';

await open(async (window) => {
  const agentId = await florist({ name: 'story', when: { any: ['story'] }, say: story, delayMs: 120 });
  const key = await operatorKey('Maisie');
  const way = await wire();
  const page = await window();
  await signIn(page, '/inbox', key, way.url);

  const status = (name) => page.locator(`[data-status=${name}]`).first();
  const bubble = (text) => page.locator('.bubble', { hasText: text }).first();
  const show = async (customer) => {
    await page.locator('.row', { hasText: customer.name }).click();
    await page.getByRole('heading', { name: customer.name }).waitFor();
  };
  const reply = async (text) => {
    await page.getByLabel('Message to the customer').fill(text);
    await page.keyboard.press('Control+Enter');
  };
  const out = () => page.getByLabel('Message to the customer').press('Escape');

  const tagsOf = async (t) => (await api(`query($t: ID!) { thread(id: $t) { tags { name } } }`, { t })).thread.tags;

  // Somebody wants a person: it is on top at once, and a few keys take it over. The customer is in a window of its own.
  const priya = await dialogue(agentId, 'Priya Nair', 'instagram');
  const derek = await visitor(await window({ viewport: { width: 420, height: 720 } }), agentId, 'The lilies you sent last week were dead after two days. I want to talk to someone real.');
  const waiting = page.locator(`.row[data-waiting][data-thread=${derek.id}]`);
  await waiting.waitFor();
  await priya.say('Hello! What do tulips cost these days?');
  await page.locator('.row', { hasText: 'Priya Nair' }).waitFor();
  check((await page.locator('.row').first().getAttribute('data-thread')) === derek.id, 'who waits is not on top');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await bubble('getting Maisie').waitFor();
  await page.keyboard.press('t');
  await status('OPERATOR').waitFor();
  await reply('Hello Mr Poole, Maisie here. I will send you a fresh bunch, free of charge.');
  await derek.sees('fresh bunch', '.operator');
  const said = Date.now();
  await derek.say('That is very kind, thank you');
  await bubble('That is very kind').waitFor();
  const seen = Date.now() - said;
  await page.locator('label', { hasText: /^Note$/ }).click();
  await page.getByLabel('Note for operators').fill('Owes Derek Poole a bunch of lilies.');
  await page.keyboard.press('Control+Enter');
  await page.locator('.bubble[data-author=NOTE]', { hasText: 'Owes Derek' }).waitFor();
  await page.locator('label', { hasText: /^Message$/ }).click();
  await pause(200);
  check((await derek.texts()).every((t) => !t.includes('Owes')), 'a note went to the customer');
  await out();
  await page.keyboard.press('h');
  await status('OPEN').waitFor();
  await derek.say('One more thing, when are you open on Sunday?');
  await bubble('Sunday from 10 to 1').waitFor();
  await derek.sees('Sunday from 10 to 1', '.agent');

  // Tags by a click, closed and opened again by a key and a button.
  await page.getByRole('button', { name: 'Add the tag interest' }).click();
  await page.getByRole('button', { name: 'Remove the tag interest' }).click();
  await until('the tag is off again', async () => (await tagsOf(derek.id)).length === 0);
  await page.keyboard.press('x');
  await status('CLOSED').waitFor();
  await page.getByRole('button', { name: 'Open again' }).click();
  await status('OPEN').waitFor();

  // A take-over while the agent is writing: what it was about to say never comes.
  await show(priya);
  await priya.say('Tell me the story of your shop');
  await page.locator('[data-testid=piece]', { hasText: 'Once upon a time' }).waitFor();
  await page.keyboard.press('t');
  await status('OPERATOR').waitFor();
  await page.locator('[data-testid=piece]').waitFor({ state: 'detached' });
  await reply('I will tell you that one myself.');
  await until('the turn ended', async () => (await priya.read()).turns.every((t) => t.state === 'ENDED'));
  check((await priya.texts('AGENT')).every((t) => !t.includes('last aster')), 'the agent talked over the operator');
  await out();
  await page.keyboard.press('h');
  await status('OPEN').waitFor();
  // Written in peace, the same text streams and is then replaced by the message.
  await priya.say('The story again please, from the shop');
  await page.locator('[data-testid=piece]', { hasText: 'Once upon a time' }).waitFor();
  await page.locator('.bubble:not([data-pending])', { hasText: 'last aster' }).waitFor();
  check((await page.locator('[data-testid=piece]').count()) === 0, 'a piece stayed beside its message');

  // An order that a person must approve.
  const { agent } = await api(`query($a: ID!) { agent(id: $a) { functions { id name } } }`, { a: agentId });
  const order = agent.functions.find((f) => f.name === 'create_order');
  await api(`mutation($i: UpdateFunctionInput!) { updateFunction(input: $i) { function { id } } }`, { i: { id: order.id, needsApproval: true } });
  const wendy = await dialogue(agentId, 'Wendy Okafor');
  const day = new Date(Date.now() + 3 * 86_400_000);
  if (day.getDay() === 0) day.setDate(day.getDate() + 1);
  await wendy.say(`A wild bouquet for my aunt Meera please, BS1 4DJ, on ${day.toISOString().slice(0, 10)} in the morning`);
  for (const [question, answer] of [['who are the flowers for', 'Aunt Meera'], ['street', '9 Queen Square'], ['phone', '0117 496 0105'], ['shall i place', 'Yes, go ahead']]) {
    await until(`the agent asks: ${question}`, async () => (await wendy.texts('AGENT')).at(-1)?.toLowerCase().includes(question));
    await wendy.say(answer);
  }
  await show(wendy);
  const call = page.locator('[data-call=create_order]');
  await call.and(page.locator('[data-state=AWAITING_APPROVAL]')).waitFor();
  check((await call.textContent()).includes('9 Queen Square'), 'the arguments of the call are not shown');
  await call.getByRole('button', { name: 'Approve' }).click();
  await call.and(page.locator('[data-state=ANSWERED]')).waitFor();
  await bubble('is in the book').waitFor();
  await page.getByRole('button', { name: 'Remove the tag success' }).waitFor();

  // The connection is cut. It is shown, what is written is kept and sent once, and what was missed comes in order.
  way.cut();
  await page.locator('[data-link=offline], [data-link=connecting]').waitFor();
  for (const text of ['Are you there?', 'One more question', 'Do you sell vases?']) await wendy.say(text);
  await reply('A message from the tunnel.');
  await page.locator('.bubble[data-pending]', { hasText: 'from the tunnel' }).waitFor();
  await page.getByLabel('Message to the customer').fill('A draft that waits');
  await pause(1_500);
  way.mend();
  await page.locator('[data-link=online]').waitFor();
  await bubble('Do you sell vases?').waitFor();
  await page.locator('.bubble:not([data-pending])', { hasText: 'from the tunnel' }).waitFor();
  const texts = (await page.locator('.bubble .text').allTextContents()).filter((t) => /there\?|more question|vases\?|tunnel/.test(t));
  const stored = (await wendy.texts()).filter((t) => /there\?|more question|vases\?|tunnel/.test(t));
  check(stored.filter((t) => t.includes('tunnel')).length === 1, `sent ${stored.filter((t) => t.includes('tunnel')).length} times`);
  check(JSON.stringify(texts.slice(0, 3)) === JSON.stringify(['Are you there?', 'One more question', 'Do you sell vases?']), `after the cut the window shows ${texts}`);
  check((await page.getByLabel('Message to the customer').inputValue()) === 'A draft that waits', 'a draft was lost by the cut');

  // All sessions of the key end. One signs in again over the page, and what was typed is there.
  await api(`mutation { endSessions(input: {}) { ended } }`, {}, key);
  await page.getByRole('dialog', { name: 'Sign in again' }).waitFor();
  await wendy.say('Said while nobody was signed in');
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await bubble('Said while nobody was signed in').waitFor();
  check((await page.getByLabel('Message to the customer').inputValue()) === 'A draft that waits', 'a draft was lost by the sign-in');

  // Also over a reload.
  await page.reload();
  check((await page.getByLabel('Message to the customer').inputValue()) === 'A draft that waits', 'a draft was lost by a reload');

  // A cursor whose history is gone: what is there now is loaded, and followed from there.
  const streams = [];
  const late = await window();
  await late.routeWebSocket('**/graphql', (near) => {
    const far = near.connectToServer();
    near.onMessage((text) => {
      const message = JSON.parse(text);
      if (message.type === 'subscribe') streams.push({ id: message.id, query: message.payload.query, near });
      far.send(text);
    });
  });
  await signIn(late, `/inbox/${wendy.id}`);
  await until('both streams are there', () => streams.length >= 2);
  for (const { id, near } of streams.splice(0)) {
    near.send(JSON.stringify({ type: 'next', id, payload: { errors: [{ message: 'the cursor is too old', extensions: { code: 'CURSOR_EXPIRED' } }] } }));
    near.send(JSON.stringify({ type: 'complete', id }));
  }
  await until('both are followed again', () => streams.length >= 2);
  await wendy.say('After the end of history');
  await late.locator('.bubble', { hasText: 'After the end of history' }).waitFor();
  await late.locator('.row', { hasText: 'After the end of history' }).or(late.locator('.row', { hasText: 'Wildrose Flowers' })).first().waitFor();
  await late.close();

  // Another operator sees who is here, and who types.
  const second = await window();
  await signIn(second, `/inbox/${wendy.id}`);
  await page.getByLabel('Message to the customer').pressSequentially(' and grows');
  await second.locator('[data-testid=people]', { hasText: 'Maisie typing' }).waitFor();
  await second.close();
  await way.close();
  console.log(`a message of the customer was on the operator's screen after ${seen} ms`);
});
console.log('ok');
