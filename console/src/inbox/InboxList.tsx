import { Alert, Center, Loader, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { useStore } from '../data/store';
import { t } from '../text';
import { InboxRow } from './InboxRow';
import { inbox } from './inbox';

const rowHeight = 76;

/** The threads, of which only those in sight are drawn, and which are loaded as one comes near their end. */
export function InboxList({ chosen, open, search }: { chosen: string | undefined; open: string | undefined; search: string }) {
  const { rows, loading, more, error } = useStore(inbox.state);
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (n) => rows[n]!.id,
    overscan: 6,
  });
  const items = list.getVirtualItems();
  const end = items.at(-1)?.index ?? 0;
  const at = rows.findIndex((r) => r.id === chosen);

  useEffect(() => {
    if (more && end > rows.length - 20) void inbox.more();
  }, [more, end, rows.length]);
  useEffect(() => {
    if (at < 0) return;
    list.scrollToIndex(at, { align: 'auto' });
    // Who walks through the list by keys takes the focus along; who writes keeps it.
    if (document.activeElement?.matches('input, textarea, [contenteditable=true]')) return;
    const timer = setTimeout(() => scroller.current?.querySelector<HTMLElement>('.row[data-chosen]')?.focus({ preventScroll: true }), 30);
    return () => clearTimeout(timer);
    // Only when another row is chosen: rows that move do not take the eye along.
  }, [chosen]);

  return (
    <>
      {error && <Alert color="red" role="alert" m="xs">{error}</Alert>}
      {loading && rows.length === 0 && <Center p="md"><Loader size="sm" aria-label={t('app.loading')} /></Center>}
      {!loading && rows.length === 0 && <Center p="md"><Text c="dimmed" size="sm">{t('inbox.empty')}</Text></Center>}
      <div className="rows" ref={scroller} data-testid="rows">
        <div role="list" aria-label={t('inbox.list')} style={{ height: list.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const row = rows[item.index]!;
            return (
              <div
                key={row.id}
                role="listitem"
                aria-setsize={more ? -1 : rows.length}
                aria-posinset={item.index + 1}
                style={{ position: 'absolute', top: 0, left: 0, right: 0, height: rowHeight, transform: `translateY(${item.start}px)` }}
              >
                <InboxRow row={row} chosen={row.id === chosen || (at < 0 && item.index === 0)} current={row.id === open} search={search} />
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}
