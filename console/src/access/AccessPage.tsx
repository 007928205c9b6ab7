import { Alert, Badge, Button, Group, Modal, Select, Stack, Table, Text, TextInput, Title, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { may, viewer } from '../app/viewer';
import { change } from '../data/client';
import { faultOf, useAction, usePage } from '../data/hooks';
import { refused } from '../data/session';
import { useStore } from '../data/store';
import type { Role } from '../generated/schema';
import { CopyBlock } from '../parts/Copy';
import { PageHead, Reading } from '../parts/PageHead';
import { confirm } from '../parts/confirm';
import { When } from '../parts/When';
import { TableBox } from '../parts/TableBox';
import { t, word } from '../text';
import { ApiKeysDocument, CreateApiKeyDocument, EndSessionsDocument, RevokeApiKeyDocument, SessionsDocument } from './access.generated';

/** Who may do what, and where one is signed in. */
export default function AccessPage() {
  const who = useStore(viewer);
  return (
    <div className="page">
      <PageHead title={t('nav.access')} text={t('access.intro')} />
      <Stack gap="xl">
        {may(who, 'ADMIN') && <Keys />}
        <Sessions />
      </Stack>
    </div>
  );
}

function Keys() {
  const page = usePage(ApiKeysDocument, {});
  const who = useStore(viewer);
  const [opened, { open, close }] = useDisclosure();
  const [made, setMade] = useState<string>();
  const [busy, act] = useAction();
  const keys = (page.data?.apiKeys.edges ?? []).flatMap((e) => (e?.node ? [e.node] : []));
  const revoke = (id: string) => act(() => change(RevokeApiKeyDocument, { id }));
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">{t('access.keys')}</Title>
        <Button size="xs" onClick={open}>{t('access.newKey')}</Button>
      </Group>
      <Reading page={page} />
      <TableBox label={t('access.keys')}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('access.name')}</Table.Th>
              <Table.Th>{t('access.role')}</Table.Th>
              <Table.Th>{t('access.hint')}</Table.Th>
              <Table.Th>{t('access.created')}</Table.Th>
              <Table.Th>{t('access.used')}</Table.Th>
              <Table.Th><VisuallyHidden>{t('access.revoke')}</VisuallyHidden></Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {keys.map((k) => (
              <Table.Tr key={k.id}>
                <Table.Td>{k.name} {k.id === who?.id && <Badge size="xs" variant="light">{t('access.yours')}</Badge>}</Table.Td>
                <Table.Td>{word('role', k.role)}</Table.Td>
                <Table.Td><Text size="xs" ff="monospace">{k.hint}…</Text></Table.Td>
                <Table.Td><When at={k.createdAt} /></Table.Td>
                <Table.Td>{k.lastUsedAt ? <When at={k.lastUsedAt} /> : '–'}</Table.Td>
                <Table.Td>
                  {k.revokedAt ? (
                    <Badge color="gray" size="sm" variant="light">{t('access.revoked')}</Badge>
                  ) : (
                    <Button size="compact-xs" variant="subtle" color="red" loading={busy} aria-label={t('access.revokeOf', { name: k.name })} onClick={() => confirm(t('access.revokeOf', { name: k.name }), t('access.revokeHelp'), () => revoke(k.id))}>{t('access.revoke')}</Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </TableBox>
      <Modal opened={opened} onClose={close} title={t('access.newKey')} closeButtonProps={{ 'aria-label': t('app.close') }}>
        <NewKey done={(key) => { close(); setMade(key); page.again(); }} />
      </Modal>
      <Modal opened={made !== undefined} onClose={() => setMade(undefined)} title={t('access.made')} closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('app.close') }}>
        <Alert color="orange" mb="md">{t('access.once')}</Alert>
        <CopyBlock text={made ?? ''} label={t('access.copyKey')} />
      </Modal>
    </section>
  );
}

const roles: Role[] = ['ADMIN', 'OPERATOR', 'INTEGRATOR', 'APP'];

function NewKey({ done }: { done(key: string): void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('OPERATOR');
  const [busy, act, faults] = useAction();
  const submit = (e: FormEvent) => {
    e.preventDefault();
    void act(async () => done((await change(CreateApiKeyDocument, { name, role })).createApiKey.key ?? ''));
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label={t('access.name')} description={t('access.nameHelp')} required value={name} error={faultOf(faults, 'name')} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
        <Select label={t('access.role')} description={t(`access.role.${role as 'ADMIN' | 'OPERATOR' | 'INTEGRATOR' | 'APP'}`)} allowDeselect={false} data={roles.map((r) => ({ value: r, label: word('role', r) }))} value={role} error={faultOf(faults, 'role')} onChange={(v) => setRole(v as Role)} />
        <Button type="submit" loading={busy}>{t('access.make')}</Button>
      </Stack>
    </form>
  );
}

// browserOf is what a browser said that it is, in words; whatever else it said stays as it is.
function browserOf(agent: string): string {
  const browser = /(Edg|OPR|Firefox|HeadlessChrome|Chrome)\/(\d+)/.exec(agent) ?? /(Version)\/(\d+).*Safari/.exec(agent);
  const system = ['Windows', 'Android', 'iPhone', 'iPad', 'CrOS', 'Mac OS X', 'Linux'].find((name) => agent.includes(name));
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', HeadlessChrome: 'Chrome', Version: 'Safari' };
  if (!browser || !system) return agent || '–';
  return t('access.on', { browser: `${names[browser[1]!] ?? browser[1]} ${browser[2]}`, system });
}

function Sessions() {
  const page = usePage(SessionsDocument, {});
  const [busy, act] = useAction();
  const end = () => act(async () => {
    await change(EndSessionsDocument, {});
    refused(); // this one is among them
  });
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">{t('access.sessions')}</Title>
        <Button size="xs" variant="default" loading={busy} onClick={() => confirm(t('access.endAll'), t('access.endAllHelp'), end)}>{t('access.endAll')}</Button>
      </Group>
      <Reading page={page} />
      <TableBox label={t('access.sessions')}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('access.browser')}</Table.Th>
              <Table.Th>{t('access.begun')}</Table.Th>
              <Table.Th>{t('access.used')}</Table.Th>
              <Table.Th>{t('access.ends')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {(page.data?.viewer.sessions ?? []).map((s) => (
              <Table.Tr key={s.id}>
                <Table.Td><Text size="sm" className="text" title={s.userAgent}>{browserOf(s.userAgent)} {s.current && <Badge size="xs" variant="light">{t('access.this')}</Badge>}</Text></Table.Td>
                <Table.Td><When at={s.createdAt} /></Table.Td>
                <Table.Td><When at={s.lastUsedAt} /></Table.Td>
                <Table.Td><When at={s.expiresAt} /></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </TableBox>
    </section>
  );
}
