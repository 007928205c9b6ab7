import { Alert, Badge, Button, Group, Modal, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { change } from '../data/client';
import { useAction, usePage } from '../data/hooks';
import { shortTime } from '../format';
import { Empty } from '../parts/Empty';
import { Reading } from '../parts/PageHead';
import { confirm } from '../parts/confirm';
import { t, tn, word } from '../text';
import { ProviderForm } from './ProviderForm';
import { type CredentialPartsFragment, DeleteModelProviderDocument, ModelProvidersDocument, type ModelProvidersQuery, TestModelProviderDocument, type TestModelProviderMutation, UpdateModelProviderDocument } from './settings.generated';

type Provider = ModelProvidersQuery['modelProviders'][number];

const colors: Record<Provider['state'], string> = { LISTED: 'teal', UNLISTED: 'blue', UNREACHABLE: 'red', DISABLED: 'gray' };

/** Where models come from: the server's providers, and those with a key of the workspace's own. */
export function Providers() {
  const page = usePage(ModelProvidersDocument, {});
  const [edited, edit] = useState<CredentialPartsFragment | 'new'>();
  const all = page.data?.modelProviders ?? [];
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" maw={640}>{t('providers.intro')}</Text>
        <Button size="xs" onClick={() => edit('new')}>{t('providers.new')}</Button>
      </Group>
      <Reading page={page} />
      {page.data && all.every((p) => !p.credential) && <Empty text={t('providers.none')} />}
      {all.map((p) => <Card key={p.name} of={p} edit={edit} again={page.again} />)}
      <Modal opened={edited !== undefined} onClose={() => edit(undefined)} title={edited && edited !== 'new' ? t('providers.editOf', { name: edited.name }) : t('providers.new')} closeButtonProps={{ 'aria-label': t('app.close') }}>
        {edited && <ProviderForm of={edited === 'new' ? undefined : edited} done={() => { edit(undefined); page.again(); }} />}
      </Modal>
    </Stack>
  );
}

function Card({ of, edit, again }: { of: Provider; edit(of: CredentialPartsFragment): void; again(): void }) {
  const [busy, act] = useAction();
  const [tried, setTried] = useState(false);
  const own = of.credential;
  const some = of.models.slice(0, 12);
  const leaving = of.models.filter((m) => m.retiresAt);
  const put = (work: () => Promise<unknown>) => act(async () => {
    await work();
    again();
  });
  return (
    <Paper withBorder p="md" component="section" aria-label={of.name} data-provider={of.name}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="xs">
            <Title order={2} size="h5">{of.name}</Title>
            <Badge size="sm" variant="light" color={colors[of.state]}>{word('provider', of.state)}</Badge>
            <Badge size="sm" variant="default" tt="none">{own ? word('kind', own.kind) : t('providers.server')}</Badge>
          </Group>
          {own && (
            <Text size="xs" c="dimmed" className="text">
              {[own.baseUrl || t('providers.vendor'), own.keyHint && t('providers.hint', { hint: own.keyHint }), own.defaultModel && t('providers.takes', { model: own.defaultModel })].filter(Boolean).join(' · ')}
            </Text>
          )}
        </div>
        {own && (
          <Group gap="xs">
            <Button size="compact-sm" variant="default" onClick={() => setTried(true)} aria-label={t('providers.testOf', { name: own.name })}>{t('providers.test')}</Button>
            <Button size="compact-sm" variant="default" onClick={() => edit(own)} aria-label={t('providers.editOf', { name: own.name })}>{t('app.edit')}</Button>
            <Button size="compact-sm" variant="default" loading={busy} onClick={() => void put(() => change(UpdateModelProviderDocument, { id: own.id, enabled: !own.enabled }))}>{t(own.enabled ? 'integration.disable' : 'integration.enable')}</Button>
            <Button size="compact-sm" variant="subtle" color="red" loading={busy} aria-label={t('providers.deleteOf', { name: own.name })} onClick={() => confirm(t('providers.deleteOf', { name: own.name }), t('providers.deleteHelp'), () => put(() => change(DeleteModelProviderDocument, { id: own.id })))}>{t('app.delete')}</Button>
          </Group>
        )}
      </Group>
      {of.error && <Alert color="red" mt="sm"><Text size="sm" className="text">{of.error}</Text></Alert>}
      {some.length > 0 && (
        <Group gap={4} mt="sm">
          {some.map((m) => <Badge key={m.name} size="sm" variant={m.default ? 'light' : 'default'} tt="none" title={m.displayName ?? undefined}>{m.name}</Badge>)}
          {of.models.length > some.length && <Text size="xs" c="dimmed">{tn('providers.more', of.models.length - some.length)}</Text>}
        </Group>
      )}
      {leaving.slice(0, 3).map((m) => <Text key={m.name} size="xs" mt={4}>{t(m.replacement ? 'providers.replaced' : 'providers.retires', { model: m.name, at: shortTime(m.retiresAt!), other: m.replacement ?? '' })}</Text>)}
      {own && tried && <Test id={own.id} name={own.name} models={of.models.map((m) => m.name)} />}
    </Paper>
  );
}

/** Tries a credential: its list, or a model that is named. */
function Test({ id, name, models }: { id: string; name: string; models: string[] }) {
  const [model, setModel] = useState('');
  const [busy, act] = useAction();
  const [found, setFound] = useState<TestModelProviderMutation['testModelProvider']>();
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setFound(undefined);
    const bare = model.trim().startsWith(`${name}/`) ? model.trim().slice(name.length + 1) : model.trim();
    void act(async () => {
      const { testModelProvider } = await change(TestModelProviderDocument, { id, model: bare || undefined });
      setFound(testModelProvider);
      if (testModelProvider.reachable) notifications.show({ message: t('providers.works') });
    });
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" mt="sm">
        <TextInput size="xs" label={t('providers.askModel')} description={t('providers.askModelHelp')} placeholder={models.at(-1)} value={model} onChange={(e) => setModel(e.currentTarget.value)} style={{ flex: 1, maxWidth: 420 }} />
        <Button size="xs" type="submit" loading={busy}>{t('providers.try')}</Button>
      </Group>
      {found && (
        <Alert mt="sm" color={found.reachable ? 'teal' : 'red'} role="status" data-reachable={found.reachable} title={t(found.reachable ? 'providers.works' : 'providers.fails', { ms: found.ms })}>
          <Text size="sm" className="text">
            {[found.error, found.status !== null && `HTTP ${found.status}`, found.models !== null && tn('providers.lists', found.models), found.answer && t('providers.said', { text: found.answer }), t('time.millis', { n: found.ms })].filter(Boolean).join(' · ')}
          </Text>
        </Alert>
      )}
    </form>
  );
}
