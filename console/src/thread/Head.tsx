import { ActionIcon, Button, Group, Menu, Text, Title, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconArrowsExchange, IconDots, IconDownload, IconTrash } from '@tabler/icons-react';
import { type ReactNode, Suspense, lazy, useState } from 'react';
import { may, viewer } from '../app/viewer';
import { ask, change } from '../data/client';
import { useAction } from '../data/hooks';
import { useStore } from '../data/store';
import { fetchFile } from '../parts/download';
import { Since } from '../parts/Since';
import { Status } from '../parts/Status';
import { confirm } from '../parts/confirm';
import { nameOf } from '../inbox/InboxRow';
import { t } from '../text';
import { closeThread, handBack, reopenThread, stopTurn, takeOver } from './actions';
import { EraseThreadDocument, ExportThreadDocument, type ThreadHeadFragment } from './thread.generated';
import type { Turn } from './timeline';

const Move = lazy(() => import('./Move'));

interface Props {
  head: ThreadHeadFragment;
  turn: Turn | undefined;
  me: string;
  back(): void;
  children?: ReactNode;
}

/** Who it is, who has the talk, and what can be done about it. */
export function Head({ head, turn, me, back, children }: Props) {
  const who = useStore(viewer);
  const [busy, act] = useAction();
  const [moving, setMoving] = useState(false);
  const mine = head.operator?.id === me;
  const taken = head.status === 'OPERATOR';
  return (
    <Group justify="space-between" px="md" py={6} gap="xs" style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}>
      <Group gap="xs" wrap="nowrap" miw={0}>
        <ActionIcon variant="subtle" color="gray" hiddenFrom="sm" onClick={back} aria-label={t('thread.back')}><IconArrowLeft size={18} /></ActionIcon>
        <div style={{ minWidth: 0 }}>
          <Group gap={6} wrap="nowrap">
            <Title order={1} size="h5" className="line">{nameOf(head.customer)}</Title>
            <Status status={head.status} size="sm" data-status={head.status} style={{ flexShrink: 0 }} />
          </Group>
          <Text size="xs" c="dimmed" className="line">
            {head.agent.name}
            {head.operator && ` · ${t(mine ? 'thread.withYou' : 'thread.with', { name: head.operator.name })}`}
            {head.status === 'WAITING_FOR_OPERATOR' && head.waitingSince && <> · <Since at={head.waitingSince} text="inbox.waits" /></>}
          </Text>
        </div>
      </Group>
      <Group gap={6}>
        {turn && <Button size="compact-sm" variant="default" loading={busy} onClick={() => void act(() => stopTurn(head.id))}>{t('thread.stop')}</Button>}
        {!(taken && mine) && <Button size="compact-sm" loading={busy} onClick={() => void act(() => takeOver(head.id))}>{t('thread.takeOver')}</Button>}
        {(taken || head.status === 'WAITING_FOR_OPERATOR') && <Button size="compact-sm" variant="light" loading={busy} onClick={() => void act(() => handBack(head.id))}>{t('thread.handBack')}</Button>}
        {head.status === 'CLOSED' ? (
          <Button size="compact-sm" variant="default" loading={busy} onClick={() => void act(() => reopenThread(head.id))}>{t('thread.reopen')}</Button>
        ) : (
          <Button size="compact-sm" variant="default" loading={busy} onClick={() => void act(() => closeThread(head.id))}>{t('thread.close')}</Button>
        )}
        {children}
        <Menu position="bottom-end">
          <Menu.Target>
            <Tooltip label={t('thread.more')}>
              <ActionIcon variant="default" size="md" aria-label={t('thread.more')}><IconDots size={16} /></ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            {(['MARKDOWN', 'JSON_LINES'] as const).map((format) => (
              <Menu.Item key={format} leftSection={<IconDownload size={16} />} onClick={() => void act(async () => fetchFile((await ask(ExportThreadDocument, { id: head.id, format })).exportThread))}>
                {t(`thread.export.${format}`)}
              </Menu.Item>
            ))}
            <Menu.Item leftSection={<IconArrowsExchange size={16} />} onClick={() => setMoving(true)}>{t('move.title')}</Menu.Item>
            {may(who, 'ADMIN') && (
              <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => confirm(t('thread.erase'), t('thread.eraseHelp'), () => act(() => change(EraseThreadDocument, { threadId: head.id })))}>
                {t('thread.erase')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
        {moving && <Suspense><Move head={head} close={() => setMoving(false)} /></Suspense>}
      </Group>
    </Group>
  );
}
