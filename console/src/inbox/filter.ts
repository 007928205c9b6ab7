import type { ThreadWhereInput } from '../generated/schema';

/** What the inbox shows. It is kept in the address, so that it can be shared and the way back leads to it. */
export interface Filter {
  view: View;
  agent: string;
  operator: string;
  tag: string;
  text: string;
  order: 'activity' | 'messages';
}

export const views = ['active', 'waiting', 'mine', 'unread', 'agent', 'operator', 'closed'] as const;
export type View = (typeof views)[number];

/** fromAddress reads the query part of an address. What it does not know is as if it were not there. */
export function fromAddress(search: string): Filter {
  const p = new URLSearchParams(search);
  const view = p.get('view') as View;
  return {
    view: views.includes(view) ? view : 'active',
    agent: p.get('agent') ?? '',
    operator: p.get('operator') ?? '',
    tag: p.get('tag') ?? '',
    text: p.get('text') ?? '',
    order: p.get('order') === 'messages' ? 'messages' : 'activity',
  };
}

/** toAddress is the query part of an address, empty for the filter that one begins with. */
export function toAddress(f: Filter): string {
  const p = new URLSearchParams();
  if (f.view !== 'active') p.set('view', f.view);
  for (const name of ['agent', 'operator', 'tag', 'text'] as const) if (f[name]) p.set(name, f[name]);
  if (f.order !== 'activity') p.set('order', f.order);
  const text = p.toString();
  return text ? `?${text}` : '';
}

/** NOBODY as the operator of a filter is for threads without one. */
export const NOBODY = 'nobody';

/** where is the filter of the API for a view, with everything else that was chosen. */
export function where(f: Filter, me: string, view: View = f.view): ThreadWhereInput {
  const all: ThreadWhereInput[] = [];
  switch (view) {
    case 'active':
      all.push({ statusIn: ['OPEN', 'WAITING_FOR_OPERATOR', 'OPERATOR'] });
      break;
    case 'waiting':
      all.push({ status: 'WAITING_FOR_OPERATOR' });
      break;
    case 'mine':
      all.push({ operatorID: me, status: 'OPERATOR' });
      break;
    case 'unread':
      all.push({ unread: true });
      break;
    case 'agent':
      all.push({ status: 'OPEN' });
      break;
    case 'operator':
      all.push({ status: 'OPERATOR' });
      break;
    case 'closed':
      all.push({ status: 'CLOSED' });
  }
  if (f.agent) all.push({ agentID: f.agent });
  if (f.operator === NOBODY) all.push({ operatorIDIsNil: true });
  else if (f.operator) all.push({ operatorID: f.operator });
  if (f.tag) all.push({ tag: f.tag });
  if (f.text.trim()) all.push({ text: f.text.trim() });
  return { and: all };
}
