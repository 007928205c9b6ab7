// Verifies recorded webhooks with the published library, as a receiver would have done when each one arrived. It prints
// how many it verified, and ends with code 1 if any is not genuine or there are none.
//
//   node verify.mjs LOGFILE SECRETS.json
//
// LOGFILE has one JSON object a line: at (time of arrival), integration, headers, body (as it came). SECRETS.json has
// the secrets of each integration: {"name": ["whsec_…"]}. The runner of the examples writes both with --log.
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

const [logFile, secretsFile] = process.argv.slice(2);
if (!logFile || !secretsFile) {
  console.error('usage: node verify.mjs LOGFILE SECRETS.json');
  process.exit(2);
}
const secrets = JSON.parse(readFileSync(secretsFile, 'utf8'));
const lines = readFileSync(logFile, 'utf8').split('\n').filter(Boolean);

// The library compares timestamps with the clock: it has to read what it was on arrival.
const now = Date.now;
function verify({ at, integration, headers, body }) {
  Date.now = () => Date.parse(at);
  try {
    let reason = new Error(`no secret of ${integration} is known`);
    for (const secret of secrets[integration] ?? []) {
      try {
        return new Webhook(secret).verify(body, headers);
      } catch (error) {
        reason = error;
      }
    }
    throw reason;
  } finally {
    Date.now = now;
  }
}

let failed = 0;
lines.forEach((line, index) => {
  try {
    const request = JSON.parse(line);
    const payload = verify(request);
    if (payload.id !== request.headers['webhook-id']) {
      throw new Error(`webhook-id ${request.headers['webhook-id']} carries the event ${payload.id}`);
    }
  } catch (error) {
    failed += 1;
    console.error(`line ${index + 1}: ${error.message}`);
  }
});
console.log(`${lines.length - failed} of ${lines.length} webhooks verified`);
process.exitCode = failed > 0 || lines.length === 0 ? 1 : 0;
