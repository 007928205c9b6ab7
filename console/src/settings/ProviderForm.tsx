import { Button, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { change } from '../data/client';
import { faultOf, useAction } from '../data/hooks';
import { t, word } from '../text';
import { CreateModelProviderDocument, type CredentialPartsFragment, UpdateModelProviderDocument } from './settings.generated';

const kinds = ['OPENAI', 'GEMINI', 'GEMINI_LEGACY'] as const;

/** A key of the workspace's own. The key is sent only when one was typed: it is never shown. */
export function ProviderForm({ of, done }: { of: CredentialPartsFragment | undefined; done(): void }) {
  const [form, setForm] = useState({ name: of?.name ?? '', kind: of?.kind ?? ('OPENAI' as const), baseUrl: of?.baseUrl ?? '', key: '', defaultModel: of?.defaultModel ?? '' });
  const [busy, act, faults] = useAction();
  const set = (part: Partial<typeof form>) => setForm((f) => ({ ...f, ...part }));
  const moved = of !== undefined && form.baseUrl !== of.baseUrl;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    void act(async () => {
      const { name, kind, baseUrl, key, defaultModel } = form;
      if (of) await change(UpdateModelProviderDocument, { id: of.id, defaultModel, baseUrl: moved ? baseUrl : undefined, key: key || undefined });
      else await change(CreateModelProviderDocument, { name, kind, baseUrl: baseUrl || undefined, key: key || undefined, defaultModel: defaultModel || undefined });
      notifications.show({ message: t('app.saved') });
      done();
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label={t('providers.name')} description={t('providers.nameHelp')} required disabled={of !== undefined} placeholder="acme" value={form.name} error={faultOf(faults, 'name')} onChange={(e) => set({ name: e.currentTarget.value })} data-autofocus={of ? undefined : true} />
        <Select label={t('providers.kind')} allowDeselect={false} disabled={of !== undefined} data={kinds.map((k) => ({ value: k, label: word('kind', k) }))} value={form.kind} error={faultOf(faults, 'kind')} onChange={(v) => set({ kind: v as typeof form.kind })} />
        <TextInput label={t('providers.baseUrl')} description={t('providers.baseUrlHelp')} placeholder={form.kind === 'OPENAI' ? 'https://openrouter.ai/api/v1' : ''} value={form.baseUrl} error={faultOf(faults, 'baseUrl')} onChange={(e) => set({ baseUrl: e.currentTarget.value })} />
        <PasswordInput
          label={t('providers.key')} description={t(moved ? 'providers.keyAgain' : 'providers.keyHelp')} autoComplete="off" placeholder={of?.keyHint ? `…${of.keyHint}` : ''}
          visibilityToggleButtonProps={{ 'aria-label': t('signin.show') }} value={form.key} error={faultOf(faults, 'key')} onChange={(e) => set({ key: e.currentTarget.value })}
        />
        <TextInput label={t('providers.defaultModel')} description={t('providers.defaultModelHelp')} value={form.defaultModel} error={faultOf(faults, 'defaultModel')} onChange={(e) => set({ defaultModel: e.currentTarget.value })} />
        <Button type="submit" loading={busy}>{t('app.save')}</Button>
      </Stack>
    </form>
  );
}
