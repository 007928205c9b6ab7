// The chat page in a real browser, beside an operator who uses the API: `node chat.mjs PART`, with PARLEY_URL and PARLEY_KEY.
import { createServer, connect } from 'node:net';
import { createServer as createSite } from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [server, key] = [process.env.PARLEY_URL, process.env.PARLEY_KEY];
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const corpus = [
  '<script>alert(1)</script>', '<img src=x onerror=alert(2)>', '"><svg/onload=alert(3)>', "javascript:alert(4)//'\"`", '<b>bold</b> &amp; &lt;',
  '<iframe srcdoc="<script>parent.alert(5)</script>"></iframe>', '</textarea></main><script>alert(6)</script>', '<style>*{display:none}</style>',
  '<a href="javascript:alert(7)">click</a>', 'https://example.com/"onmouseover="alert(8)', '{{constructor.constructor("alert(9)")()}}',
  '__PARLEY_CONFIG__ \u202e\u0007 $& $1 \\u003cscript\\u003e',
];

function check(truth, text) {
  if (!truth) throw new Error(text);
}

async function until(what, test, ms = 20_000) {
  for (const end = Date.now() + ms; ;) {
    const found = await test();
    if (found) return found;
    check(Date.now() < end, `never happened: ${what}`);
    await new Promise((done) => setTimeout(done, 30));
  }
}

async function api(query, variables = {}, as = key) {
  const response = await fetch(`${server}/graphql`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${as}` }, body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  check(!errors, `${query.slice(0, 100)}: ${JSON.stringify(errors)}`);
  return data;
}

async function agent(input) {
  const made = await api(`mutation($i: CreateAgentInput!) { createAgent(input: $i) { agent { id } } }`, { i: { models: ['scripted'], quietMs: 0, public: true, ...input } });
  return made.createAgent.agent.id;
}

const say = (rules) => ({ rules });
const threadOf = async (agentId) => (await api(`query($a: ID!) { threads(where: {agentID: $a}) { edges { node { id } } } }`, { a: agentId })).threads.edges[0].node.id;

/** A way to the server that can be cut. */
async function wire() {
  const to = new URL(server);
  const open = new Set();
  let cut = false;
  const relay = createServer((client) => {
    if (cut) { client.destroy(); return; }
    const upstream = connect(Number(to.port), to.hostname);
    for (const [a, b] of [[client, upstream], [upstream, client]]) {
      open.add(a);
      a.pipe(b);
      a.on('error', () => b.destroy());
      a.on('close', () => { open.delete(a); b.destroy(); });
    }
  });
  await new Promise((done) => relay.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${relay.address().port}`,
    cut() { cut = true; for (const s of open) s.destroy(); },
    mend() { cut = false; },
    close() { this.cut(); relay.close(); },
  };
}

const faults = [];
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** A window of its own visitor. Any dialog, page error or refusal by the content security policy fails the test. */
async function visitor(options = {}, quietly = false) {
  const context = await browser.newContext({ viewport: { width: 420, height: 720 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('dialog', (d) => { faults.push(`a dialog: ${d.message()}`); void d.dismiss(); });
  page.on('pageerror', (e) => faults.push(`an error: ${e.message}`));
  page.on('console', (m) => { if (m.type() === 'error' && (!quietly || /Content Security/.test(m.text()))) faults.push(`the console: ${m.text()}`); });
  return page;
}

const write = async (page, text) => { await page.getByLabel('Your message').fill(text); await page.keyboard.press('Enter'); };
const messages = (page, who = '') => page.locator(`.messages > li${who} .text`);
const sees = (page, text, who = '') => until(`the page shows ${text}`, async () => (await messages(page, who).allTextContents()).includes(text));

async function accessible(page, what) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }));
  const bad = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
  check(bad.length === 0, `${what}: ${bad.map((v) => `${v.id} at ${v.nodes[0].html}: ${v.nodes[0].failureSummary}`).join('; ')}`);
}

/** Whether an operator who follows a thread hears that the customer types. */
async function heard(t) {
  const control = new AbortController();
  setTimeout(() => control.abort(), 15_000).unref();
  const response = await fetch(`${server}/graphql`, {
    method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${key}` }, signal: control.signal,
    body: JSON.stringify({ query: 'subscription($t: ID!) { threadEvents(threadId: $t) { ... on PresenceChanged { author typing } } }', variables: { t } }),
  });
  const reader = response.body.getReader();
  let text = '';
  try {
    for (let piece; !(piece = await reader.read()).done; ) {
      text += Buffer.from(piece.value).toString();
      if (text.includes('"author":"CUSTOMER","typing":true')) return true;
    }
    return false;
  } catch {
    return false; // it took too long
  } finally {
    reader.cancel().catch(() => {});
  }
}

const parts = {
  /** Streaming, a reload, an operator who takes over and types, and the visitor's side of it. */
  async talk() {
    const long = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
    const id = await agent({ name: 'Ada', chat: { title: 'Ask us', greeting: 'Hello! How can we help?', accentColor: '#0f766e' }, script: say([
      { when: { any: ['long'] }, say: long, delayMs: 40 }, { when: { any: ['hello'] }, say: 'Good day to you.' }, { name: 'rest', when: {}, say: 'Noted.' },
    ]) });
    const page = await visitor();
    await page.goto(`${server}/chat/${id}`);
    check(await page.title() === 'Ask us', 'the title is another one');
    await sees(page, 'Hello! How can we help?');
    await accessible(page, 'the empty page');
    await write(page, 'hello');
    await sees(page, 'Good day to you.', '.agent');
    await write(page, 'a long story');
    const parts = new Set();
    await until('the answer streams', async () => {
      const text = (await messages(page, '.agent').last().textContent()) ?? '';
      if (text.startsWith('word0')) parts.add(text);
      return text === long;
    });
    check(parts.size > 2, `the answer came in ${parts.size} pieces`);
    await page.getByLabel('Your message').fill('half a thought');
    await page.reload();
    await sees(page, long, '.agent');
    check((await messages(page, '.customer').allTextContents()).join() === 'hello,a long story', 'a reload changes what was said');
    check(await page.getByLabel('Your message').inputValue() === 'half a thought', 'a reload loses what was typed');
    await until('the page is connected', () => page.evaluate(() => document.body.dataset.connection === 'connected'));

    const t = await threadOf(id);
    const typing = heard(t);
    await page.getByLabel('Your message').pressSequentially(' and more');
    check(await typing, 'the operator does not see that the visitor types');
    await write(page, 'a long story again');
    await until('it is being written', async () => (await messages(page, '.writing').count()) > 0);
    await api(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, { t });
    await until('what was being written is gone', async () => (await messages(page, '.writing').count()) === 0);
    await api(`mutation($t: ID!) { setPresence(input: {threadId: $t, typing: true}) { expiresAt } }`, { t });
    await until('the operator types', async () => (await page.locator('.activity').textContent()).includes('is writing'));
    await api(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "This is a person. See https://example.com/a?b=1."}) { message { id } } }`, { t });
    await sees(page, 'This is a person. See https://example.com/a?b=1.', '.operator');
    const name = await page.locator('.operator .name').textContent();
    check(name === 'admin', `the operator is called ${name}`);
    check(await page.locator('.operator a').getAttribute('href') === 'https://example.com/a?b=1', 'an address is no link');
    check((await page.locator('[aria-live=polite].unseen').textContent()).startsWith('admin: This is a person.'), 'a screen reader hears nothing');
    check((await messages(page, '.agent').allTextContents()).every((text) => !text.includes('again')), 'the agent talks over a person');
    await accessible(page, 'a dialogue');
    for (const theme of ['dark', 'light']) {
      const other = await visitor({ colorScheme: theme === 'dark' ? 'light' : 'dark', storageState: await page.context().storageState() });
      await other.goto(`${server}/chat/${id}?theme=${theme}`);
      await sees(other, 'This is a person. See https://example.com/a?b=1.', '.operator');
      await accessible(other, `in ${theme}`);
      await other.context().close();
    }
    await api(`mutation($t: ID!) { closeThread(input: {threadId: $t}) { thread { id } } }`, { t });
    await until('the page says that it is closed', async () => (await page.locator('.state').textContent()).includes('closed'));
  },

  /** Two windows of one visitor are one dialogue, whichever begins it. */
  async windows() {
    const id = await agent({ name: 'A', script: say([{ name: 'rest', when: {}, say: 'Noted.' }]) });
    const one = await visitor(), two = await one.context().newPage();
    for (const page of [one, two]) await page.goto(`${server}/chat/${id}`);
    await two.getByLabel('Your message').fill('not yet');
    await write(one, 'from one');
    await sees(two, 'from one', '.customer');
    await write(two, 'from two');
    for (const page of [one, two]) {
      await sees(page, 'from two', '.customer');
      await until('all that is written is stored', async () => await page.locator('.pending').count() === 0); // before that both show it, too
    }
    const { threads } = await api(`query($a: ID!) { threads(where: {agentID: $a}) { totalCount } }`, { a: id });
    check(threads.totalCount === 1, `${threads.totalCount} threads were begun`);
    await one.reload();
    await sees(one, 'from two', '.customer');
    await one.context().close();
  },

  /** A thread that the site's own server has made, and its token. */
  async token() {
    const id = await agent({ name: 'A', script: say([{ name: 'rest', when: {}, say: 'Noted.' }]) });
    const { createThread } = await api(`mutation($a: ID!) { createThread(input: {agentId: $a, customer: {name: "Vera"}, text: "before"}) { thread { id } } }`, { a: id });
    const t = createThread.thread.id;
    const { createThreadToken } = await api(`mutation($t: ID!) { createThreadToken(input: {threadId: $t}) { token } }`, { t });
    const page = await visitor();
    await page.goto(`${server}/chat/${id}#token=${createThreadToken.token}`);
    await sees(page, 'before', '.customer');
    check(!page.url().includes('prt_'), 'the token stands in the address');
    await write(page, 'after');
    await sees(page, 'after', '.customer');
    check(await threadOf(id) === t, 'another thread was begun');
    await page.reload();
    await sees(page, 'after', '.customer');
    await page.context().close();
  },

  /** A connection that is cut while something is said on both sides: all arrives, once, in order. */
  async cut() {
    const id = await agent({ name: 'A', script: say([{ name: 'rest', when: {}, say: 'Noted.' }]) });
    const way = await wire();
    try {
      const page = await visitor({}, true);
      await page.goto(`${way.url}/chat/${id}`);
      await write(page, 'one');
      await sees(page, 'Noted.', '.agent');
      const t = await threadOf(id);
      await api(`mutation($t: ID!) { takeOver(input: {threadId: $t}) { thread { id } } }`, { t });
      way.cut();
      await until('the page says so', async () => (await page.locator('.state').textContent()) === 'Connecting…');
      await write(page, 'two');
      await write(page, 'three');
      await api(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "meanwhile"}) { message { id } } }`, { t });
      await until('what waits is marked', async () => (await page.locator('.pending').count()) === 2);
      await until('it says that it tries again', async () => (await page.locator('.pending .note').first().textContent()).includes('tried again'));
      way.mend();
      await page.reload(); // what was not sent outlives the page
      await sees(page, 'meanwhile', '.operator');
      await until('all is sent', async () => (await page.locator('.pending').count()) === 0);
      way.cut();
      await until('the page says so again', async () => (await page.locator('.state').textContent()) === 'Connecting…');
      await api(`mutation($t: ID!) { sendOperatorMessage(input: {threadId: $t, text: "while you were away"}) { message { id } } }`, { t });
      way.mend();
      await sees(page, 'while you were away', '.operator');
      const { thread } = await api(`query($t: ID!) { thread(id: $t) { messages { edges { node { text } } } } }`, { t });
      const stored = thread.messages.edges.map((e) => e.node.text), shown = await messages(page).allTextContents();
      check(stored.filter((text) => ['two', 'three'].includes(text)).join() === 'two,three', `stored is ${stored}`);
      check(shown.join() === stored.join(), `the page shows ${shown}, stored is ${stored}`);
    } finally {
      way.close();
    }
  },

  /** Texts that would do something if they were taken for more than texts. */
  async hostile() {
    const text = corpus.join('\n');
    const id = await agent({ name: corpus[0], chat: { title: corpus[1] + corpus[2], greeting: text, placeholder: corpus[6] }, script: say([{ name: 'rest', when: {}, say: text.replaceAll('{{', '{') }]) });
    const page = await visitor();
    await page.goto(`${server}/chat/${id}`);
    check(await page.title() === (corpus[1] + corpus[2]), `the title is ${await page.title()}`);
    check(await page.locator('h1').textContent() === corpus[1] + corpus[2], 'the head is another one');
    await sees(page, text, '.agent');
    await write(page, text);
    await sees(page, text, '.customer');
    await sees(page, text.replaceAll('{{', '{'), '.agent');
    const t = await threadOf(id);
    await api(`mutation($t: ID!, $x: String!) { sendOperatorMessage(input: {threadId: $t, text: $x}) { message { id } } }`, { t, x: text });
    await sees(page, text, '.operator');
    await page.reload();
    await sees(page, text, '.operator');
    const strange = await page.evaluate(() => document.querySelectorAll('main script, main img, main svg, main iframe, main style, main b, [onmouseover]').length);
    check(strange === 0, `${strange} elements were made of texts`);
    const refused = await page.evaluate(() => new Promise((done) => {
      addEventListener('securitypolicyviolation', (e) => done(e.effectiveDirective));
      const s = document.createElement('script');
      s.textContent = 'globalThis.ran = true';
      document.body.append(s);
      setTimeout(() => done(globalThis.ran ? 'it ran' : 'nothing'), 2000);
    }));
    check(refused.startsWith('script-src'), `an inline script: ${refused}`);
    faults.splice(0, faults.length, ...faults.filter((f) => !/Content Security Policy/.test(f) || !/inline script/.test(f)));
  },

  /** The script for other pages: a button, a frame, and messages from nobody else. */
  async widget() {
    let id = '';
    const site = createSite((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>Shop</title><h1>Shop</h1><script src="${server}/widget.js" data-agent="${id}" data-label="Talk with us"></script>`);
    });
    await new Promise((done) => site.listen(0, '127.0.0.1', done));
    const shop = `http://localhost:${site.address().port}`;
    try {
      id = await agent({ name: 'A', allowedSites: [shop], script: say([{ name: 'rest', when: {}, say: 'Noted.' }]) });
      const page = await visitor({ viewport: { width: 1000, height: 800 } });
      await page.goto(shop);
      const button = page.getByRole('button', { name: 'Talk with us' });
      await button.click();
      const frame = page.frameLocator('iframe');
      await frame.getByLabel('Your message').fill('hello');
      await frame.getByRole('button', { name: 'Send' }).click();
      await frame.locator('.agent .text', { hasText: 'Noted.' }).waitFor();
      await page.evaluate(() => window.postMessage({ parley: 'close' }, '*')); // not from the frame
      check(await page.locator('iframe').isVisible(), 'anybody can close the frame');
      await frame.getByRole('button', { name: 'Close the chat' }).click();
      await page.locator('iframe').waitFor({ state: 'hidden' });
      check(await button.getAttribute('aria-expanded') === 'false', 'the button says that the frame is open');
      await button.click();
      await frame.locator('.agent .text', { hasText: 'Noted.' }).waitFor();
      check((await frame.getByLabel('Your message').evaluate((e) => e === document.activeElement)), 'the field has no focus');
      // A site that is not allowed shows nothing.
      const foreign = await visitor({}, true);
      await foreign.goto(`http://127.0.0.1:${site.address().port}`);
      await foreign.getByRole('button', { name: 'Talk with us' }).click();
      await until('the frame is refused', () => foreign.frames().length > 1 && foreign.frames()[1].url().startsWith('chrome-error:'));
      faults.splice(0, faults.length, ...faults.filter((f) => !/frame-ancestors/.test(f)));
    } finally {
      site.closeAllConnections();
      site.close();
    }
  },

  /** GraphiQL from this server, signed in by the session. */
  async graphiql() {
    await agent({ name: 'An agent to be seen' });
    const page = await visitor({ viewport: { width: 1200, height: 800 } }, true);
    const elsewhere = [];
    page.on('request', (r) => { if (!r.url().startsWith(server) && !r.url().startsWith('data:')) elsewhere.push(r.url()); });
    await page.goto(`${server}/graphiql`);
    await page.locator('input[name=key]').fill('prl_not_the_key_000000000000000000000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await until('a wrong key is refused', async () => (await page.locator('.sign-in [role=status]').textContent()).includes('unknown'));
    await page.locator('input[name=key]').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('(ADMIN)').waitFor();
    check(await page.evaluate(() => document.cookie) === '', 'scripts can read the cookie');
    const ask = async (query) => {
      await page.locator('.graphiql-query-editor .CodeMirror').click();
      await page.evaluate((q) => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue(q), query);
      await new Promise((done) => setTimeout(done, 400)); // the editor reads with a pause
      await page.getByRole('button', { name: /Execute query/ }).click();
    };
    const shows = (text) => until(`the answer shows ${text}`, async () => (await page.locator('.result-window').textContent()).includes(text));
    await ask('{ agents(where: {name: "An agent to be seen"}) { edges { node { name } } } }');
    await shows('An agent to be seen');
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByText('Subscription', { exact: true }).click();
    await page.locator('.graphiql-doc-explorer').getByText('workspaceEvents').first().waitFor();
    await ask('subscription { workspaceEvents(types: ["thread.created"]) { type } }');
    await until('an event comes', async () => {
      await api(`mutation($a: ID!) { createThread(input: {agentId: $a}) { thread { id } } }`, { a: (await api('{ agents { edges { node { id } } } }')).agents.edges[0].node.id });
      return (await page.locator('.result-window').textContent()).includes('thread.created');
    });
    check(elsewhere.length === 0, `it asks others: ${elsewhere}`);
  },
};

const names = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(parts);
const took = {};
try {
  for (const name of names) {
    const began = Date.now();
    await parts[name]();
    took[name] = Date.now() - began;
    check(faults.length === 0, `${name}: ${faults.join('; ')}`);
  }
  console.log(JSON.stringify(took));
} finally {
  await browser.close();
}
