import { Center, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** What stands where nothing is yet: why, and what to do next. */
export function Empty({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <Center p="xl" className="empty">
      <Text c="dimmed" size="sm" ta="center" maw={460}>{text}</Text>
      {children}
    </Center>
  );
}
