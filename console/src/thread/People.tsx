import { Text } from '@mantine/core';
import { t } from '../text';
import type { Person } from './timeline';

/** Who else is here, and who types. */
export function People({ people, me }: { people: ReadonlyMap<string, Person>; me: string }) {
  const others = [...people.values()].filter((p) => p.key !== me);
  const name = (p: Person) => p.name || t(p.author === 'CUSTOMER' ? 'people.customer' : p.author === 'AGENT' ? 'people.agent' : 'people.operator');
  const typing = others.filter((p) => p.typing).map(name);
  const here = others.filter((p) => !p.typing).map(name);
  return (
    <Text size="xs" c="dimmed" px="md" mih={20} role="status" aria-live="polite" data-testid="people">
      {typing.length > 0 && t('people.typing', { names: typing.join(', ') })}
      {typing.length > 0 && here.length > 0 && ' · '}
      {here.length > 0 && t('people.here', { names: here.join(', ') })}
    </Text>
  );
}
