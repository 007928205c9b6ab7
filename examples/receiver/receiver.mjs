// This program receives webhooks: it verifies each, answers at once, and works on each event once.
//
//   SECRET=whsec_… PORT=9000 node receiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

// signed says whether body was signed with secret less than five minutes ago.
function signed(headers, body, secret) {
  const time = Number(headers['webhook-timestamp']);
  if (!(Math.abs(Date.now() / 1000 - time) < 300)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const content = `${headers['webhook-id']}.${time}.`;
  const want = createHmac('sha256', key).update(content).update(body).digest();
  return (headers['webhook-signature'] ?? '').split(' ').some((one) => {
    const got = Buffer.from(one.replace(/^v1,/, ''), 'base64');
    return got.length === want.length && timingSafeEqual(got, want);
  });
}

const seen = new Set(); // of ids; keep yours in your database
createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  if (!signed(request.headers, body, process.env.SECRET)) {
    response.writeHead(401).end('the signature is wrong');
    return;
  }
  response.writeHead(204).end(); // before the work: the answer is due within 20 seconds
  const event = JSON.parse(body);
  if (seen.has(event.id)) return;
  seen.add(event.id);
  console.log(event.type, event.id);
}).listen(Number(process.env.PORT), '127.0.0.1');
