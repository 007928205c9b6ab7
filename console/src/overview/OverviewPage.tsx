import { Button, Loader, Select, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { Suspense, lazy, useMemo, useState } from 'react';
import { ask } from '../data/client';
import { useAction, usePage } from '../data/hooks';
import { span } from '../format';
import { Figure } from '../parts/Figure';
import { PageHead, Reading } from '../parts/PageHead';
import { fetchFile } from '../parts/download';
import { TableBox } from '../parts/TableBox';
import { t } from '../text';
import { ExportStatsDocument, type FiguresFragment, OverviewAgentsDocument, OverviewDocument } from './overview.generated';

const Charts = lazy(() => import('./Charts'));
const ranges = [1, 7, 30, 90, 365] as const;
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** midnight is the beginning of the day that lies so many days back, in the reader's time zone. */
function midnight(back: number): string {
  const at = new Date();
  at.setHours(0, 0, 0, 0);
  at.setDate(at.getDate() - back);
  return at.toISOString();
}

const time = (ms: number | null) => (ms === null ? '–' : ms < 1000 ? t('time.millis', { n: ms }) : span(ms));
const share = (part: number, of: number) => (of === 0 ? '–' : `${Math.round((part / of) * 100)} %`);
const cost = (u: FiguresFragment['usage']) => (u.cost ? `${Number(u.cost.amount).toFixed(2)} ${u.cost.currency}` : '–');

/** How dialogues went. */
export default function OverviewPage() {
  const [days, setDays] = useState<(typeof ranges)[number]>(30);
  const [agentId, setAgent] = useState<string>();
  const agents = usePage(OverviewAgentsDocument, {});
  const variables = useMemo(() => ({ from: midnight(days - 1), to: undefined, agentId, timeZone }), [days, agentId]);
  const page = usePage(OverviewDocument, variables);
  const [busy, act] = useAction();
  const stats = page.data?.stats;
  const total = stats?.total;
  return (
    <div className="page">
      <PageHead title={t('nav.overview')} text={t('overview.intro')}>
        <Select aria-label={t('overview.range')} w={150} allowDeselect={false} data={ranges.map((d) => ({ value: String(d), label: t('overview.days', { n: d }) }))} value={String(days)} onChange={(v) => setDays(Number(v) as typeof days)} />
        <Select aria-label={t('inbox.agent')} w={180} clearable searchable placeholder={t('overview.allAgents')} data={(agents.data?.agents.edges ?? []).flatMap((e) => (e?.node ? [{ value: e.node.id, label: e.node.name }] : []))} value={agentId ?? null} onChange={(v) => setAgent(v ?? undefined)} />
        <Button variant="default" loading={busy} onClick={() => void act(async () => fetchFile((await ask(ExportStatsDocument, variables)).exportStats))}>{t('overview.csv')}</Button>
      </PageHead>
      <Reading page={page} />
      {stats && total && (
        <Stack>
          <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }}>
            <Figure name={t('overview.dialogues')} value={total.dialogues.toLocaleString()} />
            <Figure name={t('overview.successes')} value={total.successes.toLocaleString()} help={share(total.successes, total.dialogues)} />
            <Figure name={t('overview.contacts')} value={total.contacts.toLocaleString()} help={share(total.contacts, total.dialogues)} />
            <Figure name={t('overview.interests')} value={total.interests.toLocaleString()} help={share(total.interests, total.dialogues)} />
            <Figure name={t('overview.operators')} value={total.operatorsAsked.toLocaleString()} help={t('overview.takenOver', { n: total.takenOver })} />
            <Figure name={t('overview.firstResponse')} value={time(total.firstResponse.p50Ms)} help={t('overview.p90', { time: time(total.firstResponse.p90Ms) })} />
            <Figure name={t('overview.response')} value={time(total.response.p50Ms)} help={t('overview.p90', { time: time(total.response.p90Ms) })} />
            <Figure name={t('overview.messages')} value={(total.customerMessages + total.agentMessages + total.operatorMessages).toLocaleString()} help={t('overview.byOperators', { n: total.operatorMessages })} />
            <Figure name={t('overview.closed')} value={total.closed.toLocaleString()} />
            <Figure name={t('side.usage')} value={(total.usage.inputTokens + total.usage.outputTokens).toLocaleString()} help={t('side.tokens', { input: total.usage.inputTokens.toLocaleString(), output: total.usage.outputTokens.toLocaleString() })} />
            <Figure name={t('side.cost')} value={cost(total.usage)} />
          </SimpleGrid>
          {stats.days.length === 0 ? (
            <Text c="dimmed">{t('overview.none')}</Text>
          ) : (
            <Suspense fallback={<Loader role="status" aria-label={t('app.loading')} />}><Charts days={stats.days} /></Suspense>
          )}
          <Rows title={t('overview.perAgent')} rows={stats.agents.map((r) => ({ name: r.agent?.name ?? t('overview.deletedAgent'), figures: r.figures }))} />
          <Rows title={t('overview.perDay')} rows={stats.days.map((r) => ({ name: r.day ?? '', figures: r.figures })).reverse()} />
        </Stack>
      )}
    </div>
  );
}

function Rows({ title, rows }: { title: string; rows: { name: string; figures: FiguresFragment }[] }) {
  if (rows.length === 0) return null;
  return (
    <TableBox label={title}>
      <Table verticalSpacing={4} captionSide="top">
        <Table.Caption>{title}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {(['name', 'dialogues', 'successes', 'contacts', 'interests', 'operators', 'firstResponse', 'response'] as const).map((c) => <Table.Th key={c}>{t(`overview.${c}`)}</Table.Th>)}
            <Table.Th>{t('side.usage')}</Table.Th>
            <Table.Th>{t('side.cost')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ name, figures: f }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">{name}</Table.Th>
              {[f.dialogues, f.successes, f.contacts, f.interests, f.operatorsAsked].map((n, i) => <Table.Td key={i}>{n.toLocaleString()}</Table.Td>)}
              <Table.Td>{time(f.firstResponse.p50Ms)}</Table.Td>
              <Table.Td>{time(f.response.p50Ms)}</Table.Td>
              <Table.Td>{(f.usage.inputTokens + f.usage.outputTokens).toLocaleString()}</Table.Td>
              <Table.Td>{cost(f.usage)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableBox>
  );
}
