import { Button, Checkbox, CloseButton, Group, NumberInput, PasswordInput, SegmentedControl, Select, Stack, Switch, Text, TextInput, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { change } from '../data/client';
import { faultOf, useAction } from '../data/hooks';
import { Editor } from '../parts/Editor';
import { t } from '../text';
import { TryFunction } from './TryFunction';
import { CreateFunctionDocument, type FunctionPartsFragment, UpdateFunctionDocument } from './agents.generated';
import { isJSON, readJSON } from './form';
import { schemaFaults } from './schema';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const emptySchema = '{\n  "type": "object",\n  "properties": {},\n  "required": []\n}';

interface Props {
  agentId: string;
  of: FunctionPartsFragment | undefined;
  done(id: string): void;
}

function begin(f: FunctionPartsFragment | undefined) {
  return {
    kind: f?.kind ?? ('HTTP' as const),
    name: f?.name ?? '',
    description: f?.description ?? '',
    tag: f?.tag ?? '',
    parameters: f ? (f.parameters ? JSON.stringify(f.parameters, null, 2) : '') : emptySchema,
    method: f?.method || 'GET',
    url: f?.url ?? '',
    headers: (f?.headers ?? []).map((h) => ({ name: h.name, value: h.value ?? '', secret: h.secret })),
    body: f?.body ?? '',
    timeoutMs: f?.timeoutMs ?? 10_000,
    idempotent: f?.idempotent ?? true,
    needsApproval: f?.needsApproval ?? false,
    answerPointer: f?.answerPointer ?? '',
    enabled: f?.enabled ?? true,
  };
}

/** One function: what the model is told, and what is sent. */
export function FunctionForm({ agentId, of, done }: Props) {
  const [form, setForm] = useState(() => begin(of));
  const [busy, act, faults] = useAction();
  const http = form.kind === 'HTTP';
  const set = (part: Partial<typeof form>) => setForm((f) => ({ ...f, ...part }));
  const broken = !isJSON(form.parameters) || (form.parameters.trim() !== '' && schemaFaults(readJSON(form.parameters)).length > 0);

  const submit = (e: FormEvent) => {
    e.preventDefault();
    const { kind, tag, method, url, headers, body, timeoutMs, idempotent, needsApproval, answerPointer, ...rest } = form;
    const common = { ...rest, parameters: readJSON(form.parameters) ?? undefined };
    const input = kind === 'TAG' ? { ...common, tag } : { ...common, method, url, headers, body, timeoutMs, idempotent, needsApproval, answerPointer };
    void act(async () => {
      const id = of
        ? (await change(UpdateFunctionDocument, { id: of.id, ...input })).updateFunction.function.id
        : (await change(CreateFunctionDocument, { agentId, kind, ...input })).createFunction.function.id;
      notifications.show({ message: t('app.saved') });
      done(id);
    });
  };

  return (
    <form onSubmit={submit}>
      <Stack>
        {!of && (
          <SegmentedControl aria-label={t('functions.kind')} value={form.kind} onChange={(v) => set({ kind: v as 'HTTP' | 'TAG' })} data={[{ value: 'HTTP', label: t('functions.http') }, { value: 'TAG', label: t('functions.tagKind') }]} />
        )}
        <TextInput label={t('functions.name')} description={t('functions.nameHelp')} required value={form.name} error={faultOf(faults, 'name')} onChange={(e) => set({ name: e.currentTarget.value })} />
        <Textarea label={t('functions.description')} description={t('functions.descriptionHelp')} autosize minRows={2} value={form.description} error={faultOf(faults, 'description')} onChange={(e) => set({ description: e.currentTarget.value })} />
        {!http && <TextInput label={t('functions.tagName')} value={form.tag} error={faultOf(faults, 'tag')} onChange={(e) => set({ tag: e.currentTarget.value })} />}
        <Editor label={t('functions.parameters')} description={t('functions.parametersHelp')} language="json" check={schemaFaults} value={form.parameters} onChange={(v) => set({ parameters: v })} error={faultOf(faults, 'parameters')} />
        {http && (
          <>
            <Group align="flex-start" wrap="nowrap">
              <Select label={t('functions.method')} w={120} allowDeselect={false} data={methods} value={form.method} error={faultOf(faults, 'method')} onChange={(v) => set({ method: v ?? 'GET', idempotent: of ? form.idempotent : v === 'GET' })} />
              <TextInput label={t('functions.url')} style={{ flex: 1 }} required placeholder="https://api.example.com/orders/{number}" value={form.url} error={faultOf(faults, 'url')} onChange={(e) => set({ url: e.currentTarget.value })} />
            </Group>
            <Headers value={form.headers} change={(headers) => set({ headers })} error={faultOf(faults, 'headers')} />
            <Textarea label={t('functions.body')} description={t('functions.bodyHelp')} autosize minRows={2} classNames={{ input: 'code' }} value={form.body} error={faultOf(faults, 'body')} onChange={(e) => set({ body: e.currentTarget.value })} />
            <Group align="flex-end">
              <NumberInput label={t('functions.timeout')} w={160} min={1_000} max={60_000} value={form.timeoutMs} error={faultOf(faults, 'timeoutMs')} onChange={(v) => set({ timeoutMs: Number(v) })} />
              <TextInput label={t('functions.pointer')} placeholder="/order" style={{ flex: 1 }} value={form.answerPointer} error={faultOf(faults, 'answerPointer')} onChange={(e) => set({ answerPointer: e.currentTarget.value })} />
            </Group>
            <Switch label={t('functions.idempotent')} checked={form.idempotent} onChange={(e) => set({ idempotent: e.currentTarget.checked })} />
            <Switch label={t('functions.needsApproval')} checked={form.needsApproval} onChange={(e) => set({ needsApproval: e.currentTarget.checked })} />
          </>
        )}
        <Switch label={t('functions.enabled')} checked={form.enabled} onChange={(e) => set({ enabled: e.currentTarget.checked })} />
        <Group justify="flex-end"><Button type="submit" loading={busy} disabled={broken}>{t('agent.save')}</Button></Group>
        {of && http && <TryFunction agentId={agentId} name={of.name} schema={isJSON(form.parameters) ? readJSON(form.parameters) : null} />}
      </Stack>
    </form>
  );
}

type Header = { name: string; value: string; secret: boolean };

function Headers({ value, change: put, error }: { value: Header[]; change(value: Header[]): void; error: string | undefined }) {
  const set = (n: number, part: Partial<Header>) => put(value.map((h, i) => (i === n ? { ...h, ...part } : h)));
  return (
    <Stack gap={6}>
      <Text size="sm" fw={500}>{t('functions.headers')}</Text>
      {error && <Text size="xs" c="red">{error}</Text>}
      {value.map((h, n) => {
        const field = {
          size: 'xs', style: { flex: 1 }, 'aria-label': t('functions.headerValue', { n: n + 1 }), value: h.value,
          placeholder: h.secret ? t('functions.secretKept') : '', onChange: (e: { currentTarget: { value: string } }) => set(n, { value: e.currentTarget.value }),
        } as const;
        return (
          <Group key={n} gap={6} wrap="nowrap">
            <TextInput size="xs" w={160} aria-label={t('functions.headerName', { n: n + 1 })} value={h.name} onChange={(e) => set(n, { name: e.currentTarget.value })} />
            {h.secret ? <PasswordInput {...field} autoComplete="off" visibilityToggleButtonProps={{ 'aria-label': t('signin.show') }} /> : <TextInput {...field} />}
            <Checkbox size="xs" label={t('functions.secret')} checked={h.secret} onChange={(e) => set(n, { secret: e.currentTarget.checked })} />
            <CloseButton size="sm" aria-label={t('functions.removeHeader', { n: n + 1 })} onClick={() => put(value.filter((_, i) => i !== n))} />
          </Group>
        );
      })}
      <Button size="compact-xs" variant="default" style={{ alignSelf: 'flex-start' }} onClick={() => put([...value, { name: '', value: '', secret: false }])}>{t('functions.addHeader')}</Button>
    </Stack>
  );
}
