import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { stringifyDocument } from '@urql/core';
import { ApiError, NETWORK, fromErrors } from './errors';
import { refused, session, whenSignedIn } from './session';
import { socket } from './socket';

export interface Following<Data, Variables extends object> {
  document: TypedDocumentNode<Data, Variables & { after?: string | null }>;
  variables: Variables;
  /** Loads the present state, and answers with the cursor behind which to go on. */
  load(): Promise<string | null | undefined>;
  /** Takes an event, and answers with its cursor. It is called in order, and never twice for an event of the log. */
  take(data: Data): string | null | undefined;
  /** What is wrong, while it is tried again; undefined when it is well again. */
  trouble?(error: ApiError | undefined): void;
  /** There is nothing more to follow, such as a thread that was erased. */
  gone?(error: ApiError): void;
}

const forGood = new Set(['NOT_FOUND', 'FORBIDDEN', 'GRAPHQL_VALIDATION_FAILED', 'BAD_INPUT']);

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * follow keeps up with a stream until it is stopped: it loads the present state and subscribes behind its cursor. After a cut
 * the socket goes on behind the last cursor that was taken. Where that is too old the state is loaded anew.
 */
export function follow<Data, Variables extends object>(f: Following<Data, Variables>): () => void {
  let stopped = false;
  let tries = 0;
  let unsubscribe: (() => void) | undefined;
  const query = stringifyDocument(f.document);

  // The client sends the object as it then is when it subscribes again.
  const stream = (after: string | null | undefined) =>
    new Promise<ApiError | undefined>((resolve) => {
      const variables: Record<string, unknown> = { ...f.variables, after };
      let failure: ApiError | undefined;
      unsubscribe = socket.subscribe<Data>(
        { query, variables },
        {
          next(result) {
            if (stopped) return;
            if (result.errors && result.errors.length > 0) failure = fromErrors(result.errors);
            else if (result.data) {
              tries = 0;
              variables['after'] = f.take(result.data) ?? variables['after'];
            }
          },
          error(problem) {
            resolve(Array.isArray(problem) ? fromErrors(problem) : new ApiError('', NETWORK, true));
          },
          complete: () => resolve(failure),
        },
      );
    });

  const run = async () => {
    while (!stopped) {
      let failure: ApiError | undefined;
      try {
        const after = await f.load();
        if (stopped) return;
        f.trouble?.(undefined);
        failure = await stream(after);
      } catch (error) {
        failure = error instanceof ApiError ? error : new ApiError(String(error), NETWORK, true);
      }
      if (stopped) return;
      if (failure && forGood.has(failure.code)) {
        f.gone?.(failure);
        return;
      }
      if (failure?.code === 'UNAUTHENTICATED') {
        refused();
        await sleep(300); // until that is known
        if (session.get().state !== 'in') await whenSignedIn();
        continue;
      }
      if (failure?.code !== 'CURSOR_EXPIRED') f.trouble?.(failure);
      await sleep(Math.min(8_000, 250 * 2 ** Math.min(tries++, 5)));
    }
  };
  void run();
  return () => {
    stopped = true;
    unsubscribe?.();
  };
}

/**
 * watch follows a stream that begins at its beginning and ends by itself, such as a dry run. After a cut it comes from the
 * beginning again: `take` passes over what it knows.
 */
export function watch<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  take: (data: Data) => void,
  end: (error?: ApiError) => void,
): () => void {
  let failure: ApiError | undefined;
  return socket.subscribe<Data>(
    { query: stringifyDocument(document), variables: variables as Record<string, unknown> },
    {
      next(result) {
        if (result.errors && result.errors.length > 0) failure = fromErrors(result.errors);
        else if (result.data) take(result.data);
      },
      error: (problem) => end(Array.isArray(problem) ? fromErrors(problem) : new ApiError('', NETWORK, true)),
      complete: () => end(failure),
    },
  );
}
