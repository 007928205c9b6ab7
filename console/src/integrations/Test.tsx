import { Badge, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { change } from '../data/client';
import { useAction, usePage } from '../data/hooks';
import { json } from '../format';
import { t, word } from '../text';
import { Attempt } from './DeliveryView';
import { outcomeColor } from './colors';
import { EventTypesDocument, TestIntegrationDocument, type TestIntegrationMutation } from './integrations.generated';

/** Sends a sample at once, and shows what came back. */
export function Test({ id }: { id: string }) {
  const types = usePage(EventTypesDocument, {});
  const [eventType, choose] = useState('integration.ping');
  const [result, setResult] = useState<TestIntegrationMutation['testIntegration']>();
  const [busy, act] = useAction();
  const send = () => act(async () => setResult((await change(TestIntegrationDocument, { id, eventType })).testIntegration));
  const known = types.data?.eventTypes ?? [];
  return (
    <Stack>
      <Text size="sm" c="dimmed">{t('test.intro')}</Text>
      <Group align="flex-end">
        <Select label={t('test.type')} allowDeselect={false} searchable data={known.map((e) => e.type)} value={eventType} onChange={(v) => choose(v ?? 'integration.ping')} description={known.find((e) => e.type === eventType)?.description} miw={280} />
        <Button loading={busy} onClick={() => void send()}>{t('test.send')}</Button>
      </Group>
      {result && (
        <Stack gap="xs" data-testid="test-result" data-outcome={result.outcome}>
          <Badge color={outcomeColor(result.outcome)} variant="light">{word('outcome', result.outcome)}{result.status !== null && ` ${result.status}`}</Badge>
          <Attempt of={result} />
          <Text size="xs" c="dimmed">{t('delivery.body')}</Text>
          <pre className="code">{json(result.body)}</pre>
        </Stack>
      )}
    </Stack>
  );
}
