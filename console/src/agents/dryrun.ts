import { useCallback, useEffect, useRef, useState } from 'react';
import { change } from '../data/client';
import { type ApiError, sentence } from '../data/errors';
import { watch } from '../data/follow';
import { TestAgentDocument, TestAgentEventsDocument, type TestAgentEventsSubscription, type TestAgentMutationVariables } from './agents.generated';

export type RunEvent = TestAgentEventsSubscription['testAgentEvents'];
export type RunCall = Extract<RunEvent, { __typename: 'TestCall' }>;

export interface Run {
  /** Everything but pieces of text, in order; a call has one entry, which is its latest. */
  events: RunEvent[];
  /** Number of the last of them. */
  last: number;
  /** The text that is being written. */
  piece: string;
  running: boolean;
  error: string | undefined;
}

const nothing: Run = { events: [], last: 0, piece: '', running: false, error: undefined };

export type RunInput = TestAgentMutationVariables['input'];

// After a cut the stream comes from its beginning again: what is known is passed over.
function take(run: Run, e: RunEvent): Run {
  if (e.__typename === 'TestDelta') return { ...run, piece: e.dropped ? '' : e.offset === 0 ? e.piece : run.piece + e.piece };
  if (e.number <= run.last) return run;
  const next = { ...run, last: e.number, piece: e.__typename === 'TestMessage' || e.__typename === 'TestEnd' ? '' : run.piece };
  if (e.__typename === 'TestCall') {
    const at = run.events.findIndex((o) => o.__typename === 'TestCall' && o.callId === e.callId);
    if (at >= 0) return { ...next, events: run.events.with(at, e) };
  }
  return { ...next, events: [...run.events, e] };
}

/** useDryRun plays turns of an agent that leave nothing behind. */
export function useDryRun(): [run: Run, start: (input: RunInput) => Promise<void>, clear: () => void] {
  const [run, setRun] = useState(nothing);
  const stop = useRef<() => void>(undefined);
  useEffect(() => () => stop.current?.(), []);

  const start = useCallback(async (input: RunInput) => {
    stop.current?.();
    setRun({ ...nothing, running: true });
    try {
      const { testAgent } = await change(TestAgentDocument, input);
      const end = (error?: ApiError) => setRun((r) => ({ ...r, running: false, error: error && sentence(error) }));
      stop.current = watch(TestAgentEventsDocument, { runId: testAgent.runId }, (data) => setRun((r) => take(r, data.testAgentEvents)), end);
    } catch (error) {
      setRun({ ...nothing, error: sentence(error) });
    }
  }, []);
  return [run, start, useCallback(() => setRun(nothing), [])];
}
