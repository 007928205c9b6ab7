import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** A table that is moved sideways where there is no room for it, by keys too. */
export function TableBox({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Table.ScrollContainer type="native" minWidth={640} className="tablewrap" tabIndex={0} role="region" aria-label={label}>
      {children}
    </Table.ScrollContainer>
  );
}
