import { Anchor, Badge, Button, Drawer, Group, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { change } from '../data/client';
import { useAction } from '../data/hooks';
import { confirm } from '../parts/confirm';
import { TableBox } from '../parts/TableBox';
import { t } from '../text';
import { FunctionForm } from './FunctionForm';
import { DeleteFunctionDocument } from './agents.generated';
import type { Agent } from './form';

/** What the agent may call. */
export function Functions({ agent, again }: { agent: Agent; again(): void }) {
  const [edited, edit] = useState<string | 'new'>();
  const [busy, act] = useAction();
  const functions = agent.functions ?? [];
  const chosen = functions.find((f) => f.id === edited);
  const remove = (id: string) => act(() => change(DeleteFunctionDocument, { id }).then(again));
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" maw={640}>{t('functions.intro')}</Text>
        <Button size="xs" onClick={() => edit('new')}>{t('functions.new')}</Button>
      </Group>
      <TableBox label={t('agent.tab.functions')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('functions.name')}</Table.Th>
              <Table.Th>{t('functions.kind')}</Table.Th>
              <Table.Th>{t('functions.does')}</Table.Th>
              <Table.Th><VisuallyHidden>{t('app.edit')}</VisuallyHidden></Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {functions.map((f) => (
              <Table.Tr key={f.id}>
                <Table.Td>
                  <Group gap={6}>
                    <Anchor component="button" type="button" onClick={() => edit(f.id)}>{f.name}</Anchor>
                    {!f.enabled && <Badge size="xs" color="gray">{t('functions.disabled')}</Badge>}
                    {f.needsApproval && <Badge size="xs" color="orange" variant="light">{t('functions.approval')}</Badge>}
                  </Group>
                </Table.Td>
                <Table.Td>{f.kind === 'TAG' ? t('functions.tag', { tag: f.tag }) : `${f.method} ${f.url}`}</Table.Td>
                <Table.Td><Text size="xs" lineClamp={2}>{f.description}</Text></Table.Td>
                <Table.Td>
                  <Button size="compact-xs" variant="subtle" color="red" loading={busy} aria-label={t('functions.delete', { name: f.name })} onClick={() => confirm(t('functions.delete', { name: f.name }), t('functions.deleteHelp'), () => remove(f.id))}>
                    {t('app.delete')}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </TableBox>
      <Drawer opened={edited !== undefined} onClose={() => edit(undefined)} position="right" size="xl" title={chosen ? chosen.name : t('functions.new')} closeButtonProps={{ 'aria-label': t('app.close') }}>
        {(edited === 'new' || chosen) && <FunctionForm key={edited} agentId={agent.id} of={chosen} done={(id) => { again(); edit(id); }} />}
      </Drawer>
    </Stack>
  );
}
