import { Alert, Button, Center, Loader, Stack } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { sentence } from '../data/errors';
import { session } from '../data/session';
import { useStore } from '../data/store';
import { t } from '../text';
import { Shell } from './Shell';
import { SignInAgain, SignInPage } from './SignIn';
import { begin } from './viewer';

export function App() {
  const { state } = useStore(session);
  const [error, setError] = useState<string>();
  const start = useCallback(() => {
    setError(undefined);
    begin().catch((e: unknown) => setError(sentence(e)));
  }, []);
  useEffect(start, [start]);

  if (state === 'out') return <SignInPage />;
  if (state === 'unknown') {
    return (
      <Center mih="100%" component="main">
        {error ? (
          <Stack>
            <Alert color="red" role="alert">{error}</Alert>
            <Button onClick={start}>{t('boundary.again')}</Button>
          </Stack>
        ) : (
          <Loader role="status" aria-label={t('app.loading')} />
        )}
      </Center>
    );
  }
  return (
    <>
      <Shell />
      {state === 'expired' && <SignInAgain />}
    </>
  );
}
