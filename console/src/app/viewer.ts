import { ask } from '../data/client';
import { ApiError } from '../data/errors';
import { checkBy, refused, session, signedIn, signedOut } from '../data/session';
import { createStore } from '../data/store';
import type { Role } from '../generated/schema';
import { SignInDocument, SignOutDocument, ViewerDocument, type ViewerQuery } from './viewer.generated';

/** Who is signed in. */
export interface Viewer {
  id: string;
  name: string;
  role: Role;
  workspace: string;
}

export const viewer = createStore<Viewer | undefined>(undefined);

function read({ viewer: v }: ViewerQuery): Viewer {
  return { id: v.apiKey?.id ?? '', name: v.name, role: v.role, workspace: v.workspace.name };
}

/** begin asks who is signed in. Failures other than a missing session are thrown. */
export async function begin(): Promise<void> {
  try {
    const now = read(await ask(ViewerDocument, {}));
    const before = viewer.get();
    if (before && before.id !== now.id) location.reload(); // nothing on the screen is theirs
    viewer.set(now);
    signedIn();
  } catch (error) {
    if (error instanceof ApiError && error.code === 'UNAUTHENTICATED') refused();
    else throw error;
  }
}

// A server that cannot be reached has ended no session.
checkBy(() => ask(ViewerDocument, {}).then(() => true, (error: unknown) => !(error instanceof ApiError && error.code === 'UNAUTHENTICATED')));

/** signIn trades a key for a session, which is a cookie that scripts cannot read. */
export async function signIn(key: string): Promise<void> {
  await ask(SignInDocument, { input: { key } });
  await begin();
}

/** signOut ends the session, and leaves nothing of it on the screen. */
export async function signOut(): Promise<void> {
  await ask(SignOutDocument, { input: {} });
  signedOut();
  sessionStorage.clear();
  location.assign('/');
}

/** may says whether the viewer has one of the roles. */
export function may(who: Viewer | undefined, ...roles: Role[]): boolean {
  return who !== undefined && roles.includes(who.role) && session.get().state !== 'out';
}
