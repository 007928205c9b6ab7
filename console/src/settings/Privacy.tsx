import { Button, Checkbox, Fieldset, Group, NumberInput, Stack, Switch, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { change } from '../data/client';
import { faultOf, useAction, usePage } from '../data/hooks';
import { Reading } from '../parts/PageHead';
import { confirm } from '../parts/confirm';
import { t } from '../text';
import { PrivacyDocument, UpdatePrivacyDocument } from './settings.generated';

const parts = ['name', 'email', 'phone', 'channel'] as const;

/** What is done with the data of people. */
export function Privacy() {
  const page = usePage(PrivacyDocument, {});
  const privacy = page.data?.viewer.workspace.privacy;
  if (!privacy) return <Reading page={page} />;
  return <Form key={JSON.stringify(privacy)} days={privacy.eraseThreadsAfterDays} hidden={[...privacy.hiddenFromModels]} />;
}

function Form({ days: daysBefore, hidden: hiddenBefore }: { days: number | null; hidden: string[] }) {
  const [days, setDays] = useState(daysBefore);
  const [hidden, setHidden] = useState(hiddenBefore);
  const [busy, act, faults] = useAction();
  const changed = days !== daysBefore || JSON.stringify([...hidden].sort()) !== JSON.stringify([...hiddenBefore].sort());
  const save = () => act(async () => {
    await change(UpdatePrivacyDocument, { eraseThreadsAfterDays: days, hiddenFromModels: hidden });
    notifications.show({ message: t('app.saved') });
  });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    // Fewer days erase at once what is older.
    if (days !== null && (daysBefore === null || days < daysBefore)) confirm(t('privacy.erase', { n: days }), t('privacy.eraseHelp'), save);
    else void save();
  };
  return (
    <form onSubmit={submit}>
      <Stack maw={680}>
        <Fieldset legend={t('privacy.retention')}>
          <Stack gap="sm">
            <Switch label={t('privacy.erases')} checked={days !== null} onChange={(e) => setDays(e.currentTarget.checked ? (daysBefore ?? 365) : null)} />
            {days !== null && <NumberInput label={t('privacy.days')} description={t('privacy.daysHelp')} w={260} min={1} max={36_500} allowDecimal={false} value={days} error={faultOf(faults, 'eraseThreadsAfterDays')} onChange={(v) => setDays(Number(v) || 1)} />}
          </Stack>
        </Fieldset>
        <Fieldset legend={t('privacy.models')}>
          <Checkbox.Group label={t('privacy.hidden')} description={t('privacy.hiddenHelp')} value={hidden} error={faultOf(faults, 'hiddenFromModels')} onChange={setHidden}>
            <Group mt="xs">{parts.map((p) => <Checkbox key={p} value={p} label={t(`side.${p}`)} />)}</Group>
          </Checkbox.Group>
        </Fieldset>
        <Text size="sm" c="dimmed">{t('privacy.more')}</Text>
        <Group><Button type="submit" loading={busy} disabled={!changed}>{t('app.save')}</Button></Group>
      </Stack>
    </form>
  );
}
