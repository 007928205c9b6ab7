import { Badge, Tooltip } from '@mantine/core';
import { span, useNow } from '../format';
import { link } from '../data/socket';
import { useStore } from '../data/store';
import { t } from '../text';

/** How the console is connected, always in sight. */
export function Connection() {
  const { state, since } = useStore(link);
  const now = useNow(1000);
  const longer = now - since > 1500;
  const shown = state === 'connecting' && !longer ? 'online' : state;
  const color = shown === 'online' ? 'teal' : shown === 'idle' ? 'gray' : 'red';
  const text = shown === 'offline' || shown === 'connecting' ? t(`link.${shown}`, { for: span(now - since) }) : t(`link.${shown}`, { for: '' });
  return (
    <Tooltip label={t(`link.${shown}.help`)}>
      <Badge color={color} variant="light" role="status" aria-live="polite" data-link={state} style={{ textTransform: 'none' }}>
        {text}
      </Badge>
    </Tooltip>
  );
}
