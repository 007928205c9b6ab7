import { Button, Center, Stack, Text } from '@mantine/core';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useStore } from '../data/store';
import { fullTime, shortTime } from '../format';
import { t, word } from '../text';
import { CallView } from './CallView';
import { Bubble, MessageView } from './MessageView';
import { type Outgoing, again, arrived, outbox } from './outbox';
import { type Timeline, items } from './timeline';

interface Props {
  id: string;
  timeline: Timeline;
  earlier: boolean;
  loadEarlier(): Promise<void>;
}

/** A note has no id of ours: its event may come before the answer that tells us that it is stored. */
function isNoted(out: Outgoing, timeline: Timeline): boolean {
  const since = Date.parse(out.at) - 60_000; // clocks differ
  return out.kind === 'note' && !out.error && [...timeline.notes.values()].some((n) => n.text === out.text && Date.parse(n.createdAt) >= since);
}

/** What was said, done and noted, in the order of time; at its end what is being written or is on its way. */
export function Log({ id, timeline, earlier, loadEarlier }: Props) {
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [loading, setLoading] = useState(false);
  const shown = useMemo(() => items(timeline, !earlier), [timeline.messages, timeline.notes, timeline.calls, timeline.turns, earlier]);
  const stored = useMemo(() => new Set([...timeline.messages.values()].map((m) => m.clientMessageId)), [timeline.messages]);
  const outgoing = useStore(outbox).filter((o) => o.threadId === id && !stored.has(o.id) && !isNoted(o, timeline));
  const pieces = [...timeline.pieces.values()];

  // Whoever reads the end keeps reading it; whoever reads something older is left there.
  useLayoutEffect(() => {
    if (atEnd.current && log.current) log.current.scrollTop = log.current.scrollHeight;
  });
  useEffect(() => {
    for (const o of outgoing) if (stored.has(o.id)) arrived(o.id);
  }, [outgoing, stored]);

  const load = async () => {
    const el = log.current;
    const fromEnd = el ? el.scrollHeight - el.scrollTop : 0;
    atEnd.current = false;
    setLoading(true);
    await loadEarlier();
    setLoading(false);
    requestAnimationFrame(() => {
      if (el) el.scrollTop = el.scrollHeight - fromEnd;
    });
  };

  return (
    <div
      ref={log}
      className="log"
      role="log"
      aria-label={t('thread.log')}
      aria-live="polite"
      tabIndex={0}
      onScroll={(e) => (atEnd.current = e.currentTarget.scrollHeight - e.currentTarget.scrollTop - e.currentTarget.clientHeight < 40)}
    >
      <Stack gap="xs">
        {earlier && <Center><Button size="compact-xs" variant="default" loading={loading} onClick={() => void load()}>{t('thread.earlier')}</Button></Center>}
        {shown.map((item) => {
          switch (item.kind) {
            case 'message':
              return <MessageView key={item.key} message={item.message} />;
            case 'note':
              return <Bubble key={item.key} author="NOTE" name={t('thread.noteBy', { name: item.note.authorName })} at={item.at} text={item.note.text} />;
            case 'call':
              return <CallView key={item.key} call={item.call} />;
            case 'turn':
              return (
                <Text key={item.key} size="xs" c="dimmed" ta="center" title={fullTime(item.at)}>
                  {word('reason', item.turn.reason ?? '')}{item.turn.reasonText && ` – ${item.turn.reasonText}`} · {shortTime(item.at)}
                </Text>
              );
          }
        })}
        {pieces.map((p) => (
          <div key={p.messageId} aria-live="off" data-testid="piece">
            <Bubble author="AGENT" name={t('thread.writing')} text={p.text} pending />
          </div>
        ))}
        {outgoing.map((o) => (
          <div key={o.id}>
            <Bubble author={o.kind === 'note' ? 'NOTE' : 'OPERATOR'} name={o.error ? t('thread.notSent') : t('thread.sending')} text={o.text} pending />
            {o.error && (
              <Text size="xs" c="red" ta="right">
                {o.error}{' '}
                <Button size="compact-xs" variant="subtle" onClick={() => again(o.id)}>{t('thread.sendAgain')}</Button>
                <Button size="compact-xs" variant="subtle" color="gray" onClick={() => arrived(o.id)}>{t('thread.discard')}</Button>
              </Text>
            )}
          </div>
        ))}
        {shown.length === 0 && outgoing.length === 0 && pieces.length === 0 && <Text size="sm" c="dimmed" ta="center">{t('inbox.noMessage')}</Text>}
      </Stack>
    </div>
  );
}
