const deliveries: Record<string, string> = { PENDING: 'blue', RUNNING: 'blue', DONE: 'teal', EXHAUSTED: 'red', HELD: 'orange', CANCELLED: 'gray' };
const health: Record<string, string> = { HEALTHY: 'teal', FAILING: 'orange', OPEN: 'red', PAUSED: 'yellow', DISABLED: 'gray' };

export function deliveryColor(state: string): string {
  return deliveries[state] ?? 'gray';
}

export function healthColor(status: string): string {
  return health[status] ?? 'gray';
}

export function outcomeColor(outcome: string): string {
  return outcome === 'SUCCEEDED' ? 'teal' : 'red';
}
