import { Button, Modal, Select, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { change } from '../data/client';
import { faultOf, useAction, usePage } from '../data/hooks';
import { shortTime } from '../format';
import { Reading } from '../parts/PageHead';
import { t } from '../text';
import { AgentVersionChoicesDocument, MoveThreadDocument, type ThreadHeadFragment } from './thread.generated';

/** Moves a thread to another version of its agent. */
export default function Move({ head, close }: { head: ThreadHeadFragment; close(): void }) {
  const page = usePage(AgentVersionChoicesDocument, { id: head.agent.id });
  const [chosen, choose] = useState<string | null>(null);
  const [busy, act, faults] = useAction();
  const agent = page.data?.agent;
  const current = agent?.publishedVersion?.number;
  const versions = (agent?.versions?.edges ?? []).flatMap((e) => (e?.node ? [e.node] : []));
  // Who may not read all versions can still bring a thread to the one that is published.
  const choices = versions.length > 0 ? versions : agent?.publishedVersion ? [{ ...agent.publishedVersion, note: '', createdAt: '' }] : [];
  const value = chosen ?? (current === undefined ? null : String(current));
  const move = async () => {
    const ok = await act(async () => {
      await change(MoveThreadDocument, { threadId: head.id, version: value === null ? undefined : Number(value) });
      notifications.show({ message: t('move.done', { n: value ?? '' }) });
    });
    if (ok) close();
  };
  return (
    <Modal opened onClose={close} title={t('move.title')} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Stack>
        <Text size="sm">{t('move.help')}</Text>
        <Text size="sm">{head.agentVersion ? t('move.now', { n: head.agentVersion.number }) : t('move.draft')}</Text>
        <Reading page={page} />
        {agent && choices.length === 0 && <Text size="sm" c="dimmed">{t('versions.none')}</Text>}
        {choices.length > 0 && (
          <Select
            label={t('agents.version')} allowDeselect={false} value={value} onChange={choose} error={faultOf(faults, 'version')}
            data={choices.map((v) => ({ value: String(v.number), label: [t('agents.number', { n: v.number }), v.number === current && t('versions.current'), v.note.slice(0, 60), v.createdAt && shortTime(v.createdAt)].filter(Boolean).join(' · ') }))}
          />
        )}
        <Button loading={busy} disabled={value === null || Number(value) === head.agentVersion?.number} onClick={() => void move()}>{t('move.move')}</Button>
      </Stack>
    </Modal>
  );
}
