import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { notifications } from '@mantine/notifications';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { ApiError, fromCombined, sentence } from './errors';
import { session } from './session';
import { useStore } from './store';

export interface Page<Data> {
  data: Data | undefined;
  error: ApiError | undefined;
  loading: boolean;
  /** Asks the server again, past the cache. */
  again(): void;
}

/** usePage reads for a page. It asks again when somebody has signed in after the session was over. */
export function usePage<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  pause = false,
): Page<Data> {
  const [result, execute] = useQuery<Data>({ query: document, variables: variables as never, pause });
  const { epoch } = useStore(session);
  // What was read stays while it cannot be read again: a form over it holds what somebody types.
  const good = useRef<Data>(undefined);
  if (!result.error && result.data) good.current = result.data;
  const first = useRef(epoch);
  const again = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  useEffect(() => {
    if (epoch !== first.current && !pause) again();
    first.current = epoch;
  }, [epoch, again, pause]);
  return { data: result.error ? (result.data ?? good.current) : result.data, error: result.error && fromCombined(result.error), loading: result.fetching, again };
}

/** tell shows what went wrong. */
export function tell(error: unknown): void {
  notifications.show({ color: 'red', message: sentence(error) });
}

/** Reasons why fields of a form cannot be taken, by their names. */
export type Faults = Record<string, string>;

/**
 * useAction runs one thing at a time, and shows why it failed: at the fields of a form where the API names them, else as a
 * notice. Its answer says whether it went well.
 */
export function useAction(): [busy: boolean, act: (work: () => Promise<unknown>) => Promise<boolean>, faults: Faults] {
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<Faults>({});
  const act = useCallback(async (work: () => Promise<unknown>) => {
    setBusy(true);
    setFaults({});
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof ApiError) setFaults(error.fields);
      tell(error);
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return [busy, act, faults];
}

/** faultOf is what is wrong with a field, or with a part of it. */
export function faultOf(faults: Faults, field: string): string | undefined {
  const of = Object.entries(faults).filter(([name]) => name === field || name.startsWith(`${field}.`));
  return of.length === 0 ? undefined : of.map(([name, reason]) => (name === field ? reason : `${name.slice(field.length + 1)}: ${reason}`)).join('; ');
}
