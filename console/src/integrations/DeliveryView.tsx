import { Accordion, Badge, Button, Group, Stack, Text, Timeline } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { change } from '../data/client';
import { useAction, usePage } from '../data/hooks';
import { fullTime, json, millis } from '../format';
import { Copy } from '../parts/Copy';
import { Reading } from '../parts/PageHead';
import { t, word } from '../text';
import { deliveryColor, outcomeColor } from './colors';
import { curl } from './curl';
import { type AttemptPartsFragment, DeliveryPageDocument, ResendDeliveryDocument } from './integrations.generated';
import { useDeliveries } from './live';

/** One event on its way: every attempt, what came back, and what can be done. */
export function DeliveryView({ id, integrationId }: { id: string; integrationId: string }) {
  const page = usePage(DeliveryPageDocument, { id });
  const [busy, act] = useAction();
  useDeliveries(integrationId, page.again);
  const d = page.data?.node;
  if (!d || !('attemptLog' in d)) return <Reading page={page} />;
  const resend = () => act(async () => {
    await change(ResendDeliveryDocument, { deliveryId: id });
    notifications.show({ message: t('delivery.resent') });
    page.again();
  });
  return (
    <Stack>
      <Group gap="xs">
        <Text fw={600}>{d.eventType}</Text>
        <Badge variant="light" color={deliveryColor(d.state)}>{word('delivery', d.state)}</Badge>
        {d.state === 'PENDING' && d.nextAt && <Text size="xs" c="dimmed">{t('delivery.nextAt', { at: fullTime(d.nextAt) })}</Text>}
      </Group>
      <Group gap="xs">
        <Button size="xs" loading={busy} onClick={() => void resend()}>{t('delivery.resend')}</Button>
        <Copy label={t('delivery.curl')} text={curl(d.integration.url, d.event.id, d.event.body)} />
        <Copy label={t('delivery.copyBody')} text={json(d.event.body)} />
      </Group>
      <Timeline active={d.attemptLog.length} bulletSize={16} lineWidth={2} aria-label={t('delivery.attempts')}>
        {d.attemptLog.map((a) => <Timeline.Item key={a.id} title={<Title of={a} />} color={outcomeColor(a.outcome)}><Attempt of={a} /></Timeline.Item>)}
      </Timeline>
      {d.attemptLog.length === 0 && <Text size="sm" c="dimmed">{t('delivery.noAttempt')}</Text>}
      <Accordion variant="contained">
        <Accordion.Item value="body">
          <Accordion.Control>{t('delivery.body')}</Accordion.Control>
          <Accordion.Panel><pre className="code">{json(d.event.body)}</pre></Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Stack>
  );
}

function Title({ of: a }: { of: AttemptPartsFragment }) {
  return (
    <Group gap={6}>
      <Text size="sm" fw={600}>{t('delivery.attempt', { n: a.number })}</Text>
      <Badge size="sm" variant="light" color={outcomeColor(a.outcome)}>{word('outcome', a.outcome)}{a.status !== null && ` ${a.status}`}</Badge>
      {a.trigger !== 'SCHEDULE' && <Badge size="xs" variant="default">{word('trigger', a.trigger)}</Badge>}
    </Group>
  );
}

/** The parts of the time that an attempt took, and what it brought. */
export function Attempt({ of: a }: { of: Omit<AttemptPartsFragment, 'id' | 'number' | 'trigger' | 'startedAt'> & { startedAt?: string } }) {
  const phases = [['dns', a.dnsUs], ['connect', a.connectUs], ['tls', a.tlsUs], ['firstByte', a.firstByteUs], ['total', a.totalUs]] as const;
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed">{[a.startedAt && fullTime(a.startedAt), a.remoteAddress].filter(Boolean).join(' · ')}</Text>
      <Text size="xs">{phases.filter(([, us]) => us > 0).map(([name, us]) => `${t(`phase.${name}`)} ${millis(us)}`).join(' · ')}</Text>
      {a.error && <Text size="xs" c="red" className="text">{a.error}</Text>}
      {a.answer && <pre className="code">{a.answer}</pre>}
    </Stack>
  );
}
