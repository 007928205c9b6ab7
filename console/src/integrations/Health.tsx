import { Progress, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { fullTime, millis } from '../format';
import { Figure } from '../parts/Figure';
import { When } from '../parts/When';
import { TableBox } from '../parts/TableBox';
import { t } from '../text';
import { backlog } from './IntegrationsPage';
import type { IntegrationPartsFragment } from './integrations.generated';

/** How an endpoint is doing: now, and over the last day. */
export function Health({ of }: { of: IntegrationPartsFragment }) {
  const { health } = of;
  const at = (iso: string | null) => (iso ? fullTime(iso) : '–');
  const attempts = of.stats.reduce((n, s) => n + s.attempts, 0);
  const succeeded = of.stats.reduce((n, s) => n + s.succeeded, 0);
  return (
    <Stack>
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        <Figure name={t('health.attempts')} value={attempts.toLocaleString()} />
        <Figure name={t('health.rate')} value={attempts > 0 ? `${Math.floor((succeeded / attempts) * 1000) / 10} %` : '–'} />
        <Figure name={t('health.slowest')} value={millis(Math.max(0, ...of.stats.map((s) => s.slowestUs)))} />
        <Figure name={t('integrations.backlog')} value={backlog(of.backlog)} />
        <Figure name={t('integrations.lastSuccess')} value={at(health.lastSuccessAt)} />
        <Figure name={t('health.lastFailure')} value={at(health.lastFailureAt)} />
        <Figure name={t('health.failuresInRow')} value={health.consecutiveFailures.toLocaleString()} />
        <Figure name={t('health.since')} value={at(health.firstFailureAt)} />
        {health.pausedUntil && <Figure name={t('health.pausedUntil')} value={at(health.pausedUntil)} />}
        {health.breakerUntil && <Figure name={t('health.breakerUntil')} value={at(health.breakerUntil)} />}
        {health.heldDropped > 0 && <Figure name={t('health.dropped')} value={health.heldDropped.toLocaleString()} />}
      </SimpleGrid>
      <TableBox label={t('health.hours')}>
        <Table withRowBorders={false} verticalSpacing={2}>
          <Table.Caption>{t('health.hours')}</Table.Caption>
          <Table.Thead>
            <Table.Tr><Table.Th>{t('health.hour')}</Table.Th><Table.Th>{t('health.attempts')}</Table.Th><Table.Th w="40%">{t('health.rate')}</Table.Th><Table.Th>{t('health.mean')}</Table.Th></Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {of.stats.filter((s) => s.attempts > 0).map((s) => {
              const share = (s.successRate ?? 0) * 100;
              return (
                <Table.Tr key={s.since}>
                  <Table.Td><When at={s.since} /></Table.Td>
                  <Table.Td>{s.attempts.toLocaleString()}</Table.Td>
                  <Table.Td><Progress value={share} color={share >= 99 ? 'teal' : share >= 80 ? 'orange' : 'red'} aria-label={t('health.rateOf', { n: Math.floor(share) })} /></Table.Td>
                  <Table.Td>{millis(s.meanUs)}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </TableBox>
      {attempts === 0 && <Text size="sm" c="dimmed">{t('health.none')}</Text>}
    </Stack>
  );
}
