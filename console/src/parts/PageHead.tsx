import { Alert, Anchor, Center, Group, Loader, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { sentence } from '../data/errors';
import type { Page } from '../data/hooks';
import { t } from '../text';

interface HeadProps {
  title: ReactNode;
  text?: string;
  up?: { href: string; text: string };
  children?: ReactNode;
}

/** The head of a page: where one is, and what can be done. */
export function PageHead({ title, text, up, children }: HeadProps) {
  return (
    <Group justify="space-between" mb="md" align="flex-start">
      <div>
        {up && <Anchor component={Link} href={up.href} size="xs">← {up.text}</Anchor>}
        <Title order={1} size="h3">{title}</Title>
        {text && <Text size="sm" c="dimmed" maw={720}>{text}</Text>}
      </div>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}

/** What a page shows until there is something to show, and when it cannot be read. */
export function Reading({ page }: { page: Page<unknown> }) {
  if (page.error) return <Alert color="red" role="alert" mb="md">{sentence(page.error)}</Alert>;
  if (page.data === undefined) return <Center p="xl"><Loader aria-label={t('app.loading')} /></Center>;
  return null;
}
