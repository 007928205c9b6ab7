import { Badge, type BadgeProps } from '@mantine/core';
import type { ThreadStatus } from '../generated/schema';
import { word } from '../text';

const colors: Record<ThreadStatus, string> = { OPEN: 'blue', WAITING_FOR_OPERATOR: 'orange', OPERATOR: 'teal', CLOSED: 'gray' };

export function statusColor(status: ThreadStatus): string {
  return colors[status] ?? 'gray';
}

/** Who has the talk. */
export function Status({ status, ...rest }: { status: ThreadStatus } & BadgeProps) {
  return <Badge variant="light" color={statusColor(status)} {...rest}>{word('status', status)}</Badge>;
}
