import { Alert, Anchor, Button, ColorInput, Fieldset, Group, NumberInput, Select, SimpleGrid, Stack, Switch, TagsInput, TextInput, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useEffect, useState } from 'react';
import { change } from '../data/client';
import { faultOf, useAction, usePage } from '../data/hooks';
import { Copy } from '../parts/Copy';
import { Editor } from '../parts/Editor';
import { t, word } from '../text';
import { FollowUps } from './FollowUps';
import { ModelChoicesDocument, UpdateAgentDocument } from './agents.generated';
import { type Agent, type AgentForm, changes, isJSON, toForm } from './form';
import { schemaFaults } from './schema';

const busyChoices = ['FOLD', 'ENQUEUE', 'RESTART', 'REJECT'];
const zones = ['', ...Intl.supportedValuesOf('timeZone')];

/** The settings of the draft. Only what was changed is sent. */
export function Settings({ agent }: { agent: Agent }) {
  const [form, setForm] = useState(() => toForm(agent));
  const [busy, act, faults] = useAction();
  const models = usePage(ModelChoicesDocument, {});
  const readable = isJSON(form.script) && isJSON(form.answerSchema);
  const changed = readable ? Object.keys(changes(form, agent)).length : 1;

  useEffect(() => {
    const warn = (e: BeforeUnloadEvent) => { if (changed > 0) e.preventDefault(); };
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [changed]);

  const set = <K extends keyof AgentForm>(key: K, value: AgentForm[K]) => setForm((f) => ({ ...f, [key]: value }));
  const text = (key: 'name' | 'region') => ({ value: form[key], onChange: (e: { currentTarget: { value: string } }) => set(key, e.currentTarget.value), error: faultOf(faults, key) });
  const number = (key: 'quietMs' | 'maxWaitMs' | 'maxCalls' | 'maxSteps' | 'maxTurnTokens' | 'maxTurnSeconds', min: number, max: number) => ({
    label: t(`agent.${key}`), value: form[key], min, max, error: faultOf(faults, key), thousandSeparator: ',', onChange: (v: number | string) => set(key, Number(v)),
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    void act(async () => {
      const { updateAgent } = await change(UpdateAgentDocument, { id: agent.id, ...changes(form, agent) });
      setForm(toForm(updateAgent.agent));
      notifications.show({ message: t('app.saved') });
    });
  };

  return (
    <form onSubmit={submit}>
      <Stack>
        <Fieldset legend={t('agent.who')}>
          <Stack>
            <TextInput label={t('agent.name')} required {...text('name')} />
            <Editor label={t('agent.instructions')} description={t('agent.instructionsHelp')} language="text" value={form.instructions} onChange={(v) => set('instructions', v)} error={faultOf(faults, 'instructions')} />
            <TagsInput
              label={t('agent.models')} description={t('agent.modelsHelp')} error={faultOf(faults, 'models')}
              data={(models.data?.models ?? []).map((m) => m.name)} value={form.models} onChange={(v) => set('models', v)}
            />
            <Textarea label={t('agent.fallbackText')} description={t('agent.fallbackTextHelp')} autosize value={form.fallbackText} error={faultOf(faults, 'fallbackText')} onChange={(e) => set('fallbackText', e.currentTarget.value)} />
          </Stack>
        </Fieldset>
        <Fieldset legend={t('agent.turns')}>
          <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
            <Select label={t('agent.onBusy')} allowDeselect={false} data={busyChoices.map((v) => ({ value: v, label: word('onBusy', v) }))} value={form.onBusy} onChange={(v) => set('onBusy', v as AgentForm['onBusy'])} />
            <NumberInput {...number('quietMs', 0, 8_000)} />
            <NumberInput {...number('maxWaitMs', 0, 60_000)} />
            <NumberInput {...number('maxCalls', 1, 100)} />
            <NumberInput {...number('maxSteps', 2, 100)} />
            <NumberInput {...number('maxTurnTokens', 1_000, 2_000_000_000)} />
            <NumberInput {...number('maxTurnSeconds', 5, 3_600)} />
            <NumberInput label={t('agent.dailyTokens')} placeholder={t('agent.noLimit')} min={1} thousandSeparator="," value={form.dailyTokens ?? ''} error={faultOf(faults, 'dailyTokens')} onChange={(v) => set('dailyTokens', v === '' ? null : Number(v))} />
          </SimpleGrid>
        </Fieldset>
        <Fieldset legend={t('agent.reminders')}>
          <Stack>
            <SimpleGrid cols={{ base: 1, xs: 3 }}>
              <Select label={t('agent.timeZone')} searchable data={zones.map((z) => ({ value: z, label: z || 'UTC' }))} value={form.timeZone} error={faultOf(faults, 'timeZone')} onChange={(v) => set('timeZone', v ?? '')} />
              <TextInput label={t('agent.quietFrom')} placeholder="22:00" value={form.quietHours.from} error={faultOf(faults, 'quietHours')} onChange={(e) => set('quietHours', { ...form.quietHours, from: e.currentTarget.value })} />
              <TextInput label={t('agent.quietTo')} placeholder="07:00" value={form.quietHours.to} onChange={(e) => set('quietHours', { ...form.quietHours, to: e.currentTarget.value })} />
            </SimpleGrid>
            <FollowUps value={form.followUps} change={(v) => set('followUps', v)} faults={faults} />
          </Stack>
        </Fieldset>
        <Fieldset legend={t('agent.chat')}>
          <Stack>
            <Switch label={t('agent.public')} checked={form.public} onChange={(e) => set('public', e.currentTarget.checked)} />
            {agent.public && (
              <Group gap="xs">
                <Anchor size="sm" href={`/chat/${agent.id}`} target="_blank" rel="noreferrer">{t('agent.openChat')}</Anchor>
                <Copy label={t('agent.copyWidget')} text={`<script src="${location.origin}/widget.js" data-agent="${agent.id}" async></script>`} />
              </Group>
            )}
            <TagsInput label={t('agent.allowedSites')} placeholder="https://shop.example.com" value={form.allowedSites} error={faultOf(faults, 'allowedSites')} onChange={(v) => set('allowedSites', v)} />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              {(['title', 'greeting', 'placeholder'] as const).map((key) => (
                <TextInput key={key} label={t(`agent.chat.${key}`)} value={form.chat[key]} error={faultOf(faults, `chat.${key}`)} onChange={(e) => set('chat', { ...form.chat, [key]: e.currentTarget.value })} />
              ))}
              <ColorInput label={t('agent.chat.accentColor')} value={form.chat.accentColor} error={faultOf(faults, 'chat.accentColor')} onChange={(v) => set('chat', { ...form.chat, accentColor: v })} eyeDropperButtonProps={{ 'aria-label': t('agent.chat.pick') }} />
            </SimpleGrid>
          </Stack>
        </Fieldset>
        <Fieldset legend={t('agent.special')}>
          <Stack>
            <TextInput label={t('agent.region')} placeholder="DE" maw={200} {...text('region')} />
            <Editor label={t('agent.answerSchema')} description={t('agent.answerSchemaHelp')} language="json" check={schemaFaults} value={form.answerSchema} onChange={(v) => set('answerSchema', v)} error={faultOf(faults, 'answerSchema')} />
            <Editor label={t('agent.script')} description={t('agent.scriptHelp')} language="json" value={form.script} onChange={(v) => set('script', v)} error={faultOf(faults, 'script')} />
          </Stack>
        </Fieldset>
        {!readable && <Alert color="orange">{t('agent.notJSON')}</Alert>}
        <Group justify="flex-end" pos="sticky" bottom={0} p="xs" style={{ zIndex: 2 }} bg="var(--mantine-color-body)">
          <Button variant="default" disabled={changed === 0} onClick={() => setForm(toForm(agent))}>{t('agent.discard')}</Button>
          <Button type="submit" loading={busy} disabled={changed === 0 || !readable}>{t('agent.save')}</Button>
        </Group>
      </Stack>
    </form>
  );
}
