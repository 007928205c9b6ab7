import '@mantine/charts/styles.css';
import { BarChart, LineChart } from '@mantine/charts';
import { Paper, SimpleGrid, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { t } from '../text';
import type { FiguresFragment } from './overview.generated';

interface Props {
  days: readonly { day: string | null; figures: FiguresFragment }[];
}

const none = { count: 0, p50Ms: null, p90Ms: null };

/** whole puts in the days between on which nothing happened, which the API leaves out. */
function whole(days: Props['days']): Props['days'] {
  const first = days[0];
  const last = days.at(-1)?.day;
  if (!first?.day || !last) return days;
  const known = new Map(days.map((d) => [d.day, d]));
  const all: Props['days'][number][] = [];
  for (const at = new Date(`${first.day}T00:00Z`); all.length < 400; at.setUTCDate(at.getUTCDate() + 1)) {
    const day = at.toISOString().slice(0, 10);
    const zero = Object.fromEntries(Object.entries(first.figures).map(([k, v]) => [k, typeof v === 'number' ? 0 : v])) as FiguresFragment;
    all.push(known.get(day) ?? { day, figures: { ...zero, firstResponse: none, response: none, usage: { steps: 0, inputTokens: 0, outputTokens: 0, cost: null } } });
    if (day >= last) break;
  }
  return all;
}

/** The days as pictures. The table below them says the same for those who cannot see these. */
export default function Charts({ days }: Props) {
  const data = whole(days).map(({ day, figures: f }) => ({
    day: day?.slice(5) ?? '',
    dialogues: f.dialogues,
    successes: f.successes,
    contacts: f.contacts,
    interests: f.interests,
    operators: f.operatorsAsked,
    p50: f.response.p50Ms === null ? null : f.response.p50Ms / 1000,
    p90: f.response.p90Ms === null ? null : f.response.p90Ms / 1000,
    input: f.usage.inputTokens,
    output: f.usage.outputTokens,
    cost: f.usage.cost ? Number(f.usage.cost.amount) : 0,
  }));
  const common = { h: 220, data, dataKey: 'day', withLegend: true, tickLine: 'none', legendProps: { verticalAlign: 'bottom' } } as const;
  const motion = { isAnimationActive: false };
  const still = { accessibilityLayer: false }; // one cannot walk through a picture; the table says it
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Chart title={t('overview.outcomes')}>
        <BarChart
          {...common} barProps={motion} barChartProps={still}
          series={[
            { name: 'dialogues', label: t('overview.dialogues'), color: 'gray.5' },
            { name: 'successes', label: t('overview.successes'), color: 'teal.6' },
            { name: 'contacts', label: t('overview.contacts'), color: 'cyan.6' },
            { name: 'interests', label: t('overview.interests'), color: 'grape.6' },
            { name: 'operators', label: t('overview.operators'), color: 'orange.6' },
          ]}
        />
      </Chart>
      <Chart title={t('overview.responseSeconds')}>
        <LineChart {...common} lineProps={motion} lineChartProps={still} connectNulls={false} series={[{ name: 'p50', label: t('overview.median'), color: 'blue.6' }, { name: 'p90', label: t('overview.ninety'), color: 'orange.6' }]} />
      </Chart>
      <Chart title={t('side.usage')}>
        <BarChart {...common} barProps={motion} barChartProps={still} type="stacked" series={[{ name: 'input', label: t('overview.read'), color: 'blue.5' }, { name: 'output', label: t('overview.written'), color: 'indigo.7' }]} />
      </Chart>
      <Chart title={t('side.cost')}>
        <LineChart {...common} lineProps={motion} lineChartProps={still} series={[{ name: 'cost', label: t('side.cost'), color: 'teal.6' }]} />
      </Chart>
    </SimpleGrid>
  );
}

function Chart({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="sm">
      <Title order={2} size="h6" mb="xs">{title}</Title>
      <div role="img" aria-label={title}>{children}</div>
    </Paper>
  );
}
