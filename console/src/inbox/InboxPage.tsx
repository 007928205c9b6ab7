import { Center, Text } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { Suspense, lazy, useEffect, useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { may, viewer } from '../app/viewer';
import { tell } from '../data/hooks';
import { useStore } from '../data/store';
import { t } from '../text';
import { closeThread, focusComposer, handBack, takeOver } from '../thread/actions';
import { Filters } from './Filters';
import { InboxList } from './InboxList';
import { Keys } from './Keys';
import { fromAddress, toAddress } from './filter';
import { inbox } from './inbox';

const ThreadView = lazy(() => import('../thread/ThreadView'));
const FirstSteps = lazy(() => import('./FirstSteps'));

// What lies over the page has the keys for itself.
function overlaid(): boolean {
  return document.querySelector('[role=dialog], [role=menu], [role=listbox]') !== null;
}

/** The list of threads, and beside it the one that is open. */
export function InboxPage({ thread }: { thread: string | undefined }) {
  const [, go] = useLocation();
  const query = useSearch();
  const filter = useMemo(() => fromAddress(query), [query]);
  const search = toAddress(filter);
  const { rows, counts } = useStore(inbox.state);
  const who = useStore(viewer);
  const empty = counts !== undefined && counts.active + counts.closed === 0 && search === '' && may(who, 'ADMIN');
  const [chosen, choose] = useState(thread);
  const [help, setHelp] = useState(false);

  useEffect(() => inbox.choose(filter), [filter]);
  useEffect(() => {
    if (thread) choose(thread);
  }, [thread]);

  const move = (by: number) => {
    const at = rows.findIndex((r) => r.id === chosen);
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (!next) return;
    // Whatever had the focus, such as the link that led here, does not get the next Enter.
    const focused = document.activeElement;
    if (focused instanceof HTMLElement && !focused.closest('.rows')) focused.blur();
    choose(next.id);
    if (thread) go(`/inbox/${next.id}${search}`);
  };
  const open = (id: string | undefined) => id && go(`/inbox/${id}${search}`);
  const target = thread ?? chosen;
  const act = (work: (id: string) => Promise<unknown>) => () => {
    if (target) work(target).catch(tell);
  };
  const keys: [string, () => void][] = [
    ['j', () => move(1)],
    ['k', () => move(-1)],
    ['r', () => { open(target); focusComposer(); }],
    ['t', act(takeOver)],
    ['h', act(handBack)],
    ['x', act(closeThread)],
    ['/', () => document.getElementById('inbox-search')?.focus()],
    ['shift+?', () => setHelp(true)],
    ['?', () => setHelp(true)],
    ['escape', () => { if (thread) go(`/inbox${search}`); }],
  ];
  useHotkeys([
    ...keys.map(([key, work]): [string, (e: KeyboardEvent) => void] => [key, () => { if (!overlaid()) work(); }]),
    // On a link or button Enter is that one's.
    ['enter', (e) => { if (!overlaid() && !(e.target as Element).closest('a, button')) open(chosen); }, { preventDefault: false }],
  ]);

  return (
    <div className="split" data-open={thread || empty ? '' : undefined}>
      <section className="list" aria-label={t('inbox.list')}>
        <Filters filter={filter} change={(f) => go(`${location.pathname}${toAddress(f)}`, { replace: true })} help={() => setHelp(true)} />
        <InboxList chosen={chosen} open={thread} search={search} />
      </section>
      <section aria-label={t('inbox.thread')}>
        {thread ? (
          <Suspense>
            <ThreadView key={thread} id={thread} back={`/inbox${search}`} />
          </Suspense>
        ) : empty ? (
          <Suspense><FirstSteps /></Suspense>
        ) : (
          <Center h="100%"><Text c="dimmed">{t('inbox.choose')}</Text></Center>
        )}
      </section>
      <Keys opened={help} close={() => setHelp(false)} />
    </div>
  );
}
