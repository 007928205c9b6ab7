// Reads a stream as a browser does, by EventSource and a ticket, and prints one JSON object a line: each event with its id
// and what it holds, {"complete": true}, and {"error": status}. It ends with either of the last.
//
//   node eventsource.mjs URL TICKET QUERY VARIABLES
import { EventSource } from 'eventsource';

const [url, ticket, query, variables] = process.argv.slice(2);
const source = new EventSource(`${url}?${new URLSearchParams({ query, variables, ticket })}`);
source.addEventListener('next', ({ lastEventId, data }) => console.log(JSON.stringify({ id: lastEventId, ...JSON.parse(data) })));
source.addEventListener('complete', () => {
  console.log(JSON.stringify({ complete: true }));
  source.close();
});
source.onerror = (e) => {
  console.log(JSON.stringify({ error: e.code }));
  source.close();
};
