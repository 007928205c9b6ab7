import { Button, Checkbox, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { change } from '../data/client';
import { faultOf, useAction, usePage } from '../data/hooks';
import { Difference } from '../parts/Editor';
import { t } from '../text';
import { AgentVersionsDocument, PublishAgentDocument } from './agents.generated';
import type { Agent } from './form';
import { draftText, versionText } from './settings';

/** Makes the draft the next version, after a look at what is new in it. */
export function Publish({ agent, opened, close }: { agent: Agent; opened: boolean; close(): void }) {
  const [note, setNote] = useState('');
  const [moveThreads, setMove] = useState(false);
  const [busy, act, faults] = useAction();
  const page = usePage(AgentVersionsDocument, { id: agent.id }, !opened);
  const published = page.data?.agent?.versions?.edges?.find((e) => e?.node?.id === agent.publishedVersion?.id)?.node;
  const publish = async () => {
    const ok = await act(async () => {
      const { publishAgent } = await change(PublishAgentDocument, { id: agent.id, note, moveThreads });
      notifications.show({ message: t('publish.done', { n: publishAgent.version.number }) });
    });
    if (!ok) return;
    setNote('');
    close();
  };
  return (
    <Modal opened={opened} onClose={close} size="xl" title={t('publish.title', { name: agent.name })} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Stack>
        <Text size="sm" c="dimmed">{t(published ? 'publish.differs' : 'publish.first')}</Text>
        {published && <Difference label={t('publish.difference')} before={versionText(published.settings)} after={draftText(agent)} />}
        <Textarea label={t('publish.note')} autosize value={note} maxLength={1_000} error={faultOf(faults, 'note')} onChange={(e) => setNote(e.currentTarget.value)} data-autofocus />
        <Checkbox label={t('publish.move')} checked={moveThreads} onChange={(e) => setMove(e.currentTarget.checked)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{t('app.cancel')}</Button>
          <Button loading={busy || page.data === undefined} onClick={() => void publish()}>{t('agent.publish')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
