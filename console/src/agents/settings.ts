import type { Agent } from './form';

const agentKeys = [
  'instructions', 'models', 'script', 'region', 'onBusy', 'quietMs', 'maxWaitMs', 'maxCalls', 'maxSteps', 'maxTurnTokens', 'maxTurnSeconds',
  'fallbackText', 'answerSchema', 'timeZone', 'followUps', 'quietHours',
] as const;
const functionKeys = [
  'name', 'description', 'kind', 'tag', 'parameters', 'method', 'url', 'headers', 'body', 'timeoutMs', 'idempotent', 'needsApproval', 'answerPointer', 'enabled',
] as const;

/** pick takes the keys that versions have, in one order, so that what is equal reads equal. */
function pick(from: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((k) => [k, from[k] ?? null]));
}

function write(settings: Record<string, unknown>): string {
  const functions = ((settings['functions'] ?? []) as Record<string, unknown>[]).map((f) => pick(f, functionKeys)).sort((a, b) => String(a['name']).localeCompare(String(b['name'])));
  // GraphQL's own mark says nothing about settings.
  const clean = (key: string, value: unknown) => (key === '__typename' ? undefined : value);
  // Never set and empty are the same.
  return JSON.stringify({ ...pick(settings, agentKeys), followUps: settings['followUps'] ?? [], functions }, clean, 2);
}

/** draftText is the draft of an agent as a text to compare. */
export function draftText(agent: Agent): string {
  return write(agent as unknown as Record<string, unknown>);
}

/** versionText is what was published, as a text to compare. */
export function versionText(settings: unknown): string {
  return write((settings ?? {}) as Record<string, unknown>);
}
