import { Button, Group, NumberInput, Select, SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Editor } from '../parts/Editor';
import { t } from '../text';
import { Bubble } from '../thread/MessageView';
import { RunView } from './RunView';
import { type RunEvent, useDryRun } from './dryrun';
import { type Agent, isJSON, readJSON } from './form';

interface Said {
  author: 'CUSTOMER' | 'AGENT';
  text: string;
}

const modes = ['REFUSE', 'CANNED', 'LIVE'] as const;

/** A dialogue with the draft that leaves nothing behind. Each turn is a dry run with what was said before as its history. */
export function Playground({ agent }: { agent: Agent }) {
  const [text, setText] = useState('');
  const [said, setSaid] = useState<Said[]>([]);
  const [now, setNow] = useState<string>();
  const [mode, setMode] = useState<(typeof modes)[number]>('REFUSE');
  const [canned, setCanned] = useState('{}');
  const [version, setVersion] = useState<number | ''>('');
  const [run, start, clear] = useDryRun();
  const answers = isJSON(canned) ? Object.entries((readJSON(canned) ?? {}) as Record<string, unknown>) : [];

  const answered = (events: RunEvent[]): Said[] => events.flatMap((e) => (e.__typename === 'TestMessage' ? [{ author: 'AGENT', text: e.text }] : []));
  const send = () => {
    const history = now === undefined ? said : [...said, { author: 'CUSTOMER' as const, text: now }, ...answered(run.events)];
    setSaid(history);
    setNow(text);
    setText('');
    void start({
      agentId: agent.id, text, history, functions: mode,
      version: version === '' ? undefined : version,
      canned: mode === 'CANNED' ? answers.map(([name, body]) => ({ function: name, body })) : undefined,
    });
  };
  const anew = () => { clear(); setSaid([]); setNow(undefined); };

  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Stack>
        <Text size="sm" c="dimmed">{t('playground.intro')}</Text>
        <Textarea
          label={t('playground.text')} autosize minRows={3} value={text} onChange={(e) => setText(e.currentTarget.value)}
          onKeyDown={(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && text.trim()) send(); }}
        />
        <Group>
          <Button onClick={send} loading={run.running} disabled={!text.trim()}>{t('playground.send')}</Button>
          <Button variant="default" onClick={anew}>{t('playground.anew')}</Button>
        </Group>
        <Select label={t('playground.functions')} allowDeselect={false} data={modes.map((m) => ({ value: m, label: t(`playground.${m}`) }))} value={mode} onChange={(v) => setMode(v as typeof mode)} />
        {mode === 'CANNED' && <Editor label={t('playground.canned')} description={t('playground.cannedHelp')} language="json" value={canned} onChange={setCanned} />}
        <NumberInput label={t('playground.version')} placeholder={t('side.draft')} min={1} value={version} onChange={(v) => setVersion(v === '' ? '' : Number(v))} />
      </Stack>
      <Stack gap="xs">
        {said.map((s, n) => <Bubble key={n} author={s.author} name={s.author === 'AGENT' ? agent.name : t('author.CUSTOMER')} text={s.text} />)}
        {now !== undefined && <Bubble author="CUSTOMER" name={t('author.CUSTOMER')} text={now} />}
        <RunView run={run} />
      </Stack>
    </SimpleGrid>
  );
}
