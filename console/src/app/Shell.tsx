import { ActionIcon, AppShell, Badge, Burger, Center, Group, Loader, Menu, NavLink, Text, Tooltip, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconApi, IconChartBar, IconInbox, IconKey, IconLogout, IconMoon, IconPlugConnected, IconRobot, IconSettings, IconSun, IconUserCircle } from '@tabler/icons-react';
import { Suspense, lazy, useEffect } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { tell } from '../data/hooks';
import { useStore } from '../data/store';
import type { Role } from '../generated/schema';
import { inbox } from '../inbox/inbox';
import { InboxPage } from '../inbox/InboxPage';
import { Confirm } from '../parts/confirm';
import { type TextKey, t, word } from '../text';
import { Boundary } from './Boundary';
import { Connection } from './Connection';
import { may, signOut, viewer } from './viewer';

const AgentsPage = lazy(() => import('../agents/AgentsPage'));
const AgentPage = lazy(() => import('../agents/AgentPage'));
const IntegrationsPage = lazy(() => import('../integrations/IntegrationsPage'));
const IntegrationPage = lazy(() => import('../integrations/IntegrationPage'));
const OverviewPage = lazy(() => import('../overview/OverviewPage'));
const AccessPage = lazy(() => import('../access/AccessPage'));
const SettingsPage = lazy(() => import('../settings/SettingsPage'));

interface Place {
  path: string;
  title: TextKey;
  icon: typeof IconInbox;
  roles: Role[];
}

const places: Place[] = [
  { path: '/inbox', title: 'nav.inbox', icon: IconInbox, roles: ['ADMIN', 'OPERATOR'] },
  { path: '/agents', title: 'nav.agents', icon: IconRobot, roles: ['ADMIN', 'INTEGRATOR'] },
  { path: '/integrations', title: 'nav.integrations', icon: IconPlugConnected, roles: ['ADMIN', 'INTEGRATOR'] },
  { path: '/overview', title: 'nav.overview', icon: IconChartBar, roles: ['ADMIN', 'OPERATOR'] },
  { path: '/settings', title: 'nav.settings', icon: IconSettings, roles: ['ADMIN'] },
  { path: '/access', title: 'nav.access', icon: IconKey, roles: ['ADMIN', 'OPERATOR', 'INTEGRATOR', 'APP'] },
];

export function Shell() {
  const who = useStore(viewer);
  const [open, { toggle, close }] = useDisclosure();
  const [location] = useLocation();
  const mine = places.filter((p) => may(who, ...p.roles));
  const here = mine.find((p) => location.startsWith(p.path));
  const watches = may(who, 'ADMIN', 'OPERATOR');

  useEffect(() => {
    document.title = here ? `${t(here.title)} – ${t('app.title')}` : t('app.title');
    close();
  }, [here, close]);
  useEffect(() => (watches && who ? inbox.start(who) : undefined), [watches, who]);

  return (
    <AppShell header={{ height: 52 }} navbar={{ width: 196, breakpoint: 'sm', collapsed: { mobile: !open } }}>
      <AppShell.Header>
        <a className="skip" href="#main">{t('app.skip')}</a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t(open ? 'nav.close' : 'nav.open')} aria-expanded={open} />
            <Text fw={700}>{t('app.title')}</Text>
            <Text c="dimmed" size="sm" className="line" visibleFrom="sm">{who?.workspace}</Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Connection />
            <Scheme />
            <Who />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('nav.label')}>
        {mine.map((p) => (
          <NavLink
            key={p.path}
            component={Link}
            href={p.path}
            label={t(p.title)}
            active={here === p}
            aria-current={here === p ? 'page' : undefined}
            leftSection={<p.icon size={18} aria-hidden />}
            rightSection={p.path === '/inbox' ? <Waiting /> : undefined}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} style={{ outline: 'none' }}>
        <Boundary of={location}>
          <Suspense fallback={<Center p="xl"><Loader role="status" aria-label={t('app.loading')} /></Center>}>
            <Switch>
              <Route path="/inbox/:thread?">{(p) => <InboxPage thread={p.thread} />}</Route>
              <Route path="/agents"><AgentsPage /></Route>
              <Route path="/agents/:id/:tab?">{(p) => <AgentPage key={p.id} id={p.id} tab={p.tab} />}</Route>
              <Route path="/integrations"><IntegrationsPage /></Route>
              <Route path="/integrations/:id/:tab?">{(p) => <IntegrationPage key={p.id} id={p.id} tab={p.tab} />}</Route>
              <Route path="/overview"><OverviewPage /></Route>
              {may(who, 'ADMIN') && <Route path="/settings/:tab?">{(p) => <SettingsPage tab={p.tab} />}</Route>}
              <Route path="/access"><AccessPage /></Route>
              <Route><Redirect to={mine[0]?.path ?? '/access'} replace /></Route>
            </Switch>
          </Suspense>
        </Boundary>
        <Confirm />
      </AppShell.Main>
    </AppShell>
  );
}

function Waiting() {
  const { counts } = useStore(inbox.state);
  if (!counts?.waiting) return null;
  return <Badge size="sm" color="orange" variant="light" aria-label={t('inbox.waiting.count', { n: counts.waiting })}>{counts.waiting}</Badge>;
}

function Scheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = colorScheme === 'dark' || (colorScheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  const label = t(dark ? 'app.light' : 'app.dark');
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
        {dark ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}

function Who() {
  const who = useStore(viewer);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <UnstyledButton aria-label={t('app.account', { name: who?.name ?? '' })}>
          <Group gap={6} wrap="nowrap">
            <IconUserCircle size={22} aria-hidden />
            <Text size="sm" visibleFrom="sm" className="line" maw={160}>{who?.name}</Text>
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{who?.name} · {word('role', who?.role ?? '')}</Menu.Label>
        <Menu.Item component="a" href="/graphiql" target="_blank" rel="noreferrer" leftSection={<IconApi size={16} />}>{t('app.graphiql')}</Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut().catch(tell)}>{t('app.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
