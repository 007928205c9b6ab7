import { Badge, Button, Checkbox, Group, Modal, Select, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { may, viewer } from '../app/viewer';
import { change } from '../data/client';
import { useAction, usePage } from '../data/hooks';
import { useStore } from '../data/store';
import { Difference } from '../parts/Editor';
import { Reading } from '../parts/PageHead';
import { When } from '../parts/When';
import { TableBox } from '../parts/TableBox';
import { t } from '../text';
import { AgentVersionsDocument, RollbackAgentDocument } from './agents.generated';
import type { Agent } from './form';
import { draftText, versionText } from './settings';

const draft = 'draft';

/** What was published: what differs between versions, and the way back to one. */
export function Versions({ agent }: { agent: Agent }) {
  const page = usePage(AgentVersionsDocument, { id: agent.id });
  const who = useStore(viewer);
  const [before, setBefore] = useState<string>();
  const [after, setAfter] = useState(draft);
  const [back, setBack] = useState<number>();
  const versions = (page.data?.agent?.versions?.edges ?? []).flatMap((e) => (e?.node ? [e.node] : []));
  const from = before ?? agent.publishedVersion?.id;
  const textOf = (id: string | undefined) => (id === draft ? draftText(agent) : versionText(versions.find((v) => v.id === id)?.settings));
  const choices = [{ value: draft, label: t('side.draft') }, ...versions.map((v) => ({ value: v.id, label: t('agents.number', { n: v.number }) }))];
  if (!page.data) return <Reading page={page} />;
  if (versions.length === 0) return <Text c="dimmed">{t('versions.none')}</Text>;
  return (
    <Stack>
      <TableBox label={t('agent.tab.versions')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('agents.version')}</Table.Th>
              <Table.Th>{t('versions.note')}</Table.Th>
              <Table.Th>{t('versions.by')}</Table.Th>
              <Table.Th>{t('versions.at')}</Table.Th>
              <Table.Th><VisuallyHidden>{t('versions.back')}</VisuallyHidden></Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {versions.map((v) => (
              <Table.Tr key={v.id}>
                <Table.Td>{v.number} {v.id === agent.publishedVersion?.id && <Badge size="xs" variant="light">{t('versions.current')}</Badge>}</Table.Td>
                <Table.Td><Text size="sm" className="text">{v.note}</Text></Table.Td>
                <Table.Td>{v.publishedBy}</Table.Td>
                <Table.Td><When at={v.createdAt} /></Table.Td>
                <Table.Td>{may(who, 'ADMIN') && <Button size="compact-xs" variant="default" onClick={() => setBack(v.number)}>{t('versions.backTo', { n: v.number })}</Button>}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </TableBox>
      <Group>
        <Select label={t('versions.from')} allowDeselect={false} data={choices} value={from ?? null} onChange={(v) => setBefore(v ?? undefined)} />
        <Select label={t('versions.to')} allowDeselect={false} data={choices} value={after} onChange={(v) => setAfter(v ?? draft)} />
      </Group>
      {textOf(from) === textOf(after) ? <Text size="sm" c="dimmed">{t('versions.equal')}</Text> : <Difference label={t('publish.difference')} before={textOf(from)} after={textOf(after)} />}
      <RollBack agent={agent} version={back} close={() => setBack(undefined)} />
    </Stack>
  );
}

function RollBack({ agent, version, close }: { agent: Agent; version: number | undefined; close(): void }) {
  const [moveThreads, setMove] = useState(false);
  const [restoreDraft, setRestore] = useState(false);
  const [busy, act] = useAction();
  const roll = async () => {
    const ok = await act(async () => {
      await change(RollbackAgentDocument, { id: agent.id, version: version!, moveThreads, restoreDraft });
      notifications.show({ message: t('publish.done', { n: version! }) });
    });
    if (ok) close();
  };
  return (
    <Modal opened={version !== undefined} onClose={close} title={t('versions.backTo', { n: version ?? 0 })} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Stack>
        <Text size="sm">{t('versions.backHelp')}</Text>
        <Checkbox label={t('publish.move')} checked={moveThreads} onChange={(e) => setMove(e.currentTarget.checked)} />
        <Checkbox label={t('versions.restore')} checked={restoreDraft} onChange={(e) => setRestore(e.currentTarget.checked)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{t('app.cancel')}</Button>
          <Button loading={busy} onClick={() => void roll()}>{t('versions.back')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
