import { Button, CloseButton, Group, NumberInput, Paper, Select, Stack, TagsInput, Text, Textarea } from '@mantine/core';
import { type Faults, faultOf } from '../data/hooks';
import { t } from '../text';
import type { AgentForm } from './form';

type Value = AgentForm['followUps'];

const most = 5;

/** What the agent writes when the customer stays silent, one after the other. */
export function FollowUps({ value, change, faults }: { value: Value; change(value: Value): void; faults: Faults }) {
  const put = (n: number, part: Partial<Value[number]>) => change(value.map((f, i) => (i === n ? { ...f, ...part } : f)));
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>{t('agent.followUps')}</Text>
      {faultOf(faults, 'followUps') && <Text size="xs" c="red">{faultOf(faults, 'followUps')}</Text>}
      {value.map((f, n) => {
        const kind = f.text === null ? 'instruction' : 'text';
        return (
          <Paper key={n} withBorder p="xs" role="group" aria-label={t('agent.followUp', { n: n + 1 })}>
            <Group align="flex-end" wrap="wrap">
              <NumberInput size="xs" w={150} label={t('agent.afterMinutes')} min={1} max={43_200} value={f.afterMinutes} onChange={(v) => put(n, { afterMinutes: Number(v) })} />
              <Select
                size="xs" w={220} label={t('agent.followUpKind')} allowDeselect={false} value={kind}
                data={[{ value: 'text', label: t('agent.followUpText') }, { value: 'instruction', label: t('agent.followUpInstruction') }]}
                onChange={(v) => put(n, v === 'text' ? { text: f.instruction ?? '', instruction: null } : { text: null, instruction: f.text ?? '' })}
              />
              <TagsInput size="xs" label={t('agent.cancelTags')} value={f.cancelTags} onChange={(v) => put(n, { cancelTags: v })} style={{ flex: 1, minWidth: 160 }} />
              <CloseButton aria-label={t('agent.removeFollowUp', { n: n + 1 })} onClick={() => change(value.filter((_, i) => i !== n))} />
            </Group>
            <Textarea size="xs" mt="xs" autosize label={t(kind === 'text' ? 'agent.followUpText' : 'agent.followUpInstruction')} value={f[kind] ?? ''} onChange={(e) => put(n, { [kind]: e.currentTarget.value })} />
          </Paper>
        );
      })}
      {value.length < most && (
        <Button size="compact-sm" variant="default" style={{ alignSelf: 'flex-start' }} onClick={() => change([...value, { afterMinutes: 60, text: '', instruction: null, cancelTags: [] }])}>
          {t('agent.addFollowUp')}
        </Button>
      )}
    </Stack>
  );
}
