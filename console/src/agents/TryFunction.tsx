import { Alert, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { t } from '../text';
import { CallCard } from './RunView';
import { type RunCall, useDryRun } from './dryrun';
import { valueFaults } from './schema';
import { Editor } from '../parts/Editor';
import { isJSON, readJSON } from './form';

/** Calls the endpoint for real: the agent is told something by a customer, and calls the function if it sees a reason. */
export function TryFunction({ agentId, name, schema }: { agentId: string; name: string; schema: unknown }) {
  const [text, setText] = useState('');
  const [sample, setSample] = useState('{}');
  const [run, start] = useDryRun();
  const calls = run.events.filter((e): e is RunCall => e.__typename === 'TestCall');
  const of = calls.filter((c) => c.name === name);
  const faults = isJSON(sample) ? valueFaults(schema, readJSON(sample)) : [];
  return (
    <Fieldset legend={t('try.title')}>
      <Stack>
        <Text size="sm" c="dimmed">{t('try.intro')}</Text>
        <Group align="flex-end">
          <TextInput label={t('try.text')} style={{ flex: 1 }} value={text} onChange={(e) => setText(e.currentTarget.value)} />
          <Button loading={run.running} disabled={!text.trim()} onClick={() => void start({ agentId, text, functions: 'LIVE' })}>{t('try.run')}</Button>
        </Group>
        {run.error && <Alert color="red" role="alert">{run.error}</Alert>}
        {of.map((c) => <CallCard key={c.callId} call={c} />)}
        {!run.running && run.events.length > 0 && of.length === 0 && <Alert color="orange">{t('try.notCalled', { others: [...new Set(calls.map((c) => c.name))].join(', ') || t('app.none') })}</Alert>}
        <Editor label={t('try.sample')} description={t('try.sampleHelp')} language="json" value={sample} onChange={setSample} check={(v) => valueFaults(schema, v)} />
        <Text size="xs" role="status">{!isJSON(sample) ? t('try.noJSON') : faults.length === 0 ? t('try.fits') : faults.map((f) => `${f.path || '/'}: ${f.reason}`).join('; ')}</Text>
      </Stack>
    </Fieldset>
  );
}
