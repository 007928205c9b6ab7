/** The dialogue as this page knows it. It talks with the server, and tells the view what has changed. */

import { ApiError, connect, request } from './api';
import {
  OpenThreadDocument, RenewTokenDocument, SendMessageDocument, SetPresenceDocument, StartChatDocument,
  ThreadEventsDocument, type MessageFieldsFragment, type ThreadEventsSubscription,
} from './chat.generated';
import { Memory, randomId, type Session } from './memory';

export type Message = MessageFieldsFragment;

export interface State {
  messages: Message[];
  /** Texts that are being written, by the message that they will be. */
  drafts: Map<string, string>;
  /** Who types, by name. */
  typing: string[];
  connection: 'none' | 'connecting' | 'connected';
  closed: boolean;
  ended: boolean;
  unavailable: boolean;
  earlier: string | null;
}

type Event = ThreadEventsSubscription['threadEvents'];

const pauseMs = [500, 1000, 2000, 4000, 8000, 15_000];
const presentEveryMs = 45_000;
const typingEveryMs = 4_000;
const typingForMs = 10_000;
const renewBeforeMs = 3 * 24 * 3600_000;

export class Dialogue {
  readonly state: State = { messages: [], drafts: new Map(), typing: [], connection: 'none', closed: false, ended: false, unavailable: false, earlier: null };
  private cursor: string | null = null;
  private sending = false;
  private failures = 0;
  private typers = new Map<string, ReturnType<typeof setTimeout>>();
  private saidTyping = 0;
  private following?: AbortController;
  private wake: () => void = () => {};
  private later?: ReturnType<typeof setTimeout>;

  readonly memory: Memory;

  constructor(private readonly agentId: string, private readonly changed: () => void) {
    this.memory = new Memory(agentId, () => {
      if (this.session && this.state.connection === 'none') this.follow(); // begun in another window
      changed();
    });
    addEventListener('online', () => { this.wake(); this.flush(); });
    document.addEventListener('visibilitychange', () => this.present());
    setInterval(() => { this.present(); void this.renew(); }, presentEveryMs);
  }

  /** Takes up the dialogue that the browser knows, if there is one. */
  begin(): void {
    if (this.session) this.follow();
    this.flush();
  }

  /** Uses a token that the site's own server has made. */
  use(token: string): void {
    if (token.startsWith('prt_') && token !== this.session?.token) {
      this.memory.change({ session: { threadId: '', token, expiresAt: '' }, starting: undefined, pending: [] });
    }
  }

  private get session(): Session | undefined { return this.memory.kept.session; }

  /** Sends a text, now or as soon as it can be. */
  say(text: string): void {
    this.memory.change({ pending: [...this.memory.kept.pending, { id: randomId(), text }], draft: '' });
    this.saidTyping = 0;
    this.state.ended = false;
    this.changed();
    this.flush();
  }

  again(id: string): void {
    this.memory.change({ pending: this.memory.kept.pending.map((p) => (p.id === id ? { id, text: p.text } : p)) });
    this.failures = 0;
    this.changed();
    this.flush();
  }

  forget(id: string): void {
    this.memory.change({ pending: this.memory.kept.pending.filter((p) => p.id !== id) });
    this.changed();
  }

  /** Sends what waits, in order. One that was stored though the answer was lost is not stored twice: its id stays the same. */
  private flush(): void {
    clearTimeout(this.later);
    if (!this.sending) void this.sendAll();
  }

  private async sendAll(): Promise<void> {
    this.sending = true;
    try {
      for (;;) {
        const next = this.memory.kept.pending.find((p) => !p.refused);
        if (!next) return;
        try {
          const session = await this.ready();
          const input = { threadId: session.threadId, text: next.text, clientMessageId: next.id, clientMutationId: next.id };
          const { sendMessage } = await request(SendMessageDocument, { input }, session.token);
          this.failures = 0;
          this.take(sendMessage.message);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (this.lost(error)) continue; // with a new thread
          if (!error.retry) {
            this.memory.change({ pending: this.memory.kept.pending.map((p) => (p.id === next.id ? { ...p, refused: error.message } : p)) });
            this.changed();
            continue;
          }
          const pause = Math.max(error.afterMs, pauseMs[Math.min(this.failures++, pauseMs.length - 1)]!);
          this.changed();
          this.later = setTimeout(() => this.flush(), pause * (0.85 + 0.3 * Math.random()));
          return;
        }
      }
    } finally {
      this.sending = false;
    }
  }

  get retrying(): boolean { return this.failures > 0; }

  /** The thread to write to; it is begun with the first message. */
  private async ready(): Promise<Session> {
    const known = this.session;
    if (known?.threadId) return known;
    if (known) { // a token of the site's own server
      await this.load();
      return this.session!;
    }
    if (!this.memory.kept.starting) this.memory.change({ starting: randomId() });
    const input = { agentId: this.agentId, clientMutationId: this.memory.kept.starting! };
    try {
      const { startChat } = await request(StartChatDocument, { input });
      const session = { threadId: startChat.threadId, ...startChat.token };
      this.memory.change({ session, starting: undefined });
      this.follow();
      return session;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'NOT_FOUND') {
        this.state.unavailable = true;
        this.changed();
      }
      throw error;
    }
  }

  /** Notes that the thread or its token is gone, and says whether that was it. */
  private lost(error: ApiError): boolean {
    if (!this.session || (error.code !== 'UNAUTHENTICATED' && error.code !== 'NOT_FOUND')) return false;
    this.following?.abort();
    this.cursor = null;
    this.memory.change({ session: undefined, starting: undefined });
    Object.assign(this.state, { messages: [], earlier: null, ended: true, closed: false, connection: 'none' });
    this.state.drafts.clear();
    this.changed();
    return true;
  }

  private async load(): Promise<void> {
    const session = this.session!;
    const { thread } = (await request(OpenThreadDocument, {}, session.token)).viewer;
    if (!thread) throw new ApiError('the thread is gone', 'NOT_FOUND', false);
    if (!session.threadId) this.memory.change({ session: { ...session, threadId: thread.id } });
    this.cursor = thread.cursor;
    this.state.messages = [];
    this.state.closed = thread.status === 'CLOSED';
    this.state.earlier = thread.messages.pageInfo.hasPreviousPage ? thread.messages.pageInfo.startCursor : null;
    for (const edge of thread.messages.edges ?? []) if (edge?.node) this.take(edge.node);
    this.changed();
  }

  async earlier(): Promise<void> {
    const { session } = this;
    if (!session || !this.state.earlier) return;
    const { thread } = (await request(OpenThreadDocument, { before: this.state.earlier }, session.token)).viewer;
    if (!thread) return;
    this.state.earlier = thread.messages.pageInfo.hasPreviousPage ? thread.messages.pageInfo.startCursor : null;
    for (const edge of thread.messages.edges ?? []) if (edge?.node) this.take(edge.node);
  }

  /** Reads the thread, and follows it until it is lost. After a cut it goes on behind the last event. */
  private follow(): void {
    this.following?.abort();
    const control = new AbortController();
    this.following = control;
    void this.followOn(control.signal);
  }

  private async followOn(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      this.connection('connecting');
      let used = '';
      try {
        await this.renew();
        used = this.session!.token;
        if (!this.cursor) await this.load();
        await this.stream(signal, () => { failures = 0; });
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && this.lost(error)) return;
        if (error instanceof ApiError && error.code === 'CURSOR_EXPIRED') { this.cursor = null; continue; }
        if (isClose(error) && error.code === 4403 && used === this.session?.token && this.lost(new ApiError('', 'UNAUTHENTICATED', false))) return;
      }
      const pause = pauseMs[Math.min(failures++, pauseMs.length - 1)]! * (0.85 + 0.3 * Math.random());
      await new Promise<void>((done) => { this.wake = done; setTimeout(done, pause); });
    }
  }

  private async stream(signal: AbortSignal, progress: () => void): Promise<void> {
    const session = this.session!;
    const client = connect(session.token, (up) => {
      if (signal.aborted) return;
      this.connection(up ? 'connected' : 'connecting');
      if (up) { progress(); this.present(); this.flush(); }
    });
    const end = () => { void client.dispose(); };
    signal.addEventListener('abort', end);
    try {
      const variables = { id: session.threadId, after: this.cursor };
      for await (const answer of client.iterate<ThreadEventsSubscription>({ query: ThreadEventsDocument.toString(), variables })) {
        const code = answer.errors?.[0]?.extensions?.code;
        if (typeof code === 'string') throw new ApiError(answer.errors![0]!.message, code, true);
        if (answer.data) this.happened(answer.data.threadEvents);
      }
    } catch (error) {
      // Errors of an operation that could not begin come as a list.
      const first = Array.isArray(error) ? (error[0] as { message: string; extensions?: { code?: string } }) : undefined;
      throw first ? new ApiError(first.message, first.extensions?.code ?? 'INTERNAL', true) : error;
    } finally {
      signal.removeEventListener('abort', end);
      this.state.drafts.clear(); // the next stream tells them from their beginning
      void client.dispose();
    }
  }

  private happened(event: Event): void {
    this.cursor = event.cursor;
    switch (event.__typename) {
      case 'MessageCreated':
        this.take(event.message);
        break;
      case 'StatusChanged':
        this.state.closed = event.status === 'CLOSED';
        break;
      case 'MessageDelta': {
        const written = this.state.drafts.get(event.messageId) ?? '';
        if (event.dropped) this.state.drafts.delete(event.messageId);
        else this.state.drafts.set(event.messageId, [...written].slice(0, event.offset).join('') + event.text);
        break;
      }
      case 'PresenceChanged':
        if (event.author === 'OPERATOR') this.types(event.name, event.typing && event.present);
        break;
    }
    this.changed();
  }

  private types(name: string, yes: boolean): void {
    clearTimeout(this.typers.get(name));
    this.typers.delete(name);
    if (yes) this.typers.set(name, setTimeout(() => { this.types(name, false); this.changed(); }, typingForMs + 2000));
    this.state.typing = [...this.typers.keys()];
  }

  /** Puts a stored message into its place, and forgets what it replaces. */
  private take(m: Message): void {
    const { messages, drafts } = this.state;
    drafts.delete(m.id);
    if (m.author === 'OPERATOR') this.types(m.authorName, false);
    if (m.clientMessageId && this.memory.kept.pending.some((p) => p.id === m.clientMessageId)) this.forget(m.clientMessageId);
    let at = messages.length;
    while (at > 0 && messages[at - 1]!.sequence > m.sequence) at--;
    if (messages[at - 1]?.id !== m.id) messages.splice(at, 0, m);
    this.changed();
  }

  private connection(now: State['connection']): void {
    if (this.state.connection === now) return;
    this.state.connection = now;
    this.changed();
  }

  private async renew(): Promise<void> {
    const session = this.session;
    if (!session?.expiresAt || Date.parse(session.expiresAt) - Date.now() > renewBeforeMs) return;
    try {
      const { renewThreadToken } = await request(RenewTokenDocument, {}, session.token);
      this.memory.change({ session: { ...session, ...renewThreadToken } });
    } catch { /* the old one is good until it ends */ }
  }

  /** Says that the visitor is here, and whether it types; at most every few seconds. */
  typing(): void {
    if (Date.now() - this.saidTyping < typingEveryMs) return;
    this.saidTyping = Date.now();
    this.present(true);
  }

  private present(typing = false): void {
    const { session } = this;
    if (!session?.threadId || this.state.connection !== 'connected') return;
    const input = { threadId: session.threadId, present: document.visibilityState === 'visible', typing };
    request(SetPresenceDocument, { input }, session.token).catch(() => {}); // it is told again
  }
}

function isClose(error: unknown): error is { code: number } {
  return typeof error === 'object' && error !== null && typeof (error as { code?: unknown }).code === 'number';
}
