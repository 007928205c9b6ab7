import { Button, Checkbox, Group, MultiSelect, NumberInput, Select, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { change } from '../data/client';
import { faultOf, useAction, usePage } from '../data/hooks';
import { json } from '../format';
import { t, word } from '../text';
import { CreateIntegrationDocument, EventTypesDocument, IntegrationAgentsDocument, type IntegrationPartsFragment, UpdateIntegrationDocument } from './integrations.generated';

interface Props {
  of?: IntegrationPartsFragment;
  done(id: string, secret: string | null): void;
}

const orderings = ['THREAD', 'FIFO', 'NONE'] as const;

/** An endpoint: where, what of, in which order. */
export function IntegrationForm({ of, done }: Props) {
  const types = usePage(EventTypesDocument, {});
  const agents = usePage(IntegrationAgentsDocument, {});
  const [busy, act, faults] = useAction();
  const [form, setForm] = useState({
    name: of?.name ?? '',
    url: of?.url ?? '',
    eventTypes: [...(of?.eventTypes ?? [])],
    agentIds: [...(of?.agentIds ?? [])],
    channels: [...(of?.channels ?? [])],
    ordering: of?.ordering ?? ('THREAD' as const),
    asymmetric: of?.asymmetric ?? false,
    ratePerSecond: of?.ratePerSecond ?? null,
  });
  const [shown, show] = useState<string>();
  const set = (part: Partial<typeof form>) => setForm((f) => ({ ...f, ...part }));
  const known = types.data?.eventTypes ?? [];
  const example = known.find((e) => e.type === shown);

  const submit = (e: FormEvent) => {
    e.preventDefault();
    void act(async () => {
      if (of) {
        await change(UpdateIntegrationDocument, { id: of.id, ...form });
        notifications.show({ message: t('app.saved') });
        done(of.id, null);
      } else {
        const { createIntegration } = await change(CreateIntegrationDocument, form);
        done(createIntegration.integration.id, createIntegration.secret);
      }
    });
  };
  const groups = [...new Set(known.map((e) => `${e.type.split('.')[0]}.*`))];

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label={t('integrations.name')} required value={form.name} error={faultOf(faults, 'name')} onChange={(e) => set({ name: e.currentTarget.value })} data-autofocus />
        <TextInput label={t('integrations.url')} required placeholder="https://crm.example.com/parley" value={form.url} error={faultOf(faults, 'url')} onChange={(e) => set({ url: e.currentTarget.value })} />
        <TagsInput
          label={t('integrations.events')} description={t('integrations.eventsHelp')} required={form.eventTypes.length === 0}
          data={['*', ...groups, ...known.map((e) => e.type)]} value={form.eventTypes} error={faultOf(faults, 'eventTypes')} onChange={(v) => set({ eventTypes: v })}
        />
        <Checkbox.Group label={t('integrations.pick')} value={form.eventTypes} onChange={(v) => set({ eventTypes: v })}>
          <Stack gap={4} mt={6}>
            {known.map((e) => (
              <Group key={e.type} gap={6} wrap="nowrap" align="flex-start">
                <Checkbox size="xs" value={e.type} label={e.type} description={e.description} style={{ flex: 1 }} />
                <Button size="compact-xs" variant="subtle" aria-expanded={shown === e.type} aria-label={t('integrations.exampleOf', { type: e.type })} onClick={() => show(shown === e.type ? undefined : e.type)}>{t('integrations.example')}</Button>
              </Group>
            ))}
          </Stack>
        </Checkbox.Group>
        {example && (
          <div>
            <Text size="xs" c="dimmed">{t('integrations.exampleOf', { type: example.type })} · {example.schemaPath}</Text>
            <pre className="code" tabIndex={0} style={{ maxHeight: 280, overflow: 'auto' }}>{json(example.example)}</pre>
          </div>
        )}
        <MultiSelect
          label={t('integrations.agents')} placeholder={form.agentIds.length === 0 ? t('integrations.all') : ''}
          data={(agents.data?.agents.edges ?? []).flatMap((e) => (e?.node ? [{ value: e.node.id, label: e.node.name }] : []))}
          value={form.agentIds} error={faultOf(faults, 'agentIds')} onChange={(v) => set({ agentIds: v })}
        />
        <TagsInput label={t('integrations.channels')} placeholder={form.channels.length === 0 ? t('integrations.all') : ''} value={form.channels} error={faultOf(faults, 'channels')} onChange={(v) => set({ channels: v })} />
        <Group grow align="flex-start">
          <Select label={t('integrations.ordering')} allowDeselect={false} data={orderings.map((o) => ({ value: o, label: word('ordering', o) }))} value={form.ordering} onChange={(v) => set({ ordering: v as typeof form.ordering })} />
          <NumberInput label={t('integrations.rate')} placeholder={t('agent.noLimit')} min={1} max={1_000} value={form.ratePerSecond ?? ''} error={faultOf(faults, 'ratePerSecond')} onChange={(v) => set({ ratePerSecond: v === '' ? null : Number(v) })} />
        </Group>
        <Switch label={t('integrations.asymmetric')} checked={form.asymmetric} onChange={(e) => set({ asymmetric: e.currentTarget.checked })} />
        <Group justify="flex-end"><Button type="submit" loading={busy} disabled={form.eventTypes.length === 0}>{t(of ? 'app.save' : 'integrations.create')}</Button></Group>
      </Stack>
    </form>
  );
}
