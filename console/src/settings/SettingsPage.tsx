import { Tabs } from '@mantine/core';
import { useLocation } from 'wouter';
import { PageHead } from '../parts/PageHead';
import { t } from '../text';
import { Audit } from './Audit';
import { Prices } from './Prices';
import { Privacy } from './Privacy';
import { Providers } from './Providers';

const tabs = { models: Providers, prices: Prices, privacy: Privacy, audit: Audit };
type Tab = keyof typeof tabs;
const names = Object.keys(tabs) as Tab[];

/** What holds for the whole workspace. */
export default function SettingsPage({ tab }: { tab: string | undefined }) {
  const [, go] = useLocation();
  return (
    <div className="page">
      <PageHead title={t('nav.settings')} text={t('settings.intro')} />
      <Tabs value={names.find((name) => name === tab) ?? 'models'} onChange={(v) => go(`/settings/${v}`)} keepMounted={false}>
        <Tabs.List mb="md">{names.map((name) => <Tabs.Tab key={name} value={name}>{t(`settings.tab.${name}`)}</Tabs.Tab>)}</Tabs.List>
        {names.map((name) => {
          const Panel = tabs[name];
          return <Tabs.Panel key={name} value={name}><Panel /></Tabs.Panel>;
        })}
      </Tabs>
    </div>
  );
}
