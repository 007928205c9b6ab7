import { Badge, Button, Checkbox, Group, Paper, Progress, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { change } from '../data/client';
import { faultOf, useAction, usePage } from '../data/hooks';
import { fullTime, localTime } from '../format';
import { t, word } from '../text';
import { CancelReplayDocument, EventTypesDocument, type ReplayPartsFragment, ReplayDeliveriesDocument, ReplaysDocument } from './integrations.generated';

/** Sends past deliveries once more, and shows how far that is. */
export function Replays({ id }: { id: string }) {
  const page = usePage(ReplaysDocument, { id });
  const types = usePage(EventTypesDocument, {});
  const [since, setSince] = useState(() => localTime(Date.now() - 86_400_000));
  const [until, setUntil] = useState('');
  const [only, setOnly] = useState<string[]>([]);
  const [states, setStates] = useState<string[]>(['DONE', 'EXHAUSTED']);
  const [busy, act, faults] = useAction();
  const node = page.data?.node;
  const replays: readonly ReplayPartsFragment[] = node && 'replays' in node ? node.replays : [];
  const going = replays.some((r) => r.state === 'RUNNING' || (r.state === 'DONE' && r.waiting > 0));
  const { again } = page;
  useEffect(() => {
    if (!going) return;
    const timer = setInterval(again, 1_000);
    return () => clearInterval(timer);
  }, [going, again]);

  const start = () => act(async () => {
    await change(ReplayDeliveriesDocument, {
      integrationId: id,
      since: new Date(since).toISOString(),
      until: until ? new Date(until).toISOString() : undefined,
      types: only.length > 0 ? only : undefined,
      states: states as ('DONE' | 'EXHAUSTED')[],
    });
    again();
  });
  return (
    <Stack>
      <Text size="sm" c="dimmed">{t('replay.intro')}</Text>
      <Group align="flex-end">
        <TextInput type="datetime-local" label={t('replay.since')} value={since} error={faultOf(faults, 'since')} onChange={(e) => setSince(e.currentTarget.value)} />
        <TextInput type="datetime-local" label={t('replay.until')} value={until} error={faultOf(faults, 'until')} onChange={(e) => setUntil(e.currentTarget.value)} />
        <TagsInput label={t('replay.types')} placeholder={only.length === 0 ? t('integrations.all') : ''} data={(types.data?.eventTypes ?? []).map((e) => e.type)} value={only} error={faultOf(faults, 'types')} onChange={setOnly} miw={220} />
        <Checkbox.Group label={t('replay.states')} value={states} onChange={setStates}>
          <Group h={36}>
            <Checkbox value="DONE" label={t('delivery.DONE')} />
            <Checkbox value="EXHAUSTED" label={t('delivery.EXHAUSTED')} />
          </Group>
        </Checkbox.Group>
        <Button loading={busy} disabled={!since || states.length === 0} onClick={() => void start()}>{t('replay.start')}</Button>
      </Group>
      {replays.map((r) => {
        const done = r.total === 0 ? (r.state === 'RUNNING' ? 0 : 100) : (r.seen / r.total) * 100;
        return (
          <Paper key={r.id} withBorder p="sm" data-replay={r.state} data-waiting={r.waiting}>
            <Group justify="space-between">
              <Text size="sm">{fullTime(r.since)} – {fullTime(r.until)}{r.eventTypes.length > 0 && ` · ${r.eventTypes.join(', ')}`}</Text>
              <Group gap="xs">
                <Badge variant="light">{word('replay', r.state)}</Badge>
                {r.state === 'RUNNING' && <Button size="compact-xs" variant="default" onClick={() => void act(() => change(CancelReplayDocument, { id: r.id }))}>{t('app.cancel')}</Button>}
              </Group>
            </Group>
            <Progress value={done} my={6} aria-label={t('replay.progress')} />
            <Text size="xs" c="dimmed">{t('replay.figures', { seen: r.seen, total: r.total, queued: r.queued, waiting: r.waiting })}</Text>
          </Paper>
        );
      })}
      {replays.length === 0 && page.data && <Text size="sm" c="dimmed">{t('replay.none')}</Text>}
    </Stack>
  );
}
