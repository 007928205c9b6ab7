import { Alert, Badge, Button, Group, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { change } from '../data/client';
import { useAction, usePage } from '../data/hooks';
import { fullTime } from '../format';
import { PageHead, Reading } from '../parts/PageHead';
import { confirm } from '../parts/confirm';
import { t, word } from '../text';
import { Deliveries } from './Deliveries';
import { Health } from './Health';
import { IntegrationForm } from './IntegrationForm';
import { Replays } from './Replays';
import { Secret } from './Secret';
import { Snippets } from './Snippets';
import { Test } from './Test';
import { healthColor } from './colors';
import { DeleteIntegrationDocument, IntegrationPageDocument, ReleaseHeldDocument, RotateIntegrationSecretDocument, UpdateIntegrationDocument } from './integrations.generated';
import { useDeliveries } from './live';

const tabs = ['health', 'deliveries', 'test', 'replay', 'settings', 'verify'] as const;

/** One endpoint: how it is doing, what was sent, and what can be done about it. */
export default function IntegrationPage({ id, tab }: { id: string; tab: string | undefined }) {
  const page = usePage(IntegrationPageDocument, { id });
  const [, go] = useLocation();
  const [busy, act] = useAction();
  const [secret, setSecret] = useState<string>();
  useDeliveries(id, page.again);
  const node = page.data?.node;
  if (!node || !('health' in node)) {
    return (
      <div className="page">
        <PageHead title={t('nav.integrations')} up={{ href: '/integrations', text: t('nav.integrations') }} />
        {page.data ? <Text c="dimmed">{t('integration.gone')}</Text> : <Reading page={page} />}
      </div>
    );
  }
  const on = node.state === 'ENABLED';
  const remove = () => act(async () => {
    await change(DeleteIntegrationDocument, { id });
    go('/integrations');
  });
  const rotate = () => act(async () => setSecret((await change(RotateIntegrationSecretDocument, { id })).rotateIntegrationSecret.secret ?? ''));
  return (
    <div className="page">
      <PageHead title={node.name} text={node.url} up={{ href: '/integrations', text: t('nav.integrations') }}>
        <Badge variant="light" color={healthColor(node.health.status)} data-health={node.health.status}>{word('health', node.health.status)}</Badge>
        <Button size="xs" variant="default" loading={busy} onClick={() => void act(() => change(UpdateIntegrationDocument, { id, state: on ? 'DISABLED' : 'ENABLED' }))}>{t(on ? 'integration.disable' : 'integration.enable')}</Button>
        <Button size="xs" variant="default" loading={busy} onClick={() => confirm(t('integration.rotate'), t('integration.rotateHelp'), rotate)}>{t('integration.rotate')}</Button>
        <Button size="xs" variant="default" loading={busy} onClick={() => confirm(t('integration.delete'), t('integration.deleteHelp'), remove)}>{t('app.delete')}</Button>
      </PageHead>
      {node.state === 'DISABLED' && (
        <Alert color="orange" mb="md" title={t('integration.disabled')}>{node.disabledReason}{node.disabledAt && ` (${fullTime(node.disabledAt)})`}</Alert>
      )}
      {node.backlog.held > 0 && (
        <Alert color="orange" mb="md" title={t('integration.holds', { n: node.backlog.held })}>
          <Group>
            <Text size="sm">{t(`holding.${node.holding}`)}</Text>
            <Button size="compact-sm" loading={busy} disabled={!on || node.holding === 'RELEASING'} onClick={() => void act(() => change(ReleaseHeldDocument, { integrationId: id }))}>{t('integration.release')}</Button>
          </Group>
        </Alert>
      )}
      <Tabs value={tabs.find((name) => name === tab) ?? 'health'} onChange={(v) => go(`/integrations/${id}/${v}`)} keepMounted={false}>
        <Tabs.List mb="md">{tabs.map((name) => <Tabs.Tab key={name} value={name}>{t(`integration.tab.${name}`)}</Tabs.Tab>)}</Tabs.List>
        <Tabs.Panel value="health"><Health of={node} /></Tabs.Panel>
        <Tabs.Panel value="deliveries"><Deliveries integrationId={id} /></Tabs.Panel>
        <Tabs.Panel value="test"><Test id={id} /></Tabs.Panel>
        <Tabs.Panel value="replay"><Replays id={id} /></Tabs.Panel>
        <Tabs.Panel value="settings"><IntegrationForm of={node} done={() => page.again()} /></Tabs.Panel>
        <Tabs.Panel value="verify"><Snippets publicKeys={node.publicKeys} /></Tabs.Panel>
      </Tabs>
      <Secret secret={secret} close={() => setSecret(undefined)} />
    </div>
  );
}
