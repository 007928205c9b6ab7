import { Accordion, Badge, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { usePage } from '../data/hooks';
import { fullTime, json } from '../format';
import { Empty } from '../parts/Empty';
import { Reading } from '../parts/PageHead';
import { t, word } from '../text';
import { AuditLogDocument, type AuditLogQuery } from './settings.generated';

type Entry = NonNullable<NonNullable<NonNullable<AuditLogQuery['auditLog']['edges']>[number]>['node']>;

/** Who administered what. */
export function Audit() {
  const [after, setAfter] = useState<string | null>(null);
  const [typed, setTyped] = useState({ action: '', object: '', since: '' });
  const [of] = useDebouncedValue(typed, 300);
  const where = {
    action: of.action.trim() || undefined,
    objectID: of.object.trim() || undefined,
    createdAtGTE: of.since ? new Date(of.since).toISOString() : undefined,
  };
  const page = usePage(AuditLogDocument, { after, where });
  const log = page.data?.auditLog;
  const entries = (log?.edges ?? []).flatMap((e) => (e?.node ? [e.node] : []));
  const field = (key: keyof typeof of) => ({ value: typed[key], onChange: (e: { currentTarget: { value: string } }) => { setAfter(null); setTyped({ ...typed, [key]: e.currentTarget.value }); } });
  return (
    <Stack>
      <Text size="sm" c="dimmed" maw={720}>{t('audit.intro')}</Text>
      <Group align="flex-end">
        <TextInput label={t('audit.action')} placeholder="updateAgent" {...field('action')} />
        <TextInput label={t('audit.object')} placeholder="agt_…" {...field('object')} />
        <TextInput type="datetime-local" label={t('audit.since')} {...field('since')} />
        <Button variant="default" onClick={() => { setAfter(null); page.again(); }}>{t('app.refresh')}</Button>
      </Group>
      <Reading page={page} />
      {log && entries.length === 0 && <Empty text={t('audit.none')} />}
      <Accordion variant="contained" chevronPosition="left" multiple>
        {entries.map((e) => (
          <Accordion.Item key={e.id} value={e.id}>
            <Accordion.Control><Line of={e} /></Accordion.Control>
            <Accordion.Panel><Changes of={e} /></Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {log?.pageInfo.hasNextPage && <Button variant="default" loading={page.loading} onClick={() => setAfter(log.pageInfo.endCursor)}>{t('app.more')}</Button>}
    </Stack>
  );
}

function Line({ of: e }: { of: Entry }) {
  return (
    <Group gap="xs">
      <Text size="sm" fw={600}>{e.action}</Text>
      <Text size="sm" className="text">{e.keyName}</Text>
      {e.role && <Badge size="xs" variant="default">{word('role', e.role)}</Badge>}
      <Text size="xs" c="dimmed">{fullTime(e.createdAt)}</Text>
    </Group>
  );
}

function Changes({ of: e }: { of: Entry }) {
  return (
    <Stack gap="xs">
      <Text size="xs" c="dimmed" className="text">{[e.objectId, t('audit.key', { id: e.keyId || '–' }), t('audit.request', { id: e.requestId })].filter(Boolean).join(' · ')}</Text>
      {e.changes.length === 0 && <Text size="sm" c="dimmed">{t('audit.noChange')}</Text>}
      {e.changes.map((c, n) => (
        <div key={n}>
          <Text size="xs" fw={600}>{t(c.before === null ? 'audit.made' : c.after === null ? 'audit.gone' : 'audit.changed', { type: c.type, id: c.id })}</Text>
          <Group gap="xs" align="flex-start" grow preventGrowOverflow={false}>
            {c.before !== null && <div><Text size="xs" c="dimmed">{t('audit.before')}</Text><pre className="code">{json(c.before)}</pre></div>}
            {c.after !== null && <div><Text size="xs" c="dimmed">{t('audit.after')}</Text><pre className="code">{json(c.after)}</pre></div>}
          </Group>
        </div>
      ))}
    </Stack>
  );
}
