// A small app whose types come from /schema.graphql alone. It is checked strictly, and then run:
//
//   node out/client.js URL KEY
//
// It prints what it has read, and fails with a sentence.
import { Client, fetchExchange, subscriptionExchange, type AnyVariables, type OperationResult } from '@urql/core';
import { createClient } from 'graphql-ws';
import { CreateAgentDocument, CreateThreadDocument, FollowDocument, PageDocument, SayDocument } from './generated/graphql';

declare function require(name: 'ws'): unknown;
declare const process: { argv: string[]; exit(code: number): never };

const [, , url = '', key = ''] = process.argv;
const authorization = `Bearer ${key}`;
const socket = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: require('ws'), connectionParams: { authorization } });
const client = new Client({
  url,
  preferGetMethod: false,
  fetchOptions: { headers: { authorization } },
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? '' }, sink) }),
      }),
    }),
  ],
});

function data<T, V extends AnyVariables>(result: OperationResult<T, V>): T {
  if (result.error || result.data === undefined) throw result.error ?? new Error('no data');
  return result.data;
}

async function textsOf(thread: string, before: string | null): Promise<string[]> {
  const read = data(await client.query(PageDocument, { thread, before })).thread;
  if (!read) throw new Error('the thread is gone');
  const { edges, pageInfo } = read.messages;
  const texts = (edges ?? []).flatMap((edge) => edge?.node?.text ?? []);
  return pageInfo.hasPreviousPage ? [...await textsOf(thread, pageInfo.startCursor ?? null), ...texts] : texts;
}

async function run(): Promise<void> {
  const { agent } = data(await client.mutation(CreateAgentDocument, { input: { name: 'Typed', quietMs: 0 } })).createAgent;
  const { thread } = data(await client.mutation(CreateThreadDocument, { input: { agentId: agent.id, channel: 'web', metadata: { order: 7 } } })).createThread;
  const status: 'OPEN' | 'WAITING_FOR_OPERATOR' | 'OPERATOR' | 'CLOSED' = thread.status;
  const made: Date = new Date(thread.createdAt);
  console.log(agent.name, status, Number.isNaN(made.getTime()) ? 'never' : 'made');
  for (const text of ['one', 'two', 'three']) {
    const { message } = data(await client.mutation(SayDocument, { input: { threadId: thread.id, text } })).sendOperatorMessage;
    if (message.author !== 'OPERATOR') throw new Error(`by ${message.author}`);
  }

  console.log((await textsOf(thread.id, null)).join(' '));

  const heard: string[] = [];
  await new Promise<void>((done, failed) => {
    client.subscription(FollowDocument, { thread: thread.id, after: thread.cursor }).subscribe((result) => {
      if (result.error) { failed(result.error); return; }
      const event = result.data?.threadEvents;
      if (event?.__typename === 'MessageCreated') heard.push(event.message.text);
      if (event?.__typename === 'TagChanged') heard.push(event.tag);
      if (heard.length === 3) done();
    });
  });
  console.log(heard.join(' '));
}

// What the types must refuse. It is checked, and never called.
export async function refused(): Promise<void> {
  // @ts-expect-error a value of another type
  await client.mutation(CreateAgentDocument, { input: { name: 7 } });
  // @ts-expect-error a variable that is missing
  await client.query(PageDocument, {});
  // @ts-expect-error a field that was not asked for
  console.log(data(await client.mutation(CreateAgentDocument, { input: { name: 'A' } })).createAgent.agent.instructions);
  // @ts-expect-error a type that events do not have
  if (data(await client.subscription(FollowDocument, { thread: 't' }).toPromise()).threadEvents.__typename === 'Nothing') throw new Error();
}

run().then(() => process.exit(0), (e: unknown) => { console.error(e); process.exit(1); });
