import { Anchor, Badge, Button, Modal, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { usePage } from '../data/hooks';
import { Since } from '../parts/Since';
import { PageHead, Reading } from '../parts/PageHead';
import { TableBox } from '../parts/TableBox';
import { t, word } from '../text';
import { IntegrationForm } from './IntegrationForm';
import { Secret } from './Secret';
import { healthColor } from './colors';
import { IntegrationsDocument } from './integrations.generated';
import { useDeliveries } from './live';

/** All webhook endpoints, and how they are doing. */
export default function IntegrationsPage() {
  const page = usePage(IntegrationsDocument, {});
  const [opened, { open, close }] = useDisclosure();
  const [made, setMade] = useState<{ id: string; secret: string }>();
  const [, go] = useLocation();
  useDeliveries(undefined, page.again);
  const all = (page.data?.integrations.edges ?? []).flatMap((e) => (e?.node ? [e.node] : []));
  return (
    <div className="page">
      <PageHead title={t('nav.integrations')} text={t('integrations.intro')}>
        <Button onClick={open}>{t('integrations.new')}</Button>
      </PageHead>
      <Reading page={page} />
      {page.data && all.length === 0 && <Text c="dimmed">{t('integrations.none')}</Text>}
      {all.length > 0 && (
        <TableBox label={t('nav.integrations')}>
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('integrations.name')}</Table.Th>
                <Table.Th>{t('integrations.health')}</Table.Th>
                <Table.Th>{t('integrations.events')}</Table.Th>
                <Table.Th>{t('integrations.backlog')}</Table.Th>
                <Table.Th>{t('integrations.lastSuccess')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {all.map((i) => (
                <Table.Tr key={i.id}>
                  <Table.Td>
                    <Anchor component={Link} href={`/integrations/${i.id}`}>{i.name}</Anchor>
                    <Text size="xs" c="dimmed" className="text">{i.url}</Text>
                  </Table.Td>
                  <Table.Td>
                    <Badge variant="light" color={healthColor(i.health.status)}>{word('health', i.health.status)}</Badge>
                    {i.health.consecutiveFailures > 0 && <Text size="xs" c="dimmed">{t('integrations.failures', { n: i.health.consecutiveFailures })}</Text>}
                  </Table.Td>
                  <Table.Td><Text size="xs" className="text">{i.eventTypes.join(', ')}</Text></Table.Td>
                  <Table.Td>{backlog(i.backlog)}</Table.Td>
                  <Table.Td>{i.health.lastSuccessAt ? <Since at={i.health.lastSuccessAt} text="inbox.ago" /> : '–'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </TableBox>
      )}
      <Modal opened={opened} onClose={close} size="lg" title={t('integrations.new')} closeButtonProps={{ 'aria-label': t('app.close') }}>
        <IntegrationForm done={(id, secret) => { close(); setMade({ id, secret: secret ?? '' }); }} />
      </Modal>
      <Secret secret={made?.secret} close={() => { if (made) go(`/integrations/${made.id}`); setMade(undefined); }} />
    </div>
  );
}

/** backlog is what waits, in words. */
export function backlog(b: { pending: number; running: number; held: number; more: boolean }): string {
  const parts = [b.pending + b.running > 0 && t('integrations.pending', { n: b.pending + b.running }), b.held > 0 && t('integrations.held', { n: b.held })].filter(Boolean);
  return parts.length > 0 ? `${parts.join(', ')}${b.more ? '+' : ''}` : '–';
}
