import type { CallPartsFragment, MessagePartsFragment, NotePartsFragment, ThreadEventsSubscription, TurnPartsFragment } from './thread.generated';

export type Message = MessagePartsFragment;
export type Note = NotePartsFragment;
export type Call = CallPartsFragment;
export type Turn = TurnPartsFragment;
export type ThreadEvent = ThreadEventsSubscription['threadEvents'];

/** A text that the agent is still writing. */
export interface Piece {
  messageId: string;
  turnId: string;
  text: string;
  /** Of the text, in Unicode code points. */
  length: number;
  startedAt: string;
}

/** Somebody who is at the thread. */
export interface Person {
  key: string;
  author: string;
  name: string;
  typing: boolean;
}

/** What was said, done and noted in a thread, and what is under way in it. */
export interface Timeline {
  messages: ReadonlyMap<string, Message>;
  notes: ReadonlyMap<string, Note>;
  turns: ReadonlyMap<string, Turn>;
  calls: ReadonlyMap<string, Call>;
  pieces: ReadonlyMap<string, Piece>;
  people: ReadonlyMap<string, Person>;
}

export const emptyTimeline: Timeline = {
  messages: new Map(), notes: new Map(), turns: new Map(), calls: new Map(), pieces: new Map(), people: new Map(),
};

function put<V extends { id: string }>(map: ReadonlyMap<string, V>, ...values: readonly V[]): ReadonlyMap<string, V> {
  const next = new Map(map);
  for (const value of values) next.set(value.id, value);
  return next;
}

function without(pieces: ReadonlyMap<string, Piece>, gone: (p: Piece) => boolean): ReadonlyMap<string, Piece> {
  if (![...pieces.values()].some(gone)) return pieces;
  return new Map([...pieces].filter(([, p]) => !gone(p)));
}

/** What the API answers about a thread, or a part of it. */
export interface Loaded {
  messages: { edges: readonly ({ node: Message | null } | null)[] | null };
  notes?: readonly Note[] | null;
  turns: readonly (Turn & { calls: readonly Call[] | null })[];
}

/** load adds what the API has answered to a timeline. */
export function load(to: Timeline, thread: Loaded): Timeline {
  const messages = (thread.messages.edges ?? []).flatMap((e) => (e?.node ? [e.node] : []));
  return {
    ...to,
    messages: put(to.messages, ...messages),
    notes: put(to.notes, ...(thread.notes ?? [])),
    turns: put(to.turns, ...thread.turns),
    calls: put(to.calls, ...thread.turns.flatMap((t) => t.calls ?? [])),
  };
}

/** apply is the timeline after an event. Events that were seen already change nothing. */
export function apply(to: Timeline, event: ThreadEvent): Timeline {
  switch (event.__typename) {
    case 'MessageCreated':
      return { ...to, messages: put(to.messages, event.message), pieces: without(to.pieces, (p) => p.messageId === event.message.id) };
    case 'NoteAdded':
      return event.note ? { ...to, notes: put(to.notes, event.note) } : to;
    case 'CallChanged':
      return event.call ? { ...to, calls: put(to.calls, event.call) } : to;
    case 'TurnChanged': {
      const over = event.type === 'turn.ended' || event.type === 'turn.resumed';
      return { ...to, turns: put(to.turns, event.turn), pieces: over ? without(to.pieces, (p) => p.turnId === event.turn.id) : to.pieces };
    }
    case 'MessageDelta':
      return { ...to, pieces: grow(to, event) };
    case 'PresenceChanged': {
      const key = event.personId ?? event.author;
      const people = new Map(to.people);
      if (event.present) people.set(key, { key, author: event.author, name: event.name, typing: event.typing });
      else people.delete(key);
      return { ...to, people };
    }
    default:
      return to;
  }
}

function grow(to: Timeline, d: Extract<ThreadEvent, { __typename: 'MessageDelta' }>): ReadonlyMap<string, Piece> {
  if (d.dropped || to.messages.has(d.messageId)) return without(to.pieces, (p) => p.messageId === d.messageId);
  const before = to.pieces.get(d.messageId);
  const next = new Map(to.pieces);
  const more = [...d.piece].length;
  if (d.offset === 0) {
    next.set(d.messageId, { messageId: d.messageId, turnId: d.turnId, text: d.piece, length: more, startedAt: d.createdAt });
  } else if (before && before.length === d.offset) {
    next.set(d.messageId, { ...before, text: before.text + d.piece, length: before.length + more });
  } // what does not join on will come with the message
  return next;
}

/** cut is the timeline after the connection was lost: what was half heard is void. */
export function cut(to: Timeline): Timeline {
  return { ...to, pieces: new Map(), people: new Map() };
}

/** One thing on the screen, in the order of time. */
export type Item =
  | { kind: 'message'; key: string; at: string; message: Message }
  | { kind: 'note'; key: string; at: string; note: Note }
  | { kind: 'call'; key: string; at: string; call: Call }
  | { kind: 'turn'; key: string; at: string; turn: Turn };

const quiet = new Set(['ANSWERED', 'SUPERSEDED']);

/**
 * items are what is shown of a timeline; whole says that there are no older messages to be loaded. Turns are shown when they
 * ended otherwise than with an answer.
 */
export function items(of: Timeline, whole: boolean): Item[] {
  const first = [...of.messages.values()].reduce((min, m) => (m.createdAt < min ? m.createdAt : min), '~');
  const shown: Item[] = [
    ...[...of.messages.values()].map((message): Item => ({ kind: 'message', key: message.id, at: message.createdAt, message })),
    ...[...of.notes.values()].map((note): Item => ({ kind: 'note', key: note.id, at: note.createdAt, note })),
    ...[...of.calls.values()].map((call): Item => ({ kind: 'call', key: call.id, at: call.createdAt, call })),
    ...[...of.turns.values()]
      .filter((t) => t.state === 'ENDED' && t.reason && !quiet.has(t.reason))
      .map((turn): Item => ({ kind: 'turn', key: turn.id, at: turn.endedAt ?? turn.createdAt, turn })),
  ];
  const order = (a: Item, b: Item) => {
    if (a.kind === 'message' && b.kind === 'message') return a.message.sequence - b.message.sequence;
    return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
  };
  // Older calls and notes wait until the messages around them are loaded.
  return shown.filter((i) => whole || i.at >= first).sort(order);
}

/** liveTurn is the turn that is under way, if there is one. */
export function liveTurn(of: Timeline): Turn | undefined {
  return [...of.turns.values()].find((t) => t.state !== 'ENDED');
}
