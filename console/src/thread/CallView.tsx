import { Badge, Button, Collapse, Group, Paper, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { memo, useId, useState } from 'react';
import { change } from '../data/client';
import { useAction } from '../data/hooks';
import { fullTime, json, span } from '../format';
import { t, word } from '../text';
import { ApproveCallDocument, RefuseCallDocument } from './thread.generated';
import type { Call } from './timeline';

const colors: Record<string, string> = {
  RESERVED: 'gray', AWAITING_APPROVAL: 'orange', SENT: 'blue', ANSWERED: 'teal', FAILED: 'red', UNKNOWN: 'yellow', REFUSED: 'gray',
};

function took(call: { sentAt: string | null; endedAt: string | null }): string {
  if (!call.sentAt || !call.endedAt) return '';
  const ms = Date.parse(call.endedAt) - Date.parse(call.sentAt);
  return ms < 1000 ? t('time.millis', { n: ms }) : span(ms);
}

/** A call of a function: one line, and what was asked and answered when it is opened. */
export const CallView = memo(function CallView({ call }: { call: Call }) {
  const waiting = call.state === 'AWAITING_APPROVAL';
  const [opened, { toggle }] = useDisclosure(waiting);
  const id = useId();
  return (
    <Paper withBorder p={6} className="aside" w="100%" data-call={call.name} data-state={call.state}>
      <UnstyledButton onClick={toggle} aria-expanded={opened || waiting} aria-controls={id} w="100%">
        <Group gap={6} wrap="nowrap">
          {opened || waiting ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
          <Text size="xs" fw={600} className="line">{call.name}</Text>
          <Badge size="xs" variant="light" color={colors[call.state] ?? 'gray'} style={{ flexShrink: 0 }}>{word('call', call.state)}</Badge>
          <Text size="xs" c="dimmed" style={{ flexShrink: 0 }}>{[call.httpStatus && `HTTP ${call.httpStatus}`, took(call)].filter(Boolean).join(' · ')}</Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened || waiting} id={id}>
        <Stack gap={4} mt={6}>
          <Part title={t('call.arguments')} value={call.arguments} />
          {call.result !== null && <Part title={t(call.truncated ? 'call.resultCut' : 'call.result')} value={call.result} />}
          {call.error && <Text size="xs" c="red" className="text">{call.error}</Text>}
          <Text size="xs" c="dimmed">{fullTime(call.createdAt)}</Text>
          {waiting && <Decide callId={call.id} />}
        </Stack>
      </Collapse>
    </Paper>
  );
});

function Part({ title, value }: { title: string; value: unknown }) {
  return (
    <div>
      <Text size="xs" c="dimmed">{title}</Text>
      <pre className="code">{json(value)}</pre>
    </div>
  );
}

function Decide({ callId }: { callId: string }) {
  const [busy, act] = useAction();
  const [reason, setReason] = useState('');
  return (
    <Group gap={6} align="flex-end">
      <Button size="compact-sm" loading={busy} onClick={() => void act(() => change(ApproveCallDocument, { callId }))}>{t('call.approve')}</Button>
      <TextInput size="xs" style={{ flex: 1, minWidth: 120 }} aria-label={t('call.reason')} placeholder={t('call.reason')} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
      <Button size="compact-sm" variant="default" loading={busy} onClick={() => void act(() => change(RefuseCallDocument, { callId, reason: reason.trim() || undefined }))}>
        {t('call.refuse')}
      </Button>
    </Group>
  );
}
