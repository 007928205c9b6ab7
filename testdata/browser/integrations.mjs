// An integration is made at the console, tested, fails, is mended, sent again, replayed, and held and released. The receiver
// verifies each request by the code that the console shows.
import { createServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { api, check, open, signIn, until } from './lib.mjs';
import { dialogue, florist } from './florist.mjs';

let status = 204;
const received = [];
const receiver = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  received.push({ headers: request.headers, body: Buffer.concat(parts) });
  response.writeHead(status).end(status === 204 ? undefined : 'the list is being painted');
});
await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const folder = mkdtempSync(join(tmpdir(), 'parley-verify-'));
const count = (id) => received.filter((r) => r.headers['webhook-id'] === id).length;

try {
  await open(async (window) => {
    const agentId = await florist();
    const page = await window();
    await signIn(page, '/integrations');
    await page.getByRole('button', { name: 'New integration' }).click();
    const form = page.getByRole('dialog', { name: 'New integration' });
    await form.getByLabel('Name').fill('Customer list');
    await form.getByLabel('Address').fill(`http://127.0.0.1:${receiver.address().port}/parley`);
    await form.getByRole('button', { name: 'Example of message.created' }).click();
    await form.locator('pre', { hasText: '"message.created"' }).waitFor();
    await form.getByRole('checkbox', { name: 'message.created' }).check();
    await form.getByRole('checkbox', { name: 'interest.shown' }).check();
    await form.getByRole('button', { name: 'Make the integration' }).click();

    // The secret is shown once, with code that verifies by it.
    const once = page.getByRole('dialog', { name: 'The secret of the integration' });
    const secret = (await once.locator('pre').first().textContent()).trim();
    check(secret.startsWith('whsec_'), `the secret is ${secret}`);
    await once.getByRole('tab', { name: 'Node' }).click();
    const code = await once.getByRole('tabpanel', { name: 'Node' }).locator('pre').textContent();
    writeFileSync(join(folder, 'verify.mjs'), code);
    const { verify } = await import(join(folder, 'verify.mjs'));
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Customer list' }).waitFor();
    check(!(await page.content()).includes(secret), 'the secret is still in the page');

    await page.getByRole('tab', { name: 'Test' }).click();
    await page.getByRole('button', { name: 'Send the sample' }).click();
    await page.locator('[data-outcome=SUCCEEDED]').waitFor();
    check(received.at(-1).headers['webhook-test'] === 'true', 'the sample is not marked as a test');

    // It fails: every attempt can be read, with what came back.
    status = 500;
    const priya = await dialogue(agentId, 'Priya Nair');
    await priya.say('Hello! What do tulips cost these days?');
    await page.getByRole('tab', { name: 'Deliveries' }).click();
    await page.locator('[data-delivery=PENDING]').first().waitFor();
    await page.locator('[data-health=FAILING], [data-health=OPEN]').waitFor();
    const row = page.getByRole('row', { name: /message\.created/ }).last();
    await row.getByRole('button').click();
    const drawer = page.getByRole('dialog', { name: 'Delivery' });
    await drawer.getByText('Refused 500').first().waitFor();
    await drawer.getByText('the list is being painted').first().waitFor();

    // Mended, and sent again by hand.
    status = 204;
    const failed = received.at(-1).headers['webhook-id'];
    await drawer.getByRole('button', { name: 'Send again' }).click();
    await drawer.getByText('Delivered').first().waitFor();
    await page.keyboard.press('Escape');
    const node = await until('all is delivered', async () => {
      const { integrations } = await api(`{ integrations { edges { node { id backlog { pending running } } } } }`);
      const [{ node: i }] = integrations.edges;
      if (i.backlog.pending + i.backlog.running === 0) return i;
      const { deliveries } = await api(`query($i: ID!) { deliveries(where: { integrationID: $i, state: PENDING }) { edges { node { id } } } }`, { i: i.id });
      for (const e of deliveries.edges) await api(`mutation($i: ResendDeliveryInput!) { resendDelivery(input: $i) { delivery { id } } }`, { i: { deliveryId: e.node.id } }).catch(() => undefined);
      return undefined;
    });
    check(count(failed) >= 2, 'what was sent again had another id');

    // Replayed: each once more, with the same id.
    const before = count(failed);
    await page.getByRole('tab', { name: 'Replay' }).click();
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.locator('[data-replay=DONE][data-waiting="0"]').waitFor({ timeout: 30_000 });
    check(count(failed) === before + 1, `after the replay it came ${count(failed) - before} times`);

    // Held while it is disabled, and released.
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Enable' }).waitFor();
    const so = received.length;
    await priya.say('And lilies?');
    await until('the agent has answered', async () => (await priya.texts('AGENT')).length >= 2);
    await page.reload();
    await page.getByText(/deliveries are held/).waitFor();
    check(received.length === so, 'something was sent while it was disabled');
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('button', { name: 'Release them' }).click();
    await until('what was held has come', () => received.length >= so + 2);
    await page.getByText(/deliveries are held/).waitFor({ state: 'detached' });

    const bad = received.filter((r) => !verify(r.headers, r.body, secret));
    check(bad.length === 0, `${bad.length} of ${received.length} requests do not verify`);
    check(!verify(received[0].headers, Buffer.from('{}'), secret), 'another body verifies');
    void node;
  });
} finally {
  receiver.close();
  receiver.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}
console.log('ok');
