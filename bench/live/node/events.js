// What the rivals in Node have in common: events of the shape and length of Parley's, a window, and what the load generator
// asks of every server.
import { readFileSync } from 'node:fs';

export const typeDefs = readFileSync(new URL('schema.graphql', import.meta.url), 'utf8');

const threadId = 'thr_01kb5h2x3y4z5a6b7c8d9e0f1g';
const cursorLength = 118;
let sequence = 0;

function base(type) {
  sequence++;
  return {
    id: 'evt_' + String(sequence).padStart(26, '0'), type, threadId, sequence,
    cursor: String(sequence).padStart(cursorLength, '0'), createdAt: new Date().toISOString(),
  };
}

export function created(text) {
  const e = { __typename: 'MessageCreated', ...base('message.created') };
  e.message = { id: 'msg_' + String(sequence).padStart(26, '0'), text, author: 'CUSTOMER', authorName: 'Customer', createdAt: e.createdAt };
  return e;
}

export function piece(offset, text) {
  return { __typename: 'MessageDelta', ...base('message.delta'), messageId: 'msg_' + '1'.padStart(26, '0'), offset, text };
}

// How long the publisher joins what comes; 0: it does not.
const windowed = parseInt(process.env.WINDOW ?? '0', 10);

// publisher hands events to send, or lists of those that came within a window to sendList.
export function publisher(send, sendList) {
  let pending = [];
  return (e) => {
    if (windowed === 0) return send(e);
    pending.push(e);
    if (pending.length === 1) {
      setTimeout(() => {
        const list = pending;
        pending = [];
        sendList(list);
      }, windowed);
    }
  };
}

// readTokens reads a text token by token, has what comes within a window handed over as one piece, and then the whole.
export function readTokens(request, sendList) {
  return new Promise((resolve, reject) => {
    let rest = '', offset = 0, text = '', whole = '', timer = null;
    const flush = () => {
      clearTimeout(timer);
      timer = null;
      if (text !== '') sendList([piece(offset, text)]);
      offset += text.length;
      text = '';
    };
    request.setEncoding('utf8');
    request.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const token of lines) {
        text += token;
        whole += token;
      }
      timer ??= setTimeout(flush, windowed);
    });
    request.on('end', () => {
      flush();
      sendList([created(whole)]);
      resolve();
    });
    request.on('error', reject);
  });
}

export function collect() {
  global.gc();
  global.gc();
}

export function listening(address) {
  console.log(`listening on 127.0.0.1:${address.port}`);
}
