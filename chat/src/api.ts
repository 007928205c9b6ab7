/** Requests to the public API of the server that the page came from. */

import { createClient, type Client } from 'graphql-ws';
import type { TypedDocumentString } from './chat.generated';

/** Why a request failed. Retry says whether it may succeed later, and after how many milliseconds at the earliest. */
export class ApiError extends Error {
  constructor(message: string, readonly code: string, readonly retry: boolean, readonly afterMs = 0) {
    super(message);
  }
}

interface Answer<R> {
  data?: R | null;
  errors?: { message: string; extensions?: { code?: string; retryable?: boolean; retryAfterSeconds?: number } }[];
}

const requestMs = 30_000;

/** Asks once. The error is always an ApiError. */
export async function request<R, V>(document: TypedDocumentString<R, V>, variables: V, token?: string): Promise<R> {
  let answer: Answer<R>;
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      credentials: 'omit',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query: document.toString(), variables }),
      signal: AbortSignal.timeout(requestMs),
    });
    answer = (await response.json()) as Answer<R>;
  } catch (cause) {
    throw new ApiError(String(cause), 'NETWORK', true);
  }
  const first = answer.errors?.[0];
  if (first || !answer.data) {
    const { code = 'INTERNAL', retryable = true, retryAfterSeconds = 0 } = first?.extensions ?? {};
    throw new ApiError(first?.message ?? 'no answer', code, retryable, retryAfterSeconds * 1000);
  }
  return answer.data;
}

const pingMs = 12_000;
const pongMs = 6_000;

/** A connection for subscriptions. It does not connect again by itself: whoever follows knows where to go on. */
export function connect(token: string, state: (connected: boolean) => void): Client {
  const url = new URL('/graphql', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  let socket: WebSocket | undefined;
  let late: ReturnType<typeof setTimeout> | undefined;
  return createClient({
    url: url.href,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    keepAlive: pingMs,
    on: {
      opened: (s) => { socket = s as WebSocket; },
      connected: () => state(true),
      closed: () => { clearTimeout(late); state(false); },
      ping: (received) => {
        if (!received) late = setTimeout(() => socket?.close(4408, 'no pong'), pongMs);
      },
      pong: (received) => { if (received) clearTimeout(late); },
    },
  });
}
