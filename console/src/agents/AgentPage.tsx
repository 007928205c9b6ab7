import { Badge, Button, Group, Tabs, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useLocation } from 'wouter';
import { may, viewer } from '../app/viewer';
import { change } from '../data/client';
import { useAction, usePage } from '../data/hooks';
import { useStore } from '../data/store';
import { PageHead, Reading } from '../parts/PageHead';
import { confirm } from '../parts/confirm';
import { t } from '../text';
import { Functions } from './Functions';
import { Playground } from './Playground';
import { Publish } from './Publish';
import { Settings } from './Settings';
import { Versions } from './Versions';
import { AgentPageDocument, DeleteAgentDocument } from './agents.generated';

const tabs = ['settings', 'functions', 'versions', 'playground'] as const;

/** One agent: its draft, its functions, what was published, and a place to try it. */
export default function AgentPage({ id, tab }: { id: string; tab: string | undefined }) {
  const page = usePage(AgentPageDocument, { id });
  const who = useStore(viewer);
  const [, go] = useLocation();
  const [publishing, { open, close }] = useDisclosure();
  const [busy, act] = useAction();
  const agent = page.data?.agent;
  const admin = may(who, 'ADMIN');
  const shown = tabs.filter((name) => admin || name === 'functions' || name === 'versions');
  if (!agent) {
    return (
      <div className="page">
        <PageHead title={t('nav.agents')} up={{ href: '/agents', text: t('nav.agents') }} />
        {page.data ? <Text c="dimmed">{t('agent.gone')}</Text> : <Reading page={page} />}
      </div>
    );
  }
  const remove = () => act(async () => {
    await change(DeleteAgentDocument, { id });
    go('/agents');
  });
  return (
    <div className="page">
      <PageHead title={agent.name} up={{ href: '/agents', text: t('nav.agents') }}>
        <Group gap="xs">
          <Badge variant="light" color={agent.hasUnpublishedChanges ? 'orange' : 'teal'} tt="none">
            {agent.publishedVersion ? t(agent.hasUnpublishedChanges ? 'agent.changedSince' : 'agent.isVersion', { n: agent.publishedVersion.number }) : t('agents.draftOnly')}
          </Badge>
          {admin && <Button size="xs" onClick={open} disabled={!agent.hasUnpublishedChanges}>{t('agent.publish')}</Button>}
          {admin && <Button size="xs" variant="default" loading={busy} onClick={() => confirm(t('agent.delete'), t('agent.deleteHelp'), remove)}>{t('app.delete')}</Button>}
        </Group>
      </PageHead>
      <Tabs value={shown.find((name) => name === tab) ?? shown[0]} onChange={(v) => go(`/agents/${id}/${v}`)} keepMounted={false}>
        <Tabs.List mb="md">
          {shown.map((name) => <Tabs.Tab key={name} value={name}>{t(`agent.tab.${name}`)}</Tabs.Tab>)}
        </Tabs.List>
        <Tabs.Panel value="settings"><Settings agent={agent} /></Tabs.Panel>
        <Tabs.Panel value="functions"><Functions agent={agent} again={page.again} /></Tabs.Panel>
        <Tabs.Panel value="versions"><Versions agent={agent} /></Tabs.Panel>
        <Tabs.Panel value="playground"><Playground agent={agent} /></Tabs.Panel>
      </Tabs>
      <Publish agent={agent} opened={publishing} close={close} />
    </div>
  );
}
