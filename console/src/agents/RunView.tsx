import { Alert, Badge, Group, Paper, Stack, Text } from '@mantine/core';
import { json } from '../format';
import { t, word } from '../text';
import { Bubble } from '../thread/MessageView';
import type { Run, RunCall, RunEvent } from './dryrun';

/** What happens in a dry run: messages, steps, calls, tags, and what it used. */
export function RunView({ run }: { run: Run }) {
  return (
    <Stack gap="xs" aria-live="polite" data-testid="run">
      {run.events.map((e) => <One key={`${e.number}-${e.__typename}`} event={e} />)}
      {run.piece && <Bubble author="AGENT" name={t('thread.writing')} text={run.piece} pending />}
      {run.error && <Alert color="red" role="alert">{run.error}</Alert>}
    </Stack>
  );
}

function One({ event: e }: { event: RunEvent }) {
  switch (e.__typename) {
    case 'TestMessage':
      return <Bubble author="AGENT" name={e.model || t('run.fallback')} text={e.data ? json(e.data) : e.text} at={e.createdAt} />;
    case 'TestStep':
      return (
        <Text size="xs" c="dimmed">
          {t('run.step', { n: e.step, model: e.stepModel, finish: e.finish, ms: e.ms, input: e.usage.inputTokens, output: e.usage.outputTokens })}
          {e.misfit && ` – ${e.misfit}`}
        </Text>
      );
    case 'TestCall':
      return <CallCard call={e} />;
    case 'TestTag':
      return <Text size="xs">{t('run.tag', { tag: e.tag })}{e.tagText && `: ${e.tagText}`}</Text>;
    case 'TestEnd':
      return (
        <Text size="xs" c="dimmed" data-testid="run-end">
          {e.reason ? word('reason', e.reason) : t('run.cut')}{e.reasonText && ` – ${e.reasonText}`} ·{' '}
          {t('side.tokens', { input: e.usage.inputTokens, output: e.usage.outputTokens })}
          {e.usage.cost && ` · ${e.usage.cost.amount} ${e.usage.cost.currency}`}
        </Text>
      );
    default:
      return null;
  }
}

export function CallCard({ call }: { call: RunCall }) {
  return (
    <Paper withBorder p="xs" data-call={call.name}>
      <Group gap={6}>
        <Text size="xs" fw={600}>{call.name}</Text>
        <Badge size="xs" variant="light">{word('call', call.state)}</Badge>
        {call.httpStatus && <Text size="xs" c="dimmed">HTTP {call.httpStatus}</Text>}
      </Group>
      <Text size="xs" c="dimmed">{t('call.arguments')}</Text>
      <pre className="code">{json(call.arguments)}</pre>
      {call.result !== null && <><Text size="xs" c="dimmed">{t('call.result')}</Text><pre className="code">{json(call.result)}</pre></>}
      {call.error && <Text size="xs" c="red" className="text">{call.error}</Text>}
    </Paper>
  );
}
