import { Alert, Button, Center, Modal, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError, sentence } from '../data/errors';
import { t } from '../text';
import { signIn } from './viewer';

function Form() {
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await signIn(key.trim());
    } catch (e) {
      setError(e instanceof ApiError && e.code === 'UNAUTHENTICATED' ? t('signin.wrong') : sentence(e));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(e) => void submit(e)}>
      <Stack>
        <PasswordInput
          label={t('signin.key')}
          description={t('signin.keyHelp')}
          placeholder="prl_…"
          value={key}
          onChange={(e) => setKey(e.currentTarget.value)}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('signin.show') }}
          required
          data-autofocus
        />
        {error && <Alert color="red" role="alert">{error}</Alert>}
        <Button type="submit" loading={busy} disabled={key.trim() === ''}>{t('signin.submit')}</Button>
      </Stack>
    </form>
  );
}

/** The first page of somebody who is not signed in. */
export function SignInPage() {
  return (
    <Center component="main" mih="100%" p="md">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <Title order={1} size="h3" mb="xs">{t('signin.title')}</Title>
        <Text size="sm" c="dimmed" mb="md">{t('signin.intro')}</Text>
        <Form />
      </Paper>
    </Center>
  );
}

/** Over everything, when a session has ended: what stands below it, and what was typed, stays. */
export function SignInAgain() {
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title={t('signin.expired')} closeOnEscape={false} closeOnClickOutside={false}>
      <Text size="sm" mb="md">{t('signin.expiredHelp')}</Text>
      <Form />
    </Modal>
  );
}
