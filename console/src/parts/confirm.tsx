import { Button, Group, Modal, Text } from '@mantine/core';
import { createStore, useStore } from '../data/store';
import { t } from '../text';

interface Question {
  title: string;
  text: string;
  yes(): unknown;
}

const question = createStore<Question | undefined>(undefined);

/** confirm asks before something that cannot be taken back. */
export function confirm(title: string, text: string, yes: () => unknown): void {
  question.set({ title, text, yes });
}

/** Shows the questions; the shell has one. */
export function Confirm() {
  const q = useStore(question);
  const close = () => question.set(undefined);
  return (
    <Modal opened={q !== undefined} onClose={close} title={q?.title} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Text size="sm" mb="md">{q?.text}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={close} data-autofocus>{t('app.cancel')}</Button>
        <Button color="red" onClick={() => { q?.yes(); close(); }}>{q?.title}</Button>
      </Group>
    </Modal>
  );
}
