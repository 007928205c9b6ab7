import { Button, CopyButton, Group } from '@mantine/core';
import { t } from '../text';

/** A text to be copied, and a button for it. */
export function Copy({ text, label }: { text: string; label?: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="default" onClick={copy} aria-label={label}>{copied ? t('app.copied') : (label ?? t('app.copy'))}</Button>
      )}
    </CopyButton>
  );
}

/** A text that is shown once, or to be taken along whole. */
export function CopyBlock({ text, label }: { text: string; label?: string }) {
  return (
    <div>
      <Group justify="flex-end" mb={4}><Copy text={text} label={label} /></Group>
      <pre className="code" tabIndex={0} style={{ padding: 8, border: '1px solid var(--mantine-color-default-border)', borderRadius: 6, maxHeight: 360, overflow: 'auto' }}>{text}</pre>
    </div>
  );
}
