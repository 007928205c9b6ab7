import { Paper, Text } from '@mantine/core';

/** A number with its name. */
export function Figure({ name, value, help }: { name: string; value: string; help?: string }) {
  return (
    <Paper withBorder p="sm">
      <Text size="xs" c="dimmed">{name}</Text>
      <Text fw={600}>{value}</Text>
      {help && <Text size="xs" c="dimmed">{help}</Text>}
    </Paper>
  );
}
