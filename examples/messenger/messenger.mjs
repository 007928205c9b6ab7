// This program joins a messenger to an agent. What customers write there becomes messages of a thread; what the agent and
// operators write goes back by the webhook message.created.
//
//   PARLEY_URL=http://127.0.0.1:8080 PARLEY_KEY=prl_… AGENT=agt_… SECRET=whsec_… MESSENGER=https://messenger.example/send PORT=9001 \
//     node messenger.mjs
//
// The key needs the role APP. The integration is for message.created and the channel messenger:
//   createIntegration(input: {name: "messenger", url: "…/hook", eventTypes: ["message.created"], channels: ["messenger"]})
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { PARLEY_URL, PARLEY_KEY, AGENT, SECRET, MESSENGER, PORT } = process.env;

async function ask(query, variables) {
  const answer = await fetch(`${PARLEY_URL}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${PARLEY_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(`${errors[0].extensions.code}: ${errors[0].message}`);
  return data;
}

// A person of the messenger has one thread, known by the id of the chat there.
async function threadOf(chat, name) {
  const { thread } = await ask('query ($chat: String!) { thread(externalId: $chat) { id } }', { chat });
  if (thread) return thread.id;
  const made = await ask('mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } } }', {
    // Two messages may come at once: the same clientMutationId makes one thread.
    input: { agentId: AGENT, channel: 'messenger', externalId: chat, customer: { externalId: chat, name }, clientMutationId: `chat ${chat}` },
  });
  return made.createThread.thread.id;
}

// The messenger posts {chat, name, message, text} here. It may do so twice: clientMessageId makes one message of both.
async function fromMessenger({ chat, name, message, text }) {
  await ask('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }', {
    input: { threadId: await threadOf(chat, name), text, clientMessageId: message },
  });
}

// What customers wrote themselves comes by the webhook, too, and is not sent back. The messenger should take an id only once.
async function fromParley({ data }) {
  if (data.message.author === 'CUSTOMER') return;
  const answer = await fetch(MESSENGER, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ chat: data.external_id, message: data.message.id, text: data.message.text }),
  });
  if (!answer.ok) throw new Error(`the messenger answered ${answer.status}`);
}

function signed(headers, body) {
  const time = Number(headers['webhook-timestamp']);
  const want = createHmac('sha256', Buffer.from(SECRET.replace(/^whsec_/, ''), 'base64')).update(`${headers['webhook-id']}.${time}.`).update(body).digest();
  return Math.abs(Date.now() / 1000 - time) < 300 && (headers['webhook-signature'] ?? '').split(' ').some((one) => {
    const got = Buffer.from(one.replace(/^v1,/, ''), 'base64');
    return got.length === want.length && timingSafeEqual(got, want);
  });
}

createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  try {
    if (request.url === '/incoming') { // protect it by whatever your messenger signs with
      await fromMessenger(JSON.parse(body));
    } else if (!signed(request.headers, body)) {
      response.writeHead(401).end();
      return;
    } else {
      await fromParley(JSON.parse(body));
    }
    response.writeHead(204).end();
  } catch (error) { // either side tries again
    response.writeHead(502).end(String(error));
  }
}).listen(Number(PORT), '127.0.0.1');
