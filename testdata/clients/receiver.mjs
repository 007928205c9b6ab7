// This program receives webhooks by the library of Standard Webhooks, and prints them.
//
//   SECRET=whsec_… PORT=9000 node receiver.mjs
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.SECRET);
createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  let event;
  try {
    event = webhook.verify(Buffer.concat(pieces).toString(), request.headers);
  } catch {
    response.writeHead(401).end('the signature is wrong');
    return;
  }
  response.writeHead(204).end(); // answer first, work later
  console.log(event.type, event.id);
}).listen(Number(process.env.PORT), '127.0.0.1');
