import { Badge, Group, Text } from '@mantine/core';
import { memo } from 'react';
import { Link } from 'wouter';
import { Since } from '../parts/Since';
import { statusColor } from '../parts/Status';
import { t, word } from '../text';
import { tagColor } from '../thread/tags';
import type { Row } from './rows';

interface Props {
  row: Row;
  chosen: boolean;
  current: boolean;
  search: string;
}

/** nameOf is how the customer of a thread is called here. */
export function nameOf(customer: { name: string; email: string; phone: string; externalId: string | null }): string {
  return customer.name || customer.email || customer.phone || customer.externalId || t('customer.unnamed');
}

// The agent's name stands below; of operators one wants to know who it was.
function by(last: NonNullable<Row['lastMessage']>): string {
  return (last.author === 'OPERATOR' && last.authorName) || word('author', last.author);
}

/** One thread in the list. It is drawn again only when it has changed. */
export const InboxRow = memo(function InboxRow({ row, chosen, current, search }: Props) {
  const last = row.lastMessage;
  const waiting = row.status === 'WAITING_FOR_OPERATOR';
  return (
    <Link
      href={`/inbox/${row.id}${search}`}
      className="row"
      data-chosen={chosen || undefined}
      data-waiting={waiting || undefined}
      data-thread={row.id}
      aria-current={current ? 'page' : undefined}
      tabIndex={chosen ? 0 : -1}
    >
      <Group justify="space-between" wrap="nowrap" gap={6}>
        <Text size="sm" fw={row.unreadCount > 0 ? 700 : 500} className="line">{nameOf(row.customer)}</Text>
        <Text size="xs" c="dimmed" style={{ flexShrink: 0 }}>
          {waiting && row.waitingSince ? <Since at={row.waitingSince} text="inbox.waits" /> : <Since at={row.lastActivityAt} text="inbox.ago" />}
        </Text>
      </Group>
      <Text size="xs" c="dimmed" className="line">
        {last ? (last.author === 'CUSTOMER' ? '' : `${by(last)}: `) + last.text.slice(0, 160) : t('inbox.noMessage')}
      </Text>
      <Group gap={4} wrap="nowrap" mt={4} style={{ overflow: 'hidden' }}>
        <Badge size="xs" variant="light" color={statusColor(row.status)} style={{ flexShrink: 0 }}>{word('status', row.status)}</Badge>
        {row.unreadCount > 0 && <Badge size="xs" circle={row.unreadCount < 10} style={{ flexShrink: 0 }} aria-label={t('inbox.unread', { n: row.unreadCount })}>{row.unreadCount}</Badge>}
        {row.operator && <Text size="xs" className="line">{row.operator.name}</Text>}
        {row.tags.slice(0, 3).map((tag) => <Badge key={tag.name} size="xs" variant="light" color={tagColor(tag.name)} tt="none" style={{ flexShrink: 0 }}>{tag.name}</Badge>)}
        <Text size="xs" c="dimmed" className="line" ml="auto" title={t('inbox.messages', { n: row.messageCount })}>
          {row.agent.name}{row.channel && ` · ${row.channel}`} · {row.messageCount}
        </Text>
      </Group>
    </Link>
  );
});
