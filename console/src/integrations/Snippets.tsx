import { Stack, Tabs, Text } from '@mantine/core';
import { CopyBlock } from '../parts/Copy';
import { t } from '../text';
import { snippets } from './snippets';

/** How a receiver verifies what it gets. */
export function Snippets({ publicKeys = [] }: { publicKeys?: readonly string[] }) {
  return (
    <Stack>
      <Text size="sm" c="dimmed">{t('snippets.intro')}</Text>
      <Tabs defaultValue="Go">
        <Tabs.List mb="xs">{snippets.map((s) => <Tabs.Tab key={s.name} value={s.name}>{s.name}</Tabs.Tab>)}</Tabs.List>
        {snippets.map((s) => <Tabs.Panel key={s.name} value={s.name}><CopyBlock text={s.code} label={t('snippets.copy', { language: s.name })} /></Tabs.Panel>)}
      </Tabs>
      {publicKeys.length > 0 && (
        <div>
          <Text size="sm" fw={500}>{t('snippets.publicKeys')}</Text>
          {publicKeys.map((k) => <CopyBlock key={k} text={k} />)}
        </div>
      )}
    </Stack>
  );
}
