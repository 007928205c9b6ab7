import { Accordion, Anchor, Badge, Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { usePage } from '../data/hooks';
import { fullTime, json } from '../format';
import { deliveryColor } from '../integrations/colors';
import { t, word } from '../text';
import { ThreadDeliveriesDocument, ThreadLogDocument } from './thread.generated';

/** The events of a thread as webhooks carry them, and what became of each on its way. */
export default function Happened({ threadId }: { threadId: string }) {
  const [after, setAfter] = useState<{ event: string | null; delivery: string | null }>({ event: null, delivery: null });
  const events = usePage(ThreadLogDocument, { id: threadId, after: after.event });
  const deliveries = usePage(ThreadDeliveriesDocument, { id: threadId, after: after.delivery });
  const sent = (deliveries.data?.deliveries.edges ?? []).flatMap((e) => (e?.node ? [e.node] : []));
  const all = events.data?.events.edges ?? [];
  const further = events.data?.events.pageInfo;
  // Both are in the order in which they happened: the deliveries of further events stand on further pages.
  const more = () => {
    const { hasNextPage, endCursor } = deliveries.data?.deliveries.pageInfo ?? { hasNextPage: false, endCursor: null };
    setAfter((was) => ({ event: further?.endCursor ?? was.event, delivery: hasNextPage ? endCursor : was.delivery }));
  };
  return (
    <Stack gap="xs">
      <Button size="compact-xs" variant="default" onClick={() => { events.again(); deliveries.again(); }}>{t('app.refresh')}</Button>
      {all.length === 0 && <Text size="xs" c="dimmed">{t('happened.none')}</Text>}
      <Accordion variant="default" chevronPosition="left" multiple>
        {all.map(({ node: event }) => (
          <Accordion.Item key={event.id} value={event.id}>
            <Accordion.Control><Text size="xs">{event.sequence}. {event.type}</Text></Accordion.Control>
            <Accordion.Panel>
              <Text size="xs" c="dimmed">{fullTime(event.createdAt)}</Text>
              {sent.filter((d) => d.sequence === event.sequence && d.eventType === event.type).map((d) => (
                <Text size="xs" key={d.id}>
                  <Anchor component={Link} size="xs" href={`/integrations/${d.integration.id}/deliveries?delivery=${d.id}`}>{d.integration.name}</Anchor>{' '}
                  <Badge size="xs" variant="light" color={deliveryColor(d.state)}>{word('delivery', d.state)}</Badge>
                </Text>
              ))}
              <pre className="code">{json(event.body)}</pre>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {further?.hasNextPage && <Button size="compact-xs" variant="default" loading={events.loading} onClick={more}>{t('app.more')}</Button>}
    </Stack>
  );
}
