import { useCallback, useEffect, useRef } from 'react';
import { change } from '../data/client';
import { link } from '../data/socket';
import { inbox } from '../inbox/inbox';
import { MarkReadDocument, SetPresenceDocument } from './thread.generated';

const presentEvery = 30_000;
const typingEvery = 5_000;
const typingFor = 6_000;

/** usePresence says that the operator is at a thread while it is in sight. The answer is to be called at each key that is typed. */
export function usePresence(threadId: string): () => void {
  const typedAt = useRef(0);
  const saidAt = useRef(0);
  const typing = useRef(false);

  const say = useCallback(
    (present: boolean, types: boolean) => {
      typing.current = types;
      saidAt.current = Date.now();
      change(SetPresenceDocument, { threadId, present, typing: types }).catch(() => undefined); // it ends by itself
    },
    [threadId],
  );

  useEffect(() => {
    const beat = () => {
      if (document.hidden || link.get().state !== 'online') return;
      if (typing.current && Date.now() - typedAt.current > typingFor) say(true, false);
      else if (Date.now() - saidAt.current > presentEvery) say(true, false);
    };
    const seen = () => say(!document.hidden, false);
    seen();
    const timer = setInterval(beat, 2_000);
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
      say(false, false);
    };
  }, [say]);

  return useCallback(() => {
    typedAt.current = Date.now();
    if (!typing.current || Date.now() - saidAt.current > typingEvery) say(true, true);
  }, [say]);
}

/** useRead notes that the operator has read up to a message, while the page is looked at. */
export function useRead(threadId: string, messageId: string | undefined, unread: number | undefined): void {
  useEffect(() => {
    if (!messageId || !unread) return;
    const read = () => {
      if (!document.hidden) {
        change(MarkReadDocument, { threadId, messageId }).then(
          ({ markRead }) => inbox.read(threadId, markRead.thread.unreadCount),
          () => undefined, // the next message tries again
        );
      }
    };
    const timer = setTimeout(read, 600);
    document.addEventListener('visibilitychange', read);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', read);
    };
  }, [threadId, messageId, unread]);
}
