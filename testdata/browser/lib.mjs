// What the browser tests share: a browser, the API as the customer's side and the integrators use it, and waiting.
import { createServer, connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const [server, key] = [process.env.PARLEY_URL, process.env.PARLEY_KEY];

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** fail ends the test with what is wrong. */
export function fail(text) {
  throw new Error(text);
}

/** check fails unless it is true. */
export function check(truth, text) {
  if (!truth) fail(text);
}

/** api asks the API with a key, and answers with the data. */
export async function api(query, variables = {}, as = key) {
  const response = await fetch(`${server}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${as}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) fail(`${query.slice(0, 120)}: ${JSON.stringify(errors)}`);
  return data;
}

/** until waits for something to become true, and says what if it does not. */
export async function until(what, test, ms = 40_000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await test();
    if (found) return found;
    if (Date.now() > end) fail(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * open starts a browser for the tests of `run`, and ends it. Whatever a page reports as an error fails the test, and so does any
 * dialog: nothing of the console opens one.
 */
export async function open(run) {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });
  const faults = [];
  const window = async (options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(40_000); // much more than anything takes, for machines that are busy
    page.on('dialog', (dialog) => {
      faults.push(`a dialog opened: ${dialog.message()}`);
      dialog.dismiss().catch(() => undefined);
    });
    page.on('pageerror', (error) => faults.push(`the page failed: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      // A server that is away, as in the tests of a cut connection, is reported by the browser itself.
      if (page.attacked !== true && message.type() === 'error' && !/ERR_|WebSocket|status of (401|403|503)/.test(message.text())) faults.push(`the page reported: ${message.text()}`);
    });
    return page;
  };
  try {
    await run(window);
    if (faults.length > 0) fail(faults.join('\n'));
  } catch (error) {
    if (process.env.PARLEY_SHOT) {
      for (const [n, page] of browser.contexts().flatMap((c) => c.pages()).entries()) await page.screenshot({ path: `${process.env.PARLEY_SHOT}-${n}.png` }).catch(() => undefined);
    }
    throw faults.length > 0 ? new Error(`${error.message}\n${faults.join('\n')}`) : error;
  } finally {
    await browser.close();
  }
}

/** signIn opens a page of the console as whoever has the key. */
export async function signIn(page, path, as = key, at = server) {
  await page.goto(at + path);
  await page.getByLabel('API key').fill(as);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor({ state: 'attached' });
}

/** accessible is what axe finds on a page that is serious or critical, a sentence each. */
export async function accessible(page, where, rules) {
  // Not as a script of the page: its policy forbids that.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  const found = await page.evaluate((only) => window.axe.run(document, { resultTypes: ['violations'], ...only }), rules ?? { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] });
  const bad = found.violations.filter((v) => ['serious', 'critical'].includes(v.impact));
  return bad.map((v) => `${where}: ${v.id} (${v.help}): ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 300)} ${n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ''}`).join(' | ')}`);
}

/** wire is a way to the server that can be cut. */
export async function wire() {
  const target = new URL(server);
  const sockets = new Set();
  let cut = false;
  const proxy = createServer((near) => {
    if (cut) return void near.destroy();
    const far = connect(Number(target.port), target.hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => { sockets.delete(one); other.destroy(); });
      one.pipe(other);
    }
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    cut() { cut = true; for (const s of sockets) s.destroy(); },
    mend() { cut = false; },
    async close() { for (const s of sockets) s.destroy(); await new Promise((resolve) => proxy.close(resolve)); },
  };
}
