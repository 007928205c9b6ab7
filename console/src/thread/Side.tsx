import { Accordion, Anchor, Badge, Button, CloseButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { Suspense, lazy, useState } from 'react';
import { may, viewer } from '../app/viewer';
import { change, client } from '../data/client';
import { useAction } from '../data/hooks';
import { useStore } from '../data/store';
import { fullTime, json, shortTime } from '../format';
import { t, tn, word } from '../text';
import { builtInTags, tagColor } from './tags';
import { AddTagDocument, CancelReminderDocument, RemoveTagDocument, type ThreadHeadFragment, ThreadHeadOnlyDocument } from './thread.generated';

const Happened = lazy(() => import('./Happened'));
const NewReminder = lazy(() => import('./NewReminder'));

/** What is known of a thread: tags, customer, facts, what is planned and what has happened. */
export function Side({ head }: { head: ThreadHeadFragment }) {
  const who = useStore(viewer);
  const { customer } = head;
  const facts: [string, string | null | undefined][] = [
    [t('side.name'), customer.name],
    [t('side.email'), customer.email],
    [t('side.phone'), customer.phone],
    [t('side.customerId'), customer.externalId],
    [t('side.channel'), head.channel],
    [t('side.threadId'), head.externalId],
    [t('side.id'), head.id],
    [t('side.begun'), fullTime(head.createdAt)],
    [t('side.messages'), head.messageCount.toLocaleString()],
    [t('side.version'), head.agentVersion ? String(head.agentVersion.number) : t('side.draft')],
    [t('side.usage'), head.usage ? t('side.tokens', { input: head.usage.inputTokens.toLocaleString(), output: head.usage.outputTokens.toLocaleString() }) : null],
    [t('side.cost'), head.usage?.cost ? `${head.usage.cost.amount} ${head.usage.cost.currency}` : null],
  ];
  return (
    <Stack gap="sm" p="sm">
      <Tags head={head} />
      <Pairs of={facts.flatMap(([name, value]) => (value ? [[name, value]] : []))} />
      <Facts title={t('side.contact')} value={head.contact ?? customer.contact} />
      <Facts title={t('side.metadata')} value={head.metadata} />
      <Facts title={t('side.customerMetadata')} value={customer.metadata} />
      <Reminders head={head} />
      {may(who, 'ADMIN', 'INTEGRATOR') && (
        <Accordion variant="contained" chevronPosition="left">
          <Accordion.Item value="log">
            <Accordion.Control>{t('side.happened')}</Accordion.Control>
            <Accordion.Panel><Suspense fallback={<Text size="xs">{t('app.loading')}</Text>}><Happened threadId={head.id} /></Suspense></Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      )}
      {may(who, 'ADMIN', 'INTEGRATOR') && <Anchor size="xs" href={`/agents/${head.agent.id}`}>{t('side.agent', { name: head.agent.name })}</Anchor>}
    </Stack>
  );
}

function Pairs({ of }: { of: string[][] }) {
  return (
    <dl className="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed" className="text">{name}</Text>
          <Text component="dd" size="xs" m={0} className="text">{value}</Text>
        </div>
      ))}
    </dl>
  );
}

/** Whatever an app or an agent has noted: values one below the other, and what is deeper as JSON. */
function Facts({ title, value }: { title: string; value: unknown }) {
  if (value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)) return null;
  const flat = typeof value === 'object' && !Array.isArray(value);
  return (
    <div>
      <Text size="xs" fw={600} mb={4}>{title}</Text>
      {flat ? <Pairs of={Object.entries(value).map(([k, v]) => [k, typeof v === 'string' ? v : json(v)])} /> : <pre className="code">{json(value)}</pre>}
    </div>
  );
}

function Tags({ head }: { head: ThreadHeadFragment }) {
  const [busy, act] = useAction();
  const [other, setOther] = useState('');
  const on = new Set(head.tags.map((tag) => tag.name));
  const add = (tag: string) => act(() => change(AddTagDocument, { threadId: head.id, tag }));
  return (
    <div>
      <Text size="xs" fw={600} mb={4}>{t('side.tags')}</Text>
      <Group gap={4} mb={6} role="list" aria-label={t('side.tags')}>
        {head.tags.map((tag) => (
          <Badge
            key={tag.name}
            role="listitem"
            variant="light"
            tt="none"
            color={tagColor(tag.name)}
            title={tag.text || fullTime(tag.createdAt)}
            rightSection={<CloseButton size="xs" iconSize={12} disabled={busy} aria-label={t('side.removeTag', { tag: tag.name })} onClick={() => void act(() => change(RemoveTagDocument, { threadId: head.id, tag: tag.name }))} />}
          >
            {tag.name}
          </Badge>
        ))}
      </Group>
      {head.tags.filter((tag) => tag.text).map((tag) => <Text key={tag.name} size="xs" className="text"><b>{tag.name}</b>: {tag.text}</Text>)}
      <Group gap={4} mt={6}>
        {builtInTags.filter((tag) => !on.has(tag)).map((tag) => (
          <Button key={tag} size="compact-xs" variant="default" disabled={busy} aria-label={t('side.addTag', { tag })} onClick={() => void add(tag)}>+ {tag}</Button>
        ))}
      </Group>
      <form onSubmit={(e) => { e.preventDefault(); if (other.trim()) void add(other.trim()).then((ok) => ok && setOther('')); }}>
        <TextInput size="xs" mt={6} aria-label={t("side.otherTag")} placeholder={t("side.otherTag")} value={other} onChange={(e) => setOther(e.currentTarget.value)} />
      </form>
    </div>
  );
}

const shownReminders = 5;

/** What the agent will write by itself, and what became of the last of it. */
function Reminders({ head }: { head: ThreadHeadFragment }) {
  const [busy, act] = useAction();
  const [adding, setAdding] = useState(false);
  const all = head.reminders ?? [];
  const pending = all.filter((r) => r.state === 'PENDING').sort((a, b) => a.dueAt.localeCompare(b.dueAt));
  const shown = [...pending, ...all.filter((r) => r.state !== 'PENDING')].slice(0, Math.max(shownReminders, pending.length));
  return (
    <div data-testid="reminders">
      <Group justify="space-between" gap={4} mb={4}>
        <Text size="xs" c="dimmed">{pending.length > 0 ? tn('side.reminders', pending.length) : t('side.noReminder')}</Text>
        <Button size="compact-xs" variant="default" onClick={() => setAdding(true)}>{t('side.addReminder')}</Button>
      </Group>
      <Stack gap={6}>
        {shown.map((r) => (
          <Group key={r.id} gap={6} wrap="nowrap" justify="space-between" align="flex-start" data-reminder={r.state}>
            <div style={{ minWidth: 0 }}>
              <Text size="xs" className="text" c={r.state === 'PENDING' ? undefined : 'dimmed'}>{r.text ?? r.instruction}</Text>
              <Text size="xs" c="dimmed" className="text">{[word('reminder', r.kind), r.state === 'PENDING' ? shortTime(r.dueAt) : word('reminder', r.state), r.reason].filter(Boolean).join(' · ')}</Text>
            </div>
            {r.state === 'PENDING' && <Button size="compact-xs" variant="subtle" style={{ flexShrink: 0 }} loading={busy} aria-label={t('side.cancelReminder', { at: shortTime(r.dueAt) })} onClick={() => void act(() => change(CancelReminderDocument, { id: r.id }))}>{t('app.cancel')}</Button>}
          </Group>
        ))}
      </Stack>
      {adding && <Suspense><NewReminder threadId={head.id} close={() => setAdding(false)} done={() => void client.query(ThreadHeadOnlyDocument, { id: head.id }, { requestPolicy: 'network-only' }).toPromise()} /></Suspense>}
    </div>
  );
}
