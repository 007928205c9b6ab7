import { change, newId } from '../data/client';
import { ApiError, NETWORK, sentence } from '../data/errors';
import { link } from '../data/socket';
import { createStore } from '../data/store';
import { AddNoteDocument, type MessagePartsFragment, type NotePartsFragment, SendOperatorMessageDocument } from './thread.generated';

/** Something that was typed and is on its way. It stays until the server has it, also over a reload of the page. */
export interface Outgoing {
  /** Both the message's and the mutation's: sent twice it is stored once. */
  id: string;
  threadId: string;
  kind: 'message' | 'note';
  text: string;
  at: string;
  error?: string;
}

const storage = 'parley.outbox';

function kept(): Outgoing[] {
  try {
    return JSON.parse(sessionStorage.getItem(storage) ?? '[]') as Outgoing[];
  } catch {
    return [];
  }
}

export const outbox = createStore<readonly Outgoing[]>(kept());
outbox.subscribe(() => {
  try {
    sessionStorage.setItem(storage, JSON.stringify(outbox.get()));
  } catch {
    // it is on the screen all the same
  }
});

const sending = new Set<string>();
const arrivals = new Set<(threadId: string, arrived: { message?: MessagePartsFragment; note?: NotePartsFragment }) => void>();

/** onArrival is told what the server has stored. */
export function onArrival(listener: typeof arrivals extends Set<infer L> ? L : never): () => void {
  arrivals.add(listener);
  return () => arrivals.delete(listener);
}

/** send puts a text on its way, and shows it at once. */
export function send(threadId: string, kind: Outgoing['kind'], text: string): void {
  const out: Outgoing = { id: newId(), threadId, kind, text, at: new Date().toISOString() };
  outbox.set([...outbox.get(), out]);
  void post(out);
}

/** arrived takes out what the server has. */
export function arrived(id: string): void {
  outbox.set(outbox.get().filter((o) => o.id !== id));
}

/** again tries once more. */
export function again(id: string): void {
  const out = outbox.get().find((o) => o.id === id);
  if (out) void post(out);
}

async function post(out: Outgoing): Promise<void> {
  if (sending.has(out.id)) return;
  sending.add(out.id);
  mark(out.id, undefined);
  try {
    const input = { clientMutationId: out.id, threadId: out.threadId, text: out.text };
    if (out.kind === 'message') {
      const { sendOperatorMessage } = await change(SendOperatorMessageDocument, { ...input, clientMessageId: out.id });
      for (const tell of arrivals) tell(out.threadId, { message: sendOperatorMessage.message });
    } else {
      const { addNote } = await change(AddNoteDocument, input);
      for (const tell of arrivals) tell(out.threadId, { note: addNote.note });
    }
    arrived(out.id);
  } catch (error) {
    mark(out.id, sentence(error));
    if (error instanceof ApiError && (error.code === NETWORK || error.code === 'UNAUTHENTICATED')) waiting.add(out.id);
  } finally {
    sending.delete(out.id);
  }
}

function mark(id: string, error: string | undefined): void {
  outbox.set(outbox.get().map((o) => (o.id === id ? { ...o, error } : o)));
}

// What failed for want of a connection or a session goes when there is one again.
const waiting = new Set<string>(outbox.get().map((o) => o.id));
link.subscribe(() => {
  if (link.get().state !== 'online') return;
  for (const id of waiting) again(id);
  waiting.clear();
});
