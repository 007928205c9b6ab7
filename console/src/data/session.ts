import { createStore } from './store';

/**
 * Whether somebody is signed in. `unknown` until the server was asked; `expired` when it was so and the server has ended
 * it, in which case everything on the screen stays as it is until the same person, or another, signs in.
 */
export type SessionState = 'unknown' | 'out' | 'in' | 'expired';

export interface Session {
  state: SessionState;
  /** Counts sign-ins: what failed for want of a session is asked for again when it changes. */
  epoch: number;
}

export const session = createStore<Session>({ state: 'unknown', epoch: 0 });

export function signedIn(): void {
  session.set({ state: 'in', epoch: session.get().epoch + 1 });
}

export function signedOut(): void {
  session.set({ ...session.get(), state: 'out' });
}

let check: () => Promise<boolean> = () => Promise.resolve(false);
let checking = false;

/** checkBy sets how to find out whether the session goes on. */
export function checkBy(way: () => Promise<boolean>): void {
  check = way;
}

/**
 * refused is called when the server knew nobody behind a request. That may have been sent, or a socket opened, before somebody
 * signed in again: so the server is asked whether the session that there is now goes on.
 */
export function refused(): void {
  const { state } = session.get();
  if (state === 'unknown') signedOut();
  if (state !== 'in' || checking) return;
  checking = true;
  check()
    .then((goesOn) => {
      if (!goesOn && session.get().state === 'in') session.set({ ...session.get(), state: 'expired' });
    })
    .finally(() => (checking = false));
}

/** whenSignedIn resolves at once, or as soon as somebody signs in. */
export function whenSignedIn(): Promise<void> {
  if (session.get().state === 'in') return Promise.resolve();
  return new Promise((resolve) => {
    const stop = session.subscribe(() => {
      if (session.get().state !== 'in') return;
      stop();
      resolve();
    });
  });
}
