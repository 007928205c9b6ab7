import { Anchor, Badge, Button, Drawer, Group, MultiSelect, Stack, Table, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { usePage } from '../data/hooks';
import { Reading } from '../parts/PageHead';
import { When } from '../parts/When';
import { TableBox } from '../parts/TableBox';
import { t, word } from '../text';
import { DeliveryView } from './DeliveryView';
import { deliveryColor } from './colors';
import { DeliveriesDocument, EventTypesDocument } from './integrations.generated';
import { useDeliveries } from './live';

const states = ['PENDING', 'RUNNING', 'DONE', 'EXHAUSTED', 'HELD', 'CANCELLED'] as const;
type State = (typeof states)[number];

/** What was sent, is sent and waits. */
export function Deliveries({ integrationId }: { integrationId: string }) {
  const [params, setParams] = useSearchParams();
  const [after, setAfter] = useState<string | null>(null);
  const [chosen, choose] = useState<State[]>([]);
  const [types, chooseTypes] = useState<string[]>([]);
  const [threadId, setThread] = useState('');
  const known = usePage(EventTypesDocument, {});
  const where = {
    integrationID: integrationId,
    stateIn: chosen.length > 0 ? chosen : undefined,
    eventTypeIn: types.length > 0 ? types : undefined,
    threadID: threadId.trim() || undefined,
  };
  const page = usePage(DeliveriesDocument, { where, after });
  useDeliveries(integrationId, page.again);
  const open = params.get('delivery');
  const list = page.data?.deliveries;
  const reset = <T,>(set: (v: T) => void) => (v: T) => { setAfter(null); set(v); };
  const show = (id: string | undefined) => setParams((p) => { if (id) p.set('delivery', id); else p.delete('delivery'); return p; });
  return (
    <Stack>
      <Group align="flex-end">
        <MultiSelect label={t('deliveries.states')} data={states.map((s) => ({ value: s, label: word('delivery', s) }))} value={chosen} onChange={reset((v: string[]) => choose(v as State[]))} miw={200} />
        <MultiSelect label={t('deliveries.types')} data={(known.data?.eventTypes ?? []).map((e) => e.type)} value={types} onChange={reset(chooseTypes)} miw={200} />
        <TextInput label={t('deliveries.thread')} placeholder="thr_…" value={threadId} onChange={(e) => reset(setThread)(e.currentTarget.value)} />
      </Group>
      <Reading page={page} />
      {list && (list.edges ?? []).length === 0 && <Text c="dimmed" size="sm">{t('deliveries.none')}</Text>}
      {list && (list.edges ?? []).length > 0 && (
        <TableBox label={t('integration.tab.deliveries')}>
          <Table highlightOnHover verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('deliveries.event')}</Table.Th>
                <Table.Th>{t('deliveries.state')}</Table.Th>
                <Table.Th>{t('deliveries.attempts')}</Table.Th>
                <Table.Th>{t('deliveries.made')}</Table.Th>
                <Table.Th>{t('deliveries.next')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {(list.edges ?? []).map((e) => e?.node).filter((d) => d !== null && d !== undefined).map((d) => (
                <Table.Tr key={d.id}>
                  <Table.Td>
                    <Anchor component="button" type="button" size="sm" onClick={() => show(d.id)}>{d.eventType}</Anchor>
                    {d.threadId && <Text size="xs" c="dimmed"><Anchor component={Link} size="xs" href={`/inbox/${d.threadId}`}>{t('deliveries.threadNumber', { n: d.sequence ?? 0 })}</Anchor></Text>}
                  </Table.Td>
                  <Table.Td>
                    <Badge size="sm" variant="light" color={deliveryColor(d.state)} data-delivery={d.state}>{word('delivery', d.state)}</Badge>
                    {d.lane === 'REPLAY' && <Badge size="xs" variant="default" ml={4}>{t('deliveries.replay')}</Badge>}
                    {d.steppedAside && <Badge size="xs" variant="default" ml={4}>{t('deliveries.aside')}</Badge>}
                  </Table.Td>
                  <Table.Td>{d.attempts}</Table.Td>
                  <Table.Td><When at={d.createdAt} /></Table.Td>
                  <Table.Td>{d.state === 'PENDING' && d.nextAt ? <When at={d.nextAt} /> : '–'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </TableBox>
      )}
      {list?.pageInfo.hasNextPage && <Button variant="default" loading={page.loading} onClick={() => setAfter(list.pageInfo.endCursor)}>{t('app.more')}</Button>}
      <Drawer opened={open !== null} onClose={() => show(undefined)} position="right" size="xl" title={t('delivery.title')} closeButtonProps={{ 'aria-label': t('app.close') }}>
        {open && <DeliveryView id={open} integrationId={integrationId} />}
      </Drawer>
    </Stack>
  );
}
