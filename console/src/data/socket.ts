import { createClient } from 'graphql-ws';
import { session, refused, whenSignedIn } from './session';
import { createStore } from './store';

/** How the console is connected. `idle` while nothing is followed. */
export interface Link {
  state: 'idle' | 'connecting' | 'online' | 'offline';
  /** Since when, in milliseconds. */
  since: number;
  /** How often the connection was made again: what was half heard before is void. */
  round: number;
}

export const link = createStore<Link>({ state: 'idle', since: Date.now(), round: 0 });

function enter(state: Link['state'], round = link.get().round): void {
  if (link.get().state !== state || link.get().round !== round) link.set({ state, since: Date.now(), round });
}

const pingEvery = 10_000;
const pongWithin = 5_000;
const longestPause = 8_000;

let pongTimer: ReturnType<typeof setTimeout> | undefined;

/** pause waits before the next try, or until the browser says that it is online. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
  });
}

/** The one WebSocket of the console. Its session is the cookie that the browser sends with the handshake. */
export const socket = createClient({
  url: () => `${location.origin.replace(/^http/, 'ws')}/graphql`,
  lazyCloseTimeout: 3_000,
  keepAlive: pingEvery,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: async (tries) => {
    if (session.get().state !== 'in') await whenSignedIn();
    else await pause(Math.min(longestPause, 300 * 2 ** Math.min(tries, 6)) * (0.7 + 0.6 * Math.random()));
  },
  on: {
    connecting: () => enter(link.get().state === 'online' || link.get().state === 'idle' ? 'connecting' : link.get().state),
    connected: (_socket, _payload, wasRetry) => enter('online', link.get().round + (wasRetry ? 1 : 0)),
    ping: (received) => {
      if (received) return;
      clearTimeout(pongTimer);
      pongTimer = setTimeout(() => socket.terminate(), pongWithin);
    },
    pong: (received) => {
      if (received) clearTimeout(pongTimer);
    },
    closed: (event) => {
      clearTimeout(pongTimer);
      const close = event as { code?: number; wasClean?: boolean };
      if (close.code === 4403) refused();
      enter(close.code === 1000 ? 'idle' : 'offline');
    },
  },
});

// A browser that lost its network may take minutes to notice it by itself.
addEventListener('offline', () => {
  if (link.get().state === 'online') socket.terminate();
});
