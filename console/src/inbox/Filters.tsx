import { ActionIcon, Autocomplete, Chip, Group, Popover, SegmentedControl, Select, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilter, IconHelp, IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { may, viewer } from '../app/viewer';
import { usePage } from '../data/hooks';
import { useStore } from '../data/store';
import { t } from '../text';
import { builtInTags } from '../thread/tags';
import { type Filter, NOBODY, type View, views } from './filter';
import { inbox } from './inbox';
import { InboxChoicesDocument, InboxOperatorsDocument } from './inbox.generated';
import { type Wanted, allowNotices, browserNotice, ring, sound } from './notices';

interface Props {
  filter: Filter;
  change(filter: Filter): void;
  help(): void;
}

/** What the list shows: views with their numbers, a search, and the rest behind a button. */
export function Filters({ filter, change, help }: Props) {
  const { counts } = useStore(inbox.state);
  const [text, setText] = useState(filter.text);
  const search = useDebouncedCallback((value: string) => change({ ...filter, text: value }), 300);
  useEffect(() => setText(filter.text), [filter.text]);
  const more = [filter.agent, filter.operator, filter.tag, filter.order !== 'activity'].filter(Boolean).length;

  return (
    <Stack gap="xs" p="xs" style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}>
      <Group gap={6} wrap="nowrap">
        <TextInput
          id="inbox-search"
          type="search"
          size="xs"
          style={{ flex: 1 }}
          placeholder={t('inbox.search')}
          aria-label={t('inbox.search')}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(e) => { setText(e.currentTarget.value); search(e.currentTarget.value); }}
          onKeyDown={(e) => { if (e.key === 'Escape') e.currentTarget.blur(); }}
        />
        <Popover position="bottom-end" width={300} trapFocus withArrow>
          <Popover.Target>
            <ActionIcon variant={more > 0 ? 'filled' : 'default'} size="md" aria-label={t('inbox.filters')}><IconFilter size={16} /></ActionIcon>
          </Popover.Target>
          <Popover.Dropdown><More filter={filter} change={change} /></Popover.Dropdown>
        </Popover>
        <Tooltip label={t('keys.title')}>
          <ActionIcon variant="default" size="md" aria-label={t('keys.title')} onClick={help}><IconHelp size={16} /></ActionIcon>
        </Tooltip>
      </Group>
      <Chip.Group value={filter.view} onChange={(v) => change({ ...filter, view: v as View })}>
        <Group gap={4} role="radiogroup" aria-label={t('inbox.views')}>
          {views.map((v) => (
            <Chip key={v} value={v} size="xs" variant="light">
              {t(`view.${v}`)}{counts ? ` ${counts[v].toLocaleString()}` : ''}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Stack>
  );
}

function More({ filter, change }: Omit<Props, 'help'>) {
  const who = useStore(viewer);
  const agents = usePage(InboxChoicesDocument, {});
  const [tag, setTag] = useState(filter.tag);
  const keys = usePage(InboxOperatorsDocument, {}, !may(who, 'ADMIN'));
  const operators = (keys.data?.apiKeys.edges ?? [])
    .flatMap((e) => (e?.node ? [e.node] : []))
    .filter((k) => k.id !== who?.id && (k.role === 'OPERATOR' || k.role === 'ADMIN'))
    .map((k) => ({ value: k.id, label: k.name || k.id }));
  return (
    <Stack gap="xs">
      <Select
        size="xs" label={t('inbox.agent')} placeholder={t('inbox.any')} clearable searchable comboboxProps={{ withinPortal: false }}
        data={(agents.data?.agents.edges ?? []).flatMap((e) => (e?.node ? [{ value: e.node.id, label: e.node.name }] : []))}
        value={filter.agent || null} onChange={(v) => change({ ...filter, agent: v ?? '' })}
      />
      <Select
        size="xs" label={t('inbox.operator')} placeholder={t('inbox.any')} clearable comboboxProps={{ withinPortal: false }}
        data={[{ value: who?.id ?? '', label: t('inbox.me') }, { value: NOBODY, label: t('inbox.nobody') }, ...operators]}
        value={filter.operator || null} onChange={(v) => change({ ...filter, operator: v ?? '' })}
      />
      <Autocomplete
        size="xs" label={t('inbox.tag')} placeholder={t('inbox.any')} data={builtInTags} comboboxProps={{ withinPortal: false }} clearable
        value={tag} onChange={setTag} onClear={() => change({ ...filter, tag: '' })} onOptionSubmit={(v) => change({ ...filter, tag: v })}
        onBlur={() => { if (tag !== filter.tag) change({ ...filter, tag }); }}
      />
      <div>
        <Text size="xs" fw={500}>{t('inbox.order')}</Text>
        <SegmentedControl
          size="xs" fullWidth aria-label={t('inbox.order')}
          data={[{ value: 'activity', label: t('inbox.order.activity') }, { value: 'messages', label: t('inbox.order.messages') }]}
          value={filter.order} onChange={(v) => change({ ...filter, order: v as Filter['order'] })}
        />
      </div>
      <NoticeChoice kind="sound" />
      <NoticeChoice kind="browser" />
    </Stack>
  );
}

function NoticeChoice({ kind }: { kind: 'sound' | 'browser' }) {
  const setting = kind === 'sound' ? sound : browserNotice;
  const value = useStore(setting);
  const choose = async (v: string | null) => {
    const wanted = (v ?? 'none') as Wanted;
    if (kind === 'sound' && wanted !== 'none') ring(); // to be heard once, and to be let by the browser
    if (kind === 'browser' && wanted !== 'none' && !(await allowNotices())) return;
    setting.set(wanted);
  };
  return (
    <Select
      size="xs" label={t(`notice.${kind}`)} allowDeselect={false} comboboxProps={{ withinPortal: false }}
      data={[{ value: 'none', label: t('notice.none') }, { value: 'waiting', label: t('notice.ofWaiting') }, { value: 'all', label: t('notice.ofAll') }]}
      value={value} onChange={(v) => void choose(v)}
    />
  );
}
