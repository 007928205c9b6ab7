import { Button, Group, Text } from '@mantine/core';
import { t } from '../text';

/** What was done, and the way back. */
export function Undo({ text, undo }: { text: string; undo(): void }) {
  return (
    <Group gap="xs" justify="space-between">
      <Text size="sm">{text}</Text>
      <Button size="compact-xs" variant="light" onClick={undo}>{t('thread.undo')}</Button>
    </Group>
  );
}
