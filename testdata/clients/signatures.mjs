// Holds Parley's signatures against libraries that others wrote, both ways: what Parley signed is verified by them, and
// what they sign is printed for Parley to verify. Asymmetric signatures, which no library knows, are made and verified
// by Node's own crypto.
//
//   node signatures.mjs <QUESTION.json
//
// The question: secret ("whsec_…"), publicKey ("whpk_…"), requests (each with headers and body). The answer: requests
// (for each, which of standardwebhooks, svix and v1a took it), signed (the same bodies with headers by each of
// them), publicKey (the one that verifies those by v1a).
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Webhook as Standard } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';

// verifyAsymmetric says whether body was signed for publicKey ("whpk_…") less than five minutes ago.
function verifyAsymmetric(headers, body, publicKey) {
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(seconds)) <= 300)) return false;
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = Buffer.concat([Buffer.from(`${id}.${seconds}.`), Buffer.from(body)]);
  return signatures
    .split(' ')
    .filter((signature) => signature.startsWith('v1a,'))
    .some((signature) => verify(null, content, key, Buffer.from(signature.slice(4), 'base64')));
}

const question = JSON.parse(readFileSync(0, 'utf8'));
const libraries = { standardwebhooks: new Standard(question.secret), svix: new Svix(question.secret) };

function takes(library, { headers, body }) {
  try {
    library.verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

const pair = generateKeyPairSync('ed25519');
const answer = {
  requests: question.requests.map((request) => ({
    standardwebhooks: takes(libraries.standardwebhooks, request),
    svix: takes(libraries.svix, request),
    v1a: verifyAsymmetric(request.headers, request.body, question.publicKey),
  })),
  signed: [],
  publicKey: `whpk_${Buffer.from(pair.publicKey.export({ format: 'jwk' }).x, 'base64url').toString('base64')}`,
};
for (const { headers, body } of question.requests) {
  const id = headers['webhook-id'];
  const now = new Date();
  const seconds = String(Math.floor(now / 1000));
  const signatures = {
    standardwebhooks: libraries.standardwebhooks.sign(id, now, body),
    svix: libraries.svix.sign(id, now, body),
    v1a: `v1a,${sign(null, Buffer.from(`${id}.${seconds}.${body}`), pair.privateKey).toString('base64')}`,
  };
  for (const [by, signature] of Object.entries(signatures)) {
    const signed = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature };
    answer.signed.push({ by, headers: signed, body });
  }
}
console.log(JSON.stringify(answer));
