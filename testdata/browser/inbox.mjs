// The inbox with 2,000 threads and at least 50 events a second: it stays usable, and shows what the server has. How long it was
// busy at a stretch is measured. PARLEY_SOAK makes it longer.
import { api, check, open, pause, signIn, until } from './lib.mjs';

const threads = 2_000;
const perSecond = 50;
const seconds = process.env.PARLEY_SOAK ? 60 : 8;

const { createAgent } = await api(`mutation { createAgent(input: { name: "Front desk", quietMs: 8000, models: ["scripted"] }) { agent { id } } }`);
const agentId = createAgent.agent.id;

// Many in one request, and some requests side by side.
const ids = [];
const batch = 25;
const make = async (from) => {
  const fields = Array.from({ length: batch }, (_, n) => `t${n}: createThread(input: { agentId: "${agentId}", channel: "web", customer: { name: "Customer ${from + n}" } }) { thread { id } }`);
  ids.push(...Object.values(await api(`mutation { ${fields.join(' ')} }`)).map((t) => t.thread.id));
};
const began = Date.now();
const froms = Array.from({ length: threads / batch }, (_, n) => n * batch);
await Promise.all(Array.from({ length: 4 }, async () => {
  for (let from = froms.pop(); from !== undefined; from = froms.pop()) await make(from);
}));
console.log(`${threads} threads made in ${((Date.now() - began) / 1000).toFixed(1)} s`);

await open(async (window) => {
  const page = await window();
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((e) => e.duration))).observe({ type: 'longtask', buffered: true });
  });
  await signIn(page, '/inbox');
  await page.locator('.row').first().waitFor();
  await until('the count is right', async () => (await page.getByRole('radio', { name: /^Active 2,000$/ }).count()) === 1);

  // Interactive again, from the cache of the browser, as on every visit but the first.
  const navigated = Date.now();
  await page.reload();
  await page.locator('.row').first().waitFor();
  const ready = Date.now() - navigated;

  // To the end, page by page: only what is in sight is drawn.
  const rows = page.getByTestId('rows');
  await until('the last thread is loaded', async () => {
    await rows.evaluate((el) => el.scrollTo(0, el.scrollHeight));
    return (await page.locator(`[aria-setsize="${threads}"]`).count()) > 0;
  }, 120_000);
  check((await page.locator('.row').count()) < 60, `${await page.locator('.row').count()} rows are drawn at once`);
  await rows.evaluate((el) => el.scrollTo(0, 0));
  await pause(500);

  await page.evaluate(() => (window.longTasks.length = 0));
  let sent = 0;
  const failures = [];
  const write = (n) => api(`mutation($i: SendMessageInput!) { sendOperatorMessage(input: $i) { message { id } } }`, { i: { threadId: ids[(n * 7919) % threads], text: `message ${n}` } });
  const start = Date.now();
  const pending = [];
  const answers = [];
  while (Date.now() - start < seconds * 1000) {
    const due = Math.floor(((Date.now() - start) / 1000) * perSecond);
    for (; sent < due; sent++) pending.push(write(sent).catch((e) => failures.push(e.message)));
    if (sent % 100 < 5) {
      // A key is answered while all of that goes on.
      const before = Date.now();
      await page.keyboard.press('/');
      await page.locator('#inbox-search:focus').waitFor();
      answers.push(Date.now() - before);
      await page.keyboard.press('Escape');
    }
    await pause(20);
  }
  await Promise.all(pending);
  check(failures.length === 0, failures[0]);
  const long = await page.evaluate(() => window.longTasks);

  // Then it shows what the server has, in its order.
  const { threads: list } = await api(`{ threads(first: 10) { edges { node { id messageCount } } } }`);
  const want = list.edges.map((e) => e.node.id).join();
  await until('the list is that of the server', async () => {
    await rows.evaluate((el) => el.scrollTo(0, 0));
    return (await page.locator('.row').evaluateAll((all) => all.slice(0, 10).map((r) => r.dataset.thread))).join() === want;
  });

  const sum = long.reduce((a, b) => a + b, 0);
  console.log(`the list was there ${ready} ms after a reload`);
  console.log(`${sent} events in ${seconds} s (${(sent / seconds).toFixed(0)} a second): ${long.length} long tasks, longest ${Math.max(0, ...long).toFixed(0)} ms, ${((sum / seconds / 10)).toFixed(1)} % of the time; a key was answered within ${Math.max(...answers)} ms`);
  check(sum < seconds * 1000 * 0.5, 'the page was busy for more than half of the time');
});
console.log('ok');
