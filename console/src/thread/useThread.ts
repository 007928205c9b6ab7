import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { ask, client } from '../data/client';
import { ApiError, sentence } from '../data/errors';
import { follow } from '../data/follow';
import { tell } from '../data/hooks';
import { link } from '../data/socket';
import { arrived, onArrival } from './outbox';
import { ThreadEarlierDocument, ThreadEventsDocument, type ThreadHeadFragment, ThreadHeadOnlyDocument, ThreadPageDocument } from './thread.generated';
import { type ThreadEvent, type Timeline, apply, cut, emptyTimeline, load } from './timeline';

export interface OpenThread {
  head: ThreadHeadFragment | undefined;
  timeline: Timeline;
  /** Whether older messages can be loaded. */
  earlier: boolean;
  loadEarlier(): Promise<void>;
  trouble: string | undefined;
  /** Why there is no such thread, or no longer. */
  gone: string | undefined;
}

// These say nothing of what stands in the head of a thread.
const passing = new Set(['MessageDelta', 'PresenceChanged', 'CallChanged', 'NoteAdded']);

/** useThread loads a thread and follows it, from its cursor on, until the page is left. */
export function useThread(id: string): OpenThread {
  const [timeline, setTimeline] = useState<Timeline>(emptyTimeline);
  const [before, setBefore] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string>();
  const [gone, setGone] = useState<string>();
  const [head] = useQuery({ query: ThreadHeadOnlyDocument, variables: { id }, requestPolicy: 'cache-only' });
  // An answer that was refused has no thread; what was known of it stays.
  const known = useRef<ThreadHeadFragment>(undefined);
  known.current = head.data?.thread ?? known.current;
  const renewing = useRef<ReturnType<typeof setTimeout>>(undefined);

  // Mutations bring the head with them; what others do is read again, once for all that happens at once.
  const renew = useCallback(() => {
    renewing.current ??= setTimeout(() => {
      renewing.current = undefined;
      client.query(ThreadHeadOnlyDocument, { id }, { requestPolicy: 'network-only' }).toPromise().catch(() => undefined);
    }, 80);
  }, [id]);

  useEffect(() => {
    const take = (event: ThreadEvent): string => {
      if (event.__typename === 'MessageCreated' && event.message.clientMessageId) arrived(event.message.clientMessageId);
      setTimeline((now) => apply(now, event));
      if (!passing.has(event.__typename)) renew();
      return event.cursor;
    };
    const stop = follow({
      document: ThreadEventsDocument,
      variables: { threadId: id },
      load: async () => {
        const { data, error } = await client.query(ThreadPageDocument, { id, before: null }, { requestPolicy: 'network-only' }).toPromise();
        if (error?.graphQLErrors.length === 0) throw new ApiError(sentence(error), 'NETWORK', true);
        if (error) throw new ApiError(error.graphQLErrors[0]!.message, String(error.graphQLErrors[0]!.extensions['code']), true);
        if (!data?.thread) throw new ApiError('', 'NOT_FOUND', false);
        const { thread } = data;
        setTimeline((now) => load(cut(now), thread));
        setBefore((was) => was ?? (thread.messages.pageInfo.hasPreviousPage ? thread.messages.pageInfo.startCursor : null));
        return thread.cursor;
      },
      take: (data) => take(data.threadEvents),
      trouble: (error) => setTrouble(error && sentence(error)),
      gone: (error) => setGone(error.code),
    });
    let { round } = link.get();
    const unlink = link.subscribe(() => {
      if (link.get().round === round) return;
      ({ round } = link.get());
      setTimeline(cut);
      renew();
    });
    const unlisten = onArrival((threadId, what) => {
      if (threadId !== id) return;
      setTimeline((now) => ({
        ...now,
        messages: what.message ? new Map(now.messages).set(what.message.id, what.message) : now.messages,
        notes: what.note ? new Map(now.notes).set(what.note.id, what.note) : now.notes,
      }));
    });
    return () => {
      stop();
      unlink();
      unlisten();
      clearTimeout(renewing.current);
      renewing.current = undefined;
    };
  }, [id, renew]);

  const loadEarlier = useCallback(async () => {
    if (!before) return;
    try {
      const { thread } = await ask(ThreadEarlierDocument, { id, before });
      if (!thread) return;
      setTimeline((now) => load(now, thread));
      setBefore(thread.messages.pageInfo.hasPreviousPage ? thread.messages.pageInfo.startCursor : null);
    } catch (error) {
      tell(error);
    }
  }, [id, before]);

  return useMemo(
    () => ({ head: known.current, timeline, earlier: before !== null, loadEarlier, trouble, gone }),
    [head.data, timeline, before, loadEarlier, trouble, gone],
  );
}
