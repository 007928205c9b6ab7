import { Anchor, Badge, Button, Group, Modal, Stack, Table, Text, TextInput, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { may, viewer } from '../app/viewer';
import { change } from '../data/client';
import { faultOf, useAction, usePage } from '../data/hooks';
import { useStore } from '../data/store';
import { PageHead, Reading } from '../parts/PageHead';
import { When } from '../parts/When';
import { TableBox } from '../parts/TableBox';
import { t } from '../text';
import { AgentsDocument, CreateAgentDocument } from './agents.generated';

/** All agents. */
export default function AgentsPage() {
  const page = usePage(AgentsDocument, {});
  const who = useStore(viewer);
  const [opened, { open, close }] = useDisclosure();
  const agents = (page.data?.agents.edges ?? []).flatMap((e) => (e?.node ? [e.node] : []));
  return (
    <div className="page">
      <PageHead title={t('nav.agents')} text={t('agents.intro')}>
        {may(who, 'ADMIN') && <Button onClick={open}>{t('agents.new')}</Button>}
      </PageHead>
      <Reading page={page} />
      {page.data && agents.length === 0 && <Text c="dimmed">{t('agents.none')}</Text>}
      {agents.length > 0 && (
        <TableBox label={t('nav.agents')}>
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('agents.name')}</Table.Th>
                <Table.Th>{t('agents.models')}</Table.Th>
                <Table.Th>{t('agents.version')}</Table.Th>
                <Table.Th>{t('agents.changed')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {agents.map((a) => (
                <Table.Tr key={a.id}>
                  <Table.Td>
                    <Group gap={6}>
                      <Anchor component={Link} href={`/agents/${a.id}`}>{a.name}</Anchor>
                      {a.public && <Badge size="xs" variant="light">{t('agents.public')}</Badge>}
                    </Group>
                  </Table.Td>
                  <Table.Td>{a.models.join(', ') || t('agents.defaultModel')}</Table.Td>
                  <Table.Td>
                    <Group gap={6}>
                      {a.publishedVersion ? t('agents.number', { n: a.publishedVersion.number }) : t('agents.draftOnly')}
                      {a.publishedVersion && a.hasUnpublishedChanges && <Badge size="xs" color="orange" variant="light">{t('agents.unpublished')}</Badge>}
                    </Group>
                  </Table.Td>
                  <Table.Td><When at={a.updatedAt} /></Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </TableBox>
      )}
      <Modal opened={opened} onClose={close} title={t('agents.new')} closeButtonProps={{ 'aria-label': t('app.close') }}><NewAgent /></Modal>
    </div>
  );
}

function NewAgent() {
  const [, go] = useLocation();
  const [name, setName] = useState('');
  const [instructions, setInstructions] = useState('');
  const [busy, act, faults] = useAction();
  const submit = (e: FormEvent) => {
    e.preventDefault();
    void act(async () => {
      const { createAgent } = await change(CreateAgentDocument, { name, instructions });
      go(`/agents/${createAgent.agent.id}`);
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label={t('agent.name')} required value={name} error={faultOf(faults, 'name')} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
        <Textarea label={t('agent.instructions')} description={t('agent.instructionsHelp')} autosize minRows={4} value={instructions} error={faultOf(faults, 'instructions')} onChange={(e) => setInstructions(e.currentTarget.value)} />
        <Button type="submit" loading={busy}>{t('agents.create')}</Button>
      </Stack>
    </form>
  );
}
