import { Input, Loader } from '@mantine/core';
import { Suspense, lazy, useId } from 'react';
import { t } from '../text';

export interface EditorProps {
  label: string;
  description?: string;
  value: string;
  onChange?(value: string): void;
  language: 'json' | 'text';
  /** What is wrong with a text that is JSON: reasons with the path of what they are about. */
  check?(value: unknown): { path: string; reason: string }[];
  error?: string;
}

const Code = lazy(() => import('./Code'));

/** A field for long texts and JSON. The editor itself is loaded when the first one is shown. */
export function Editor({ label, description, error, ...rest }: EditorProps) {
  const id = useId();
  return (
    <Input.Wrapper label={label} labelElement="div" description={description} error={error} id={id}>
      <div className="editor">
        <Suspense fallback={<Loader size="sm" role="status" aria-label={t('app.loading')} />}>
          <Code label={label} {...rest} />
        </Suspense>
      </div>
    </Input.Wrapper>
  );
}

const Merge = lazy(() => import('./Merge'));

/** What differs between two texts. */
export function Difference(props: { before: string; after: string; label: string }) {
  return (
    <div className="editor difference">
      <Suspense fallback={<Loader size="sm" role="status" aria-label={t('app.loading')} />}><Merge {...props} /></Suspense>
    </div>
  );
}
