import { Anchor, Center, Stack, Text, Timeline, Title } from '@mantine/core';
import { Link } from 'wouter';
import { usePage } from '../data/hooks';
import { t } from '../text';
import { InboxChoicesDocument } from './inbox.generated';

/** What a newcomer sees who has no thread yet: the way to the first one. */
export default function FirstSteps() {
  const page = usePage(InboxChoicesDocument, {});
  const agents = (page.data?.agents.edges ?? []).flatMap((e) => (e?.node ? [e.node] : []));
  const open = agents.find((a) => a.public);
  return (
    <Center h="100%" p="md">
      <Stack maw={520} gap="lg">
        <div>
          <Title order={1} size="h3">{t('first.title')}</Title>
          <Text c="dimmed">{t('first.text')}</Text>
        </div>
        <Timeline active={agents.length === 0 ? -1 : open ? 1 : 0} bulletSize={18} lineWidth={2}>
          <Timeline.Item title={<Anchor component={Link} href={agents[0] ? `/agents/${agents[0].id}` : '/agents'}>{t('first.agent')}</Anchor>}>
            <Text size="sm" c="dimmed">{t('first.agentHelp')}</Text>
          </Timeline.Item>
          <Timeline.Item title={open ? <Anchor href={`/chat/${open.id}`} target="_blank" rel="noreferrer">{t('first.chatLink', { name: open.name })}</Anchor> : t('first.chat')}>
            <Text size="sm" c="dimmed">{t('first.chatHelp')}</Text>
          </Timeline.Item>
          <Timeline.Item title={<Anchor component={Link} href="/integrations">{t('first.hook')}</Anchor>}>
            <Text size="sm" c="dimmed">{t('first.hookHelp')}</Text>
          </Timeline.Item>
        </Timeline>
      </Stack>
    </Center>
  );
}
