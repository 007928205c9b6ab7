import type { AgentPartsFragment } from './agents.generated';

export type Agent = AgentPartsFragment;

/** The fields of an agent as they are edited: JSON as text, and numbers that may be empty. */
export interface AgentForm {
  name: string;
  instructions: string;
  models: string[];
  script: string;
  region: string;
  public: boolean;
  allowedSites: string[];
  chat: { title: string; greeting: string; placeholder: string; accentColor: string };
  onBusy: Agent['onBusy'];
  quietMs: number;
  maxWaitMs: number;
  maxCalls: number;
  maxSteps: number;
  maxTurnTokens: number;
  maxTurnSeconds: number;
  dailyTokens: number | null;
  fallbackText: string;
  answerSchema: string;
  timeZone: string;
  followUps: { afterMinutes: number; text: string | null; instruction: string | null; cancelTags: string[] }[];
  quietHours: { from: string; to: string };
}

const pretty = (value: unknown) => (value === null || value === undefined ? '' : JSON.stringify(value, null, 2));

/** toForm is an agent as it is edited. */
export function toForm(a: Agent): AgentForm {
  return {
    name: a.name,
    instructions: a.instructions ?? '',
    models: [...a.models],
    script: pretty(a.script),
    region: a.region,
    public: a.public,
    allowedSites: [...a.allowedSites],
    chat: { title: a.chat.title, greeting: a.chat.greeting, placeholder: a.chat.placeholder, accentColor: a.chat.accentColor },
    onBusy: a.onBusy,
    quietMs: a.quietMs,
    maxWaitMs: a.maxWaitMs,
    maxCalls: a.maxCalls,
    maxSteps: a.maxSteps,
    maxTurnTokens: a.maxTurnTokens,
    maxTurnSeconds: a.maxTurnSeconds,
    dailyTokens: a.dailyTokens,
    fallbackText: a.fallbackText,
    answerSchema: pretty(a.answerSchema),
    timeZone: a.timeZone,
    followUps: (a.followUps ?? []).map((f) => ({ afterMinutes: f.afterMinutes, text: f.text, instruction: f.instruction, cancelTags: [...f.cancelTags] })),
    quietHours: { from: a.quietHours?.from ?? '', to: a.quietHours?.to ?? '' },
  };
}

/** readJSON is the value of a text of JSON, null for an empty one. */
export function readJSON(text: string): unknown {
  return text.trim() === '' ? null : JSON.parse(text);
}

/** isJSON says whether readJSON can read a text. */
export function isJSON(text: string): boolean {
  try {
    readJSON(text);
    return true;
  } catch {
    return false;
  }
}

/** changes are the fields that differ from the agent as it was read, as the API takes them. */
export function changes(form: AgentForm, agent: Agent): Record<string, unknown> {
  const was = toForm(agent);
  const found: Record<string, unknown> = {};
  for (const key of Object.keys(form) as (keyof AgentForm)[]) {
    if (JSON.stringify(form[key]) === JSON.stringify(was[key])) continue;
    if (key === 'script' || key === 'answerSchema') found[key] = readJSON(form[key]);
    else if (key === 'quietHours') found[key] = form.quietHours.from ? form.quietHours : { from: '00:00', to: '00:00' };
    else found[key] = form[key];
  }
  return found;
}
