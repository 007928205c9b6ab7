import { Alert, Modal, Stack } from '@mantine/core';
import { CopyBlock } from '../parts/Copy';
import { t } from '../text';
import { Snippets } from './Snippets';

/** Shows a secret, once. */
export function Secret({ secret, close }: { secret: string | undefined; close(): void }) {
  return (
    <Modal opened={secret !== undefined} onClose={close} size="xl" title={t('secret.title')} closeButtonProps={{ 'aria-label': t('app.close') }} closeOnClickOutside={false}>
      <Stack>
        <Alert color="orange">{t('secret.once')}</Alert>
        <CopyBlock text={secret ?? ''} label={t('secret.copy')} />
        <Snippets />
      </Stack>
    </Modal>
  );
}
