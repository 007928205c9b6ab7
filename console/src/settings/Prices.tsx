import { Autocomplete, Button, Group, Modal, Stack, Table, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { change } from '../data/client';
import { faultOf, useAction, usePage } from '../data/hooks';
import { Empty } from '../parts/Empty';
import { Reading } from '../parts/PageHead';
import { confirm } from '../parts/confirm';
import { When } from '../parts/When';
import { TableBox } from '../parts/TableBox';
import { t } from '../text';
import { ModelPricesDocument, type PricePartsFragment, RemoveModelPriceDocument, SetModelPriceDocument, UsedModelsDocument } from './settings.generated';

/** What models cost. */
export function Prices() {
  const page = usePage(ModelPricesDocument, {});
  const used = usePage(UsedModelsDocument, {});
  const [edited, edit] = useState<Partial<PricePartsFragment>>();
  const [busy, act] = useAction();
  const prices = page.data?.modelPrices ?? [];
  // Whatever was used without a price makes every sum that it is in unknown.
  const unpriced = (used.data?.usage ?? []).flatMap((r) => (r.model && !r.usage.cost && r.usage.inputTokens + r.usage.outputTokens > 0 ? [r.model] : []));
  const remove = (p: PricePartsFragment) => act(async () => {
    await change(RemoveModelPriceDocument, { id: p.id });
    page.again();
  });
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" maw={640}>{t('prices.intro')}</Text>
        <Button size="xs" onClick={() => edit({})}>{t('prices.new')}</Button>
      </Group>
      <Reading page={page} />
      {unpriced.length > 0 && (
        <Group gap="xs">
          <Text size="sm">{t('prices.unpriced')}</Text>
          {unpriced.map((model) => <Button key={model} size="compact-xs" variant="light" color="orange" onClick={() => edit({ model })}>{model}</Button>)}
        </Group>
      )}
      {page.data && prices.length === 0 && <Empty text={t('prices.none')} />}
      {prices.length > 0 && (
        <TableBox label={t('settings.tab.prices')}>
          <Table verticalSpacing={4} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('prices.model')}</Table.Th>
                <Table.Th>{t('prices.from')}</Table.Th>
                {(['input', 'cachedInput', 'output'] as const).map((c) => <Table.Th key={c} ta="right">{t(`prices.${c}`)}</Table.Th>)}
                <Table.Th><VisuallyHidden>{t('app.edit')}</VisuallyHidden></Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {prices.map((p) => (
                <Table.Tr key={p.id}>
                  <Table.Td><Text size="sm" className="text">{p.model}</Text></Table.Td>
                  <Table.Td>{p.from ? <When at={p.from} /> : t('prices.always')}</Table.Td>
                  {[p.input, p.cachedInput, p.output].map((n, i) => <Table.Td key={i} ta="right">{n === null ? '–' : `${n} ${p.currency}`}</Table.Td>)}
                  <Table.Td>
                    <Group gap={4} justify="flex-end" wrap="nowrap">
                      <Button size="compact-xs" variant="subtle" aria-label={t('prices.editOf', { model: p.model })} onClick={() => edit(p)}>{t('app.edit')}</Button>
                      <Button size="compact-xs" variant="subtle" color="red" loading={busy} aria-label={t('prices.removeOf', { model: p.model })} onClick={() => confirm(t('prices.removeOf', { model: p.model }), t('prices.removeHelp'), () => remove(p))}>{t('app.delete')}</Button>
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </TableBox>
      )}
      <Modal opened={edited !== undefined} onClose={() => edit(undefined)} title={t(edited?.id ? 'prices.edit' : 'prices.new')} closeButtonProps={{ 'aria-label': t('app.close') }}>
        {edited && <PriceForm of={edited} currency={prices[0]?.currency} models={unpriced} done={() => { edit(undefined); page.again(); used.again(); }} />}
      </Modal>
    </Stack>
  );
}

function PriceForm({ of, currency, models, done }: { of: Partial<PricePartsFragment>; currency: string | undefined; models: string[]; done(): void }) {
  const [form, setForm] = useState({ model: of.model ?? '', currency: currency ?? 'USD', input: of.input ?? '', cachedInput: of.cachedInput ?? '', output: of.output ?? '', from: '' });
  const [busy, act, faults] = useAction();
  const set = (part: Partial<typeof form>) => setForm((f) => ({ ...f, ...part }));
  const submit = (e: FormEvent) => {
    e.preventDefault();
    void act(async () => {
      const from = of.id ? (of.from ?? undefined) : form.from ? new Date(form.from).toISOString() : undefined;
      await change(SetModelPriceDocument, { model: form.model.trim(), currency: form.currency.trim().toUpperCase(), input: form.input, cachedInput: form.cachedInput || undefined, output: form.output, from });
      done();
    });
  };
  const amount = (key: 'input' | 'cachedInput' | 'output', required: boolean) => (
    <TextInput label={t(`prices.${key}`)} required={required} inputMode="decimal" value={form[key]} error={faultOf(faults, key)} onChange={(e) => set({ [key]: e.currentTarget.value })} />
  );
  return (
    <form onSubmit={submit}>
      <Stack>
        <Autocomplete label={t('prices.model')} description={t('prices.modelHelp')} required disabled={of.id !== undefined} data={models} placeholder="openai/gpt-5*" value={form.model} error={faultOf(faults, 'model')} onChange={(v) => set({ model: v })} data-autofocus />
        <TextInput label={t('prices.currency')} description={t('prices.currencyHelp')} required disabled={currency !== undefined} maxLength={3} value={form.currency} error={faultOf(faults, 'currency')} onChange={(e) => set({ currency: e.currentTarget.value })} />
        <Text size="sm" fw={500}>{t('prices.perMillion')}</Text>
        <Group grow align="flex-start">{amount('input', true)}{amount('cachedInput', false)}{amount('output', true)}</Group>
        {of.id === undefined && <TextInput type="datetime-local" label={t('prices.from')} description={t('prices.fromHelp')} value={form.from} error={faultOf(faults, 'from')} onChange={(e) => set({ from: e.currentTarget.value })} />}
        <Button type="submit" loading={busy}>{t('app.save')}</Button>
      </Stack>
    </form>
  );
}
