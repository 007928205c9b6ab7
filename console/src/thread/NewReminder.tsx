import { Button, Group, Modal, SegmentedControl, Stack, TagsInput, Text, TextInput, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { change } from '../data/client';
import { faultOf, useAction } from '../data/hooks';
import { localTime } from '../format';
import { t } from '../text';
import { builtInTags } from './tags';
import { CreateReminderDocument } from './thread.generated';

const hours = [1, 3, 24, 72, 168];

/** Has the agent write to the customer later: a text as it stands, or what the model makes of a word to it. */
export default function NewReminder({ threadId, close, done }: { threadId: string; close(): void; done(): void }) {
  const [kind, setKind] = useState<'text' | 'instruction'>('text');
  const [words, setWords] = useState('');
  const [at, setAt] = useState(() => localTime(Date.now() + 86_400_000));
  const [cancelTags, setTags] = useState<string[]>(['close', 'operator']);
  const [busy, act, faults] = useAction();
  const submit = (e: FormEvent) => {
    e.preventDefault();
    void act(async () => {
      await change(CreateReminderDocument, { threadId, dueAt: new Date(at).toISOString(), [kind]: words.trim(), cancelTags });
      done();
      close();
    });
  };
  return (
    <Modal opened onClose={close} title={t('reminder.title')} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <form onSubmit={submit}>
        <Stack>
          <SegmentedControl aria-label={t('agent.followUpKind')} value={kind} onChange={(v) => setKind(v as typeof kind)} data={[{ value: 'text', label: t('agent.followUpText') }, { value: 'instruction', label: t('agent.followUpInstruction') }]} />
          <Textarea label={t(kind === 'text' ? 'reminder.text' : 'reminder.instruction')} autosize minRows={3} required value={words} error={faultOf(faults, kind)} onChange={(e) => setWords(e.currentTarget.value)} data-autofocus />
          <TextInput type="datetime-local" label={t('reminder.at')} required value={at} error={faultOf(faults, 'dueAt')} onChange={(e) => setAt(e.currentTarget.value)} />
          <Group gap={4}>
            <Text size="xs" c="dimmed">{t('reminder.in')}</Text>
            {hours.map((h) => <Button key={h} size="compact-xs" variant="default" onClick={() => setAt(localTime(Date.now() + h * 3_600_000))}>{h < 24 ? t('reminder.hours', { n: h }) : t('reminder.days', { n: h / 24 })}</Button>)}
          </Group>
          <TagsInput label={t('agent.cancelTags')} data={builtInTags} value={cancelTags} error={faultOf(faults, 'cancelTags')} onChange={setTags} />
          <Button type="submit" loading={busy} disabled={!words.trim() || !at}>{t('reminder.set')}</Button>
        </Stack>
      </form>
    </Modal>
  );
}
