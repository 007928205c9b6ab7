import type { InboxRowFragment } from './inbox.generated';
import type { Filter } from './filter';

export type Row = InboxRowFragment;

const waits = (r: Row) => r.status === 'WAITING_FOR_OPERATOR';

/** compare orders rows as the inbox shows them: who waits for a person first, the longest first; then as was chosen. */
export function compare(order: Filter['order']): (a: Row, b: Row) => number {
  return (a, b) => {
    if (waits(a) !== waits(b)) return waits(a) ? -1 : 1;
    if (waits(a)) return text(a.waitingSince ?? '', b.waitingSince ?? '') || text(a.id, b.id);
    const byCount = order === 'messages' ? b.messageCount - a.messageCount : 0;
    return byCount || text(b.lastActivityAt, a.lastActivityAt) || text(b.id, a.id);
  };
}

function text(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * merge brings what has changed into the rows: each of `asked` is replaced by what was found, and taken out if it was not.
 * Beyond `last`, the last row that was loaded, rows are left to be loaded, unless they wait for a person.
 */
export function merge(rows: readonly Row[], asked: ReadonlySet<string>, found: readonly Row[], order: Filter['order'], last: Row | undefined): Row[] {
  const by = compare(order);
  const next = rows.filter((r) => !asked.has(r.id));
  for (const row of found) if (!last || waits(row) || by(row, last) <= 0) next.push(row);
  return next.sort(by);
}

/** join adds a page to the rows. */
export function join(rows: readonly Row[], page: readonly Row[], order: Filter['order']): Row[] {
  const known = new Map(rows.map((r) => [r.id, r]));
  for (const row of page) known.set(row.id, row);
  return [...known.values()].sort(compare(order));
}
