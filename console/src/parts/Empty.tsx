import { Center, Text } from '@mantine/core';

/** What stands where nothing is yet: why, and what to do next. */
export function Empty({ text }: { text: string }) {
  return (
    <Center p="xl" className="empty">
      <Text c="dimmed" size="sm" ta="center" maw={460}>{text}</Text>
    </Center>
  );
}
