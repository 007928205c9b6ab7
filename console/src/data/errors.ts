import type { CombinedError } from '@urql/core';
import { t } from '../text';

/** What the API says about a failure; see docs/errors.md. */
interface Extensions {
  code?: string;
  requestId?: string;
  retryable?: boolean;
  fields?: { field: string; reason: string }[];
}

/** A failure of the API, or of the way to it. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly retryable: boolean,
    /** What is wrong with each field of an input, by its path. */
    readonly fields: Record<string, string> = {},
    readonly requestId = '',
  ) {
    super(message);
  }
}

/** NETWORK is the code of failures in which the API said nothing. */
export const NETWORK = 'NETWORK';

interface Told {
  message: string;
  extensions?: unknown;
}

/** fromErrors makes one error of those that an answer carries. */
export function fromErrors(errors: readonly Told[]): ApiError {
  const first = errors[0];
  const e = (first?.extensions ?? {}) as Extensions;
  const fields = Object.fromEntries((e.fields ?? []).map((f) => [f.field, f.reason]));
  return new ApiError(first?.message ?? t('error.unknown'), e.code ?? 'UNKNOWN', e.retryable ?? false, fields, e.requestId);
}

/** fromCombined translates what urql reports. */
export function fromCombined(error: CombinedError): ApiError {
  if (error.graphQLErrors.length > 0) return fromErrors(error.graphQLErrors);
  return new ApiError(t('error.network'), NETWORK, true);
}

/** sentence is a failure for people: what went wrong, each field, and what to quote. */
export function sentence(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : t('error.unknown');
  const fields = Object.entries(error.fields).map(([name, reason]) => `${name}: ${reason}`);
  const text = fields.length > 0 ? fields.join('; ') : error.message;
  return error.code === 'INTERNAL' && error.requestId ? t('error.internal', { id: error.requestId }) : text;
}
