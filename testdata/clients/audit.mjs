// Holds a server against the GraphQL-over-HTTP specification with the audits of the npm package graphql-http. It prints how
// many passed, ends with code 1 if any did not, and says which.
//
//   node audit.mjs URL KEY
import { serverAudits } from 'graphql-http';

const [url, key] = process.argv.slice(2);
const fetchFn = (input, init) => fetch(input, { ...init, headers: { ...init?.headers, authorization: `Bearer ${key}` } });
const audits = serverAudits({ url, fetchFn });
let failed = 0;
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status !== 'ok') {
    failed += 1;
    console.log(`${audit.id} ${result.status}: ${audit.name}: ${result.reason}`);
  }
}
console.log(`${audits.length - failed} of ${audits.length} audits passed`);
process.exitCode = failed > 0 ? 1 : 0;
