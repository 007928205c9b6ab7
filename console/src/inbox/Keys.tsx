import { Kbd, Modal, Table } from '@mantine/core';
import { type TextKey, t } from '../text';

const keys: [string, TextKey][] = [
  ['j', 'keys.next'],
  ['k', 'keys.previous'],
  ['Enter', 'keys.open'],
  ['r', 'keys.reply'],
  ['t', 'keys.takeOver'],
  ['h', 'keys.handBack'],
  ['x', 'keys.close'],
  ['/', 'keys.search'],
  ['Esc', 'keys.back'],
  ['Ctrl+Enter', 'keys.send'],
  ['?', 'keys.help'],
];

/** What the keys do. */
export function Keys({ opened, close }: { opened: boolean; close(): void }) {
  return (
    <Modal opened={opened} onClose={close} title={t('keys.title')} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Table>
        <Table.Tbody>
          {keys.map(([key, text]) => (
            <Table.Tr key={key}>
              <Table.Td w={120}><Kbd>{key}</Kbd></Table.Td>
              <Table.Td>{t(text)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
