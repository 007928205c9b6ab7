import type { Viewer } from '../app/viewer';
import { ask } from '../data/client';
import { type ApiError, sentence } from '../data/errors';
import { follow, watch } from '../data/follow';
import { tell } from '../data/hooks';
import { whenSignedIn } from '../data/session';
import { link } from '../data/socket';
import { createStore } from '../data/store';
import { type Filter, fromAddress, views, where } from './filter';
import { InboxCountsDocument, type InboxCountsQuery, InboxEventsDocument, type InboxEventsSubscription, InboxPageDocument, InboxSomeDocument, ReadMarksDocument } from './inbox.generated';
import { notice } from './notices';
import { type Row, join, merge } from './rows';

export type Counts = Record<(typeof views)[number], number>;

export interface InboxState {
  rows: readonly Row[];
  counts: Counts | undefined;
  loading: boolean;
  /** Whether there are more rows than were loaded. */
  more: boolean;
  error: string | undefined;
}

const pageSize = 60;
const mostWaiting = 250;
// Changes are gathered for so long, and asked for together: a busy workspace costs a few requests a second, whatever happens in it.
const gather = 250;
const afterFailure = 2_000;
const countsEvery = 1_500;
const mostAtOnce = 200;

/**
 * The list of threads. It follows the events of the workspace, asks for the threads that they are of, and for nothing else: what
 * the filter takes in, and in which order, is for the server to say.
 */
class Inbox {
  readonly state = createStore<InboxState>({ rows: [], counts: undefined, loading: true, more: false, error: undefined });
  private filter: Filter = fromAddress('');
  private me = '';
  private end: string | null | undefined;
  private last: Row | undefined; // of the rows in their order that were loaded by pages
  private round = 0; // of filters: answers to an older one are dropped
  private dirty = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private countTimer: ReturnType<typeof setTimeout> | undefined;
  private busy = false;

  /** start follows the workspace until the answer is called. */
  start(who: Viewer): () => void {
    this.me = who.id;
    const stop = follow({
      document: InboxEventsDocument,
      variables: {},
      load: () => this.load(),
      take: (event) => this.take(event.workspaceEvents),
      trouble: (error) => this.put({ error: error && sentence(error) }),
      gone: (error) => this.put({ error: sentence(error) }),
    });
    const stopReads = this.followReads();
    return () => {
      stop();
      stopReads();
      clearTimeout(this.timer);
      clearTimeout(this.countTimer);
      this.timer = this.countTimer = undefined;
    };
  }

  /** choose shows other threads. */
  choose(filter: Filter): void {
    if (JSON.stringify(filter) === JSON.stringify(this.filter)) return;
    this.filter = filter;
    if (!this.me) return;
    this.put({ rows: [], loading: true, more: false });
    this.load().catch((error: unknown) => this.put({ error: sentence(error), loading: false }));
  }

  /** more loads the next page. */
  async more(): Promise<void> {
    if (this.busy || !this.state.get().more) return;
    const round = this.round;
    this.busy = true;
    try {
      const page = await ask(InboxPageDocument, this.variables(this.end));
      if (round === this.round) this.add(page.threads, this.state.get().rows);
    } catch (error) {
      tell(error);
    } finally {
      this.busy = false;
    }
  }

  /** changed asks anew for a thread, such as one in which the viewer has just done something. */
  changed(id: string): void {
    this.dirty.add(id);
    this.timer ??= setTimeout(() => void this.flush(), gather);
  }

  /** read takes note of how much is unread in a thread, here or in another window of the viewer. */
  read(id: string, unreadCount: number): void {
    const { rows, counts } = this.state.get();
    const row = rows.find((r) => r.id === id);
    if (row?.unreadCount === unreadCount) return;
    if (!row || this.filter.view === 'unread') return this.changed(id); // what is not in the list counts too, and what is read leaves this one
    const next = rows.map((r) => (r === row ? { ...r, unreadCount } : r));
    const less = (row.unreadCount > 0 ? 1 : 0) - (unreadCount > 0 ? 1 : 0);
    this.put({ rows: next, counts: counts && { ...counts, unread: Math.max(0, counts.unread - less) } });
  }

  // Hints get lost with a connection: what seemed unread before is then asked for again.
  private followReads(): () => void {
    let stopped = false;
    let end: () => void = () => undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const begin = () => {
      if (stopped) return;
      end = watch(ReadMarksDocument, {}, ({ readMarks: m }) => this.read(m.threadId, m.unreadCount), () => {
        if (!stopped) timer = setTimeout(() => void whenSignedIn().then(begin), afterFailure);
      });
    };
    begin();
    let { round } = link.get();
    const unlink = link.subscribe(() => {
      if (link.get().round === round) return;
      ({ round } = link.get());
      for (const r of this.state.get().rows) if (r.unreadCount > 0 && this.dirty.size < mostAtOnce) this.changed(r.id);
    });
    return () => {
      stopped = true;
      clearTimeout(timer);
      unlink();
      end();
    };
  }

  private put(part: Partial<InboxState>): void {
    this.state.set({ ...this.state.get(), ...part });
  }

  private variables(after?: string | null) {
    const field = this.filter.order === 'messages' ? 'MESSAGE_COUNT' : 'LAST_ACTIVITY_AT';
    return { first: pageSize, after, where: where(this.filter, this.me), orderBy: { field, direction: 'DESC' } } as const;
  }

  private async load(): Promise<string | null> {
    const round = ++this.round;
    // The cursor is of the first of both answers; what happens between them is asked for again.
    const page = await ask(InboxPageDocument, this.variables());
    const waiting = await ask(InboxSomeDocument, {
      first: mostWaiting,
      where: { and: [where(this.filter, this.me), { status: 'WAITING_FOR_OPERATOR' }] },
      orderBy: { field: 'WAITING_SINCE', direction: 'ASC' },
    });
    if (round === this.round) {
      this.last = undefined;
      this.add(page.threads, nodes(waiting.threads));
      this.count();
    }
    return page.viewer.workspace.cursor;
  }

  private add(page: Parameters<typeof nodes>[0] & { pageInfo: { hasNextPage: boolean; endCursor: string | null } }, to: readonly Row[]): void {
    const rows = nodes(page);
    this.end = page.pageInfo.endCursor;
    this.last = page.pageInfo.hasNextPage ? rows.at(-1) : undefined;
    this.put({ rows: join(to, rows, this.filter.order), more: page.pageInfo.hasNextPage, loading: false, error: undefined });
  }

  private take(event: InboxEventsSubscription['workspaceEvents']): string {
    this.changed(event.threadId);
    notice(event);
    return event.cursor;
  }

  private async flush(): Promise<void> {
    const round = this.round;
    let pause = gather;
    const ids = [...this.dirty].slice(0, mostAtOnce);
    for (const id of ids) this.dirty.delete(id);
    try {
      const found = await ask(InboxSomeDocument, { first: mostAtOnce, where: { and: [where(this.filter, this.me), { idIn: ids }] } });
      if (round === this.round) this.put({ rows: merge(this.state.get().rows, new Set(ids), nodes(found.threads), this.filter.order, this.last) });
    } catch (error) {
      for (const id of ids) this.dirty.add(id);
      pause = afterFailure;
      if (!(error as ApiError).retryable) this.put({ error: sentence(error) });
    }
    this.timer = this.dirty.size > 0 ? setTimeout(() => void this.flush(), pause) : undefined;
    this.countTimer ??= setTimeout(() => this.count(), countsEvery);
  }

  private count(): void {
    clearTimeout(this.countTimer);
    const of = Object.fromEntries(views.map((v) => [v, where(this.filter, this.me, v)])) as Record<(typeof views)[number], ReturnType<typeof where>>;
    const put = (c: InboxCountsQuery) => this.put({ counts: Object.fromEntries(views.map((v) => [v, c[v].totalCount])) as Counts });
    ask(InboxCountsDocument, of)
      .then(put, () => undefined) // the next change counts again
      .finally(() => (this.countTimer = undefined));
  }
}

function nodes(list: { edges: readonly ({ node: Row | null } | null)[] | null }): Row[] {
  return (list.edges ?? []).flatMap((e) => (e?.node ? [e.node] : []));
}

export const inbox = new Inbox();
