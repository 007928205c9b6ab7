import type { Cache, CacheExchangeOpts } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

const embedded = () => null;

// forget drops lists of the root that a mutation may have changed; pages that show them ask again.
function forget(cache: Cache, ...names: string[]): void {
  for (const field of cache.inspectFields('Query')) {
    if (names.includes(field.fieldName)) cache.invalidate('Query', field.fieldKey);
  }
}

// forgetOf drops fields of one object.
function forgetOf(cache: Cache, typename: string, id: string, ...names: string[]): void {
  const entity = { __typename: typename, id };
  for (const field of cache.inspectFields(entity)) {
    if (names.includes(field.fieldName)) cache.invalidate(entity, field.fieldKey);
  }
}

type Result = Record<string, Record<string, { id: string }>>;
type Args = { input: Record<string, string> };

/** How the normalised cache knows objects, joins pages, and what mutations change besides what they answer with. */
export const cacheOptions: CacheExchangeOpts = {
  keys: {
    AuditChange: embedded,
    Attempt: (a) => a['id'] as string,
    Cost: embedded,
    DeliveryBacklog: embedded,
    DeliveryStats: embedded,
    Download: embedded,
    EventPageInfo: embedded,
    EventType: (e) => e['type'] as string,
    FollowUp: embedded,
    FunctionHeader: embedded,
    IntegrationHealth: embedded,
    Model: (m) => m['name'] as string,
    ModelProvider: (p) => p['name'] as string,
    PageInfo: embedded,
    Privacy: embedded,
    QuietHours: embedded,
    ThreadTag: embedded,
    Usage: embedded,
    UsageRow: embedded,
    Viewer: embedded,
  },
  resolvers: {
    Query: { deliveries: relayPagination(), threads: relayPagination(), events: relayPagination(), auditLog: relayPagination() },
    Integration: { deliveries: relayPagination() },
  },
  updates: {
    Mutation: {
      createAgent: (_r, _a, cache) => forget(cache, 'agents'),
      deleteAgent: (_r, _a, cache) => forget(cache, 'agents'),
      publishAgent: (r, _a, cache) => forgetOf(cache, 'Agent', (r as Result)['publishAgent']!['agent']!.id, 'versions'),
      rollbackAgent: (r, _a, cache) => forgetOf(cache, 'Agent', (r as Result)['rollbackAgent']!['agent']!.id, 'versions', 'functions'),
      createFunction: (_r, a, cache) => forgetOf(cache, 'Agent', (a as Args).input['agentId']!, 'functions', 'hasUnpublishedChanges'),
      deleteFunction: (_r, a, cache) => cache.invalidate({ __typename: 'Function', id: (a as Args).input['id']! }),
      createIntegration: (_r, _a, cache) => forget(cache, 'integrations'),
      deleteIntegration: (_r, _a, cache) => forget(cache, 'integrations'),
      replayDeliveries: (_r, a, cache) => forgetOf(cache, 'Integration', (a as Args).input['integrationId']!, 'replays'),
      createModelProvider: (_r, _a, cache) => forget(cache, 'modelProviders', 'models'),
      updateModelProvider: (_r, _a, cache) => forget(cache, 'modelProviders', 'models'),
      deleteModelProvider: (_r, _a, cache) => forget(cache, 'modelProviders', 'models'),
      setModelPrice: (_r, _a, cache) => forget(cache, 'modelPrices', 'stats', 'usage'),
      removeModelPrice: (_r, _a, cache) => forget(cache, 'modelPrices', 'stats', 'usage'),
      createApiKey: (_r, _a, cache) => forget(cache, 'apiKeys'),
      endSessions: (_r, _a, cache) => forget(cache, 'viewer', 'sessions'),
    },
  },
};
