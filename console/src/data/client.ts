import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Client, fetchExchange, mapExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { cacheOptions } from './cache';
import { ApiError, NETWORK, fromCombined } from './errors';
import { refused } from './session';

// An answer to nobody says nothing about objects: without its data the cache keeps what it knows.
const sessionExchange = mapExchange({
  onResult(result) {
    const { error } = result;
    if (!error || !(error.response?.status === 401 || error.graphQLErrors.some((e) => e.extensions['code'] === 'UNAUTHENTICATED'))) return undefined;
    refused();
    return { ...result, data: undefined };
  },
});

const common = {
  url: '/graphql',
  preferGetMethod: false as const,
  fetchOptions: { credentials: 'same-origin' as const, headers: { accept: 'application/graphql-response+json, application/json' } },
};

/** What pages read by, with one object in the cache for each id. */
export const client = new Client({
  ...common,
  requestPolicy: 'cache-and-network',
  exchanges: [cacheExchange(cacheOptions), sessionExchange, fetchExchange],
});

// For what keeps its own state, such as the list of the inbox: thousands of answers that nobody asks for again.
const direct = new Client({ ...common, requestPolicy: 'network-only', exchanges: [sessionExchange, fetchExchange] });

/** ask reads something once, past the cache, and throws an ApiError. */
export async function ask<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const result = await direct.query(document, variables as never).toPromise();
  if (result.error) throw fromCombined(result.error);
  if (!result.data) throw new ApiError('', NETWORK, true);
  return result.data as Data;
}

/** newId is an id for a mutation or a message, also where the page was not loaded by https. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

const tries = 4;

/**
 * change carries out a mutation, and throws an ApiError. One that may not have arrived is sent again with the same
 * clientMutationId, so that it is carried out once.
 */
export async function change<Data, Input extends { clientMutationId?: string | null }>(
  document: TypedDocumentNode<Data, { input: Input }>,
  input: Input,
): Promise<Data> {
  const variables = { input: { clientMutationId: newId(), ...input } };
  for (let n = 1; ; n++) {
    const result = await client.mutation(document, variables as never).toPromise();
    if (result.data && !result.error) return result.data as Data;
    const error = result.error ? fromCombined(result.error) : new ApiError('', NETWORK, true);
    const again = error.code === NETWORK || (error.retryable && error.code !== 'THREAD_BUSY');
    if (!again || n === tries) throw error;
    await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** n));
  }
}
