/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type * as Types from '../generated/schema';

import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What came of an attempt. */
export type AttemptOutcome =
  /** The address is one that this server does not send to. */
  | 'BLOCKED'
  /** The server stopped before it knew the outcome. */
  | 'LOST'
  /** Any other status. */
  | 'REFUSED'
  /** A status of 200 to 299. */
  | 'SUCCEEDED'
  /** No whole answer in time. */
  | 'TIMED_OUT'
  /** No connection, or it broke. */
  | 'UNREACHABLE';

/** Why an attempt was made. */
export type AttemptTrigger =
  /** It was replayed. */
  | 'REPLAY'
  /** It was sent again by hand. */
  | 'RESEND'
  /** Its time had come. */
  | 'SCHEDULE'
  /** It was a test. */
  | 'TEST';

/** A replay to end. */
export type CancelReplayInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Id of the replay. */
  readonly id: string | number;
};

/** A new integration. */
export type CreateIntegrationInput = {
  /** Only threads of these agents; empty means all. */
  readonly agentIds?: ReadonlyArray<string | number> | null | undefined;
  /** Whether requests carry an ed25519 signature (`v1a`) too; default false. */
  readonly asymmetric?: boolean | null | undefined;
  /** Only threads of these channels; empty means all. */
  readonly channels?: ReadonlyArray<string> | null | undefined;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Types or patterns such as `contact.*`; `*` is all. */
  readonly eventTypes: ReadonlyArray<string>;
  /** Its name. */
  readonly name: string;
  /** In which order events are sent. */
  readonly ordering?: Ordering | null | undefined;
  /** Most attempts a second, 1 to 1000; null means no limit. */
  readonly ratePerSecond?: number | null | undefined;
  /** Address. */
  readonly url: string;
};

/** Names what to delete or revoke. */
export type DeleteInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Its id. */
  readonly id: string | number;
};

/** What a delivery waits for besides its order. */
export type DeliveryLane =
  /** Nothing. */
  | 'LIVE'
  /** What is new: it is part of a replay. */
  | 'REPLAY';

/** Where a delivery stands. */
export type DeliveryState =
  /** It will not be sent: its integration was deleted, or it was held for too long. */
  | 'CANCELLED'
  /** Received. */
  | 'DONE'
  /** All tries are spent. */
  | 'EXHAUSTED'
  /** Kept while the integration is disabled, and until it is released. */
  | 'HELD'
  /** Waiting for its next attempt. */
  | 'PENDING'
  /** Being sent. */
  | 'RUNNING';

/** Filter of deliveries. */
export type DeliveryWhereInput = {
  /** All of these hold. */
  readonly and?: ReadonlyArray<DeliveryWhereInput> | null | undefined;
  /** Made at this moment or later. */
  readonly createdAtGTE?: string | null | undefined;
  /** Made before this moment. */
  readonly createdAtLT?: string | null | undefined;
  /** Of this event. */
  readonly eventID?: string | number | null | undefined;
  /** Type of the event. */
  readonly eventType?: string | null | undefined;
  /** Any of these types. */
  readonly eventTypeIn?: ReadonlyArray<string> | null | undefined;
  /** Its id. */
  readonly id?: string | number | null | undefined;
  /** Any of these ids. */
  readonly idIn?: ReadonlyArray<string | number> | null | undefined;
  /** To this integration. */
  readonly integrationID?: string | number | null | undefined;
  /** This does not hold. */
  readonly not?: DeliveryWhereInput | null | undefined;
  /** Any of these holds. Of none, none does: an empty list matches nothing. */
  readonly or?: ReadonlyArray<DeliveryWhereInput> | null | undefined;
  /** Where it stands. */
  readonly state?: DeliveryState | null | undefined;
  /** Any of these. */
  readonly stateIn?: ReadonlyArray<DeliveryState> | null | undefined;
  /** Of this thread. */
  readonly threadID?: string | number | null | undefined;
};

/** What becomes of the held deliveries of an enabled integration. */
export type IntegrationHolding =
  /** For FIFO: new events are held too, so that they do not go before older ones that wait for their release. */
  | 'KEPT'
  /** New events are sent. What is held waits for its release. */
  | 'NONE'
  /** What is held is being released. */
  | 'RELEASING';

/** Whether an integration is served. */
export type IntegrationState =
  /** Events are held and can be released. */
  | 'DISABLED'
  /** Events are sent. */
  | 'ENABLED';

/** How an endpoint is doing. */
export type IntegrationStatus =
  /** The integration is disabled. */
  | 'DISABLED'
  /** The last attempts failed; it is tried on. */
  | 'FAILING'
  /** The last attempt succeeded, or there was none. */
  | 'HEALTHY'
  /** It failed so often that it is left alone for a while, and then tried with one delivery. */
  | 'OPEN'
  /** It asked to be left alone for a while, or its address or secret cannot be used. */
  | 'PAUSED';

/** Order in which an integration gets its events. */
export type Ordering =
  /** In order over everything; a failing delivery holds all later ones. */
  | 'FIFO'
  /** In any order. */
  | 'NONE'
  /** In order within each thread. A delivery that fails three times steps aside. */
  | 'THREAD';

/** An integration whose held deliveries are to be released. */
export type ReleaseHeldDeliveriesInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Id of the integration, which must be enabled. */
  readonly integrationId: string | number;
};

/** Which deliveries to send once more. */
export type ReplayDeliveriesInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Id of the integration. */
  readonly integrationId: string | number;
  /** Deliveries made from then on. */
  readonly since: string;
  /** How they had ended: DONE, EXHAUSTED, or both if it is left out. */
  readonly states?: ReadonlyArray<DeliveryState> | null | undefined;
  /** Types or patterns such as `contact.*`; all if it is left out. */
  readonly types?: ReadonlyArray<string> | null | undefined;
  /** Deliveries made before then; now if it is left out. */
  readonly until?: string | null | undefined;
};

/** Where a replay stands. */
export type ReplayState =
  /** It was cancelled. */
  | 'CANCELLED'
  /** All that it is of were made due. */
  | 'DONE'
  /** It looks for deliveries, and makes them due. */
  | 'RUNNING';

/** A delivery to send again. */
export type ResendDeliveryInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Id of the delivery. */
  readonly deliveryId: string | number;
};

/** A secret to renew, with the ed25519 key if there is one. */
export type RotateIntegrationSecretInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Its id. */
  readonly id: string | number;
  /** How long what is old signs beside what is new, 0 to 168 hours; default 24. */
  readonly overlapHours?: number | null | undefined;
};

/** A sample to send. */
export type TestIntegrationInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Type of the sample; default `integration.ping`. */
  readonly eventType?: string | null | undefined;
  /** Its id. */
  readonly id: string | number;
};

/** Changes of an integration; what is left out stays. */
export type UpdateIntegrationInput = {
  /** Only threads of these agents; empty means all. */
  readonly agentIds?: ReadonlyArray<string | number> | null | undefined;
  /** Whether requests carry an ed25519 signature (`v1a`) too. False destroys its ed25519 keys. */
  readonly asymmetric?: boolean | null | undefined;
  /** Only threads of these channels; empty means all. */
  readonly channels?: ReadonlyArray<string> | null | undefined;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Types or patterns such as `contact.*`; `*` is all. */
  readonly eventTypes?: ReadonlyArray<string> | null | undefined;
  /** Its id. */
  readonly id: string | number;
  /** Its name. */
  readonly name?: string | null | undefined;
  /** In which order events are sent. */
  readonly ordering?: Ordering | null | undefined;
  /** Most attempts a second, 1 to 1000; null ends the limit. */
  readonly ratePerSecond?: number | null | undefined;
  /** Where it stands. */
  readonly state?: IntegrationState | null | undefined;
  /** Address. */
  readonly url?: string | null | undefined;
};

export type IntegrationRowFragment = { readonly id: string, readonly name: string, readonly url: string, readonly eventTypes: ReadonlyArray<string>, readonly state: Types.IntegrationState, readonly disabledReason: string, readonly health: { readonly status: Types.IntegrationStatus, readonly consecutiveFailures: number, readonly firstFailureAt: string | null, readonly lastFailureAt: string | null, readonly lastSuccessAt: string | null, readonly pausedUntil: string | null, readonly breakerUntil: string | null, readonly nextProbeAt: string | null, readonly notices: number, readonly heldDropped: number }, readonly backlog: { readonly pending: number, readonly running: number, readonly held: number, readonly more: boolean, readonly oldestDueAt: string | null } };

export type IntegrationPartsFragment = { readonly agentIds: ReadonlyArray<string>, readonly channels: ReadonlyArray<string>, readonly ordering: Types.Ordering, readonly holding: Types.IntegrationHolding, readonly payloadVersion: number, readonly asymmetric: boolean, readonly publicKeys: ReadonlyArray<string>, readonly ratePerSecond: number | null, readonly disabledAt: string | null, readonly createdAt: string, readonly id: string, readonly name: string, readonly url: string, readonly eventTypes: ReadonlyArray<string>, readonly state: Types.IntegrationState, readonly disabledReason: string, readonly stats: ReadonlyArray<{ readonly since: string, readonly attempts: number, readonly succeeded: number, readonly successRate: number | null, readonly meanUs: number, readonly slowestUs: number }>, readonly health: { readonly status: Types.IntegrationStatus, readonly consecutiveFailures: number, readonly firstFailureAt: string | null, readonly lastFailureAt: string | null, readonly lastSuccessAt: string | null, readonly pausedUntil: string | null, readonly breakerUntil: string | null, readonly nextProbeAt: string | null, readonly notices: number, readonly heldDropped: number }, readonly backlog: { readonly pending: number, readonly running: number, readonly held: number, readonly more: boolean, readonly oldestDueAt: string | null } };

export type IntegrationsQueryVariables = Exact<{ [key: string]: never; }>;


export type IntegrationsQuery = { readonly integrations: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly url: string, readonly eventTypes: ReadonlyArray<string>, readonly state: Types.IntegrationState, readonly disabledReason: string, readonly health: { readonly status: Types.IntegrationStatus, readonly consecutiveFailures: number, readonly firstFailureAt: string | null, readonly lastFailureAt: string | null, readonly lastSuccessAt: string | null, readonly pausedUntil: string | null, readonly breakerUntil: string | null, readonly nextProbeAt: string | null, readonly notices: number, readonly heldDropped: number }, readonly backlog: { readonly pending: number, readonly running: number, readonly held: number, readonly more: boolean, readonly oldestDueAt: string | null } } | null } | null> | null } };

export type IntegrationPageQueryVariables = Exact<{
  id: string | number;
}>;


export type IntegrationPageQuery = { readonly node:
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string, readonly agentIds: ReadonlyArray<string>, readonly channels: ReadonlyArray<string>, readonly ordering: Types.Ordering, readonly holding: Types.IntegrationHolding, readonly payloadVersion: number, readonly asymmetric: boolean, readonly publicKeys: ReadonlyArray<string>, readonly ratePerSecond: number | null, readonly disabledAt: string | null, readonly createdAt: string, readonly name: string, readonly url: string, readonly eventTypes: ReadonlyArray<string>, readonly state: Types.IntegrationState, readonly disabledReason: string, readonly stats: ReadonlyArray<{ readonly since: string, readonly attempts: number, readonly succeeded: number, readonly successRate: number | null, readonly meanUs: number, readonly slowestUs: number }>, readonly health: { readonly status: Types.IntegrationStatus, readonly consecutiveFailures: number, readonly firstFailureAt: string | null, readonly lastFailureAt: string | null, readonly lastSuccessAt: string | null, readonly pausedUntil: string | null, readonly breakerUntil: string | null, readonly nextProbeAt: string | null, readonly notices: number, readonly heldDropped: number }, readonly backlog: { readonly pending: number, readonly running: number, readonly held: number, readonly more: boolean, readonly oldestDueAt: string | null } }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
   | null };

export type EventTypesQueryVariables = Exact<{ [key: string]: never; }>;


export type EventTypesQuery = { readonly eventTypes: ReadonlyArray<{ readonly type: string, readonly description: string, readonly example: unknown, readonly schemaPath: string }> };

export type IntegrationAgentsQueryVariables = Exact<{ [key: string]: never; }>;


export type IntegrationAgentsQuery = { readonly agents: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string } | null } | null> | null } };

export type AttemptPartsFragment = { readonly id: string, readonly number: number, readonly trigger: Types.AttemptTrigger, readonly outcome: Types.AttemptOutcome, readonly status: number | null, readonly error: string, readonly answer: string, readonly remoteAddress: string, readonly startedAt: string, readonly dnsUs: number, readonly connectUs: number, readonly tlsUs: number, readonly firstByteUs: number, readonly totalUs: number };

export type DeliveryPartsFragment = { readonly id: string, readonly eventType: string, readonly threadId: string | null, readonly sequence: number | null, readonly state: Types.DeliveryState, readonly attempts: number, readonly tries: number, readonly lane: Types.DeliveryLane, readonly steppedAside: boolean, readonly outside: boolean, readonly nextAt: string | null, readonly finishedAt: string | null, readonly createdAt: string };

export type DeliveriesQueryVariables = Exact<{
  where: Types.DeliveryWhereInput;
  after?: string | null | undefined;
}>;


export type DeliveriesQuery = { readonly deliveries: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly eventType: string, readonly threadId: string | null, readonly sequence: number | null, readonly state: Types.DeliveryState, readonly attempts: number, readonly tries: number, readonly lane: Types.DeliveryLane, readonly steppedAside: boolean, readonly outside: boolean, readonly nextAt: string | null, readonly finishedAt: string | null, readonly createdAt: string } | null } | null> | null, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type DeliveryPageQueryVariables = Exact<{
  id: string | number;
}>;


export type DeliveryPageQuery = { readonly node:
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string, readonly eventType: string, readonly threadId: string | null, readonly sequence: number | null, readonly state: Types.DeliveryState, readonly attempts: number, readonly tries: number, readonly lane: Types.DeliveryLane, readonly steppedAside: boolean, readonly outside: boolean, readonly nextAt: string | null, readonly finishedAt: string | null, readonly createdAt: string, readonly event: { readonly id: string, readonly type: string, readonly body: unknown }, readonly integration: { readonly id: string, readonly url: string }, readonly attemptLog: ReadonlyArray<{ readonly id: string, readonly number: number, readonly trigger: Types.AttemptTrigger, readonly outcome: Types.AttemptOutcome, readonly status: number | null, readonly error: string, readonly answer: string, readonly remoteAddress: string, readonly startedAt: string, readonly dnsUs: number, readonly connectUs: number, readonly tlsUs: number, readonly firstByteUs: number, readonly totalUs: number }> }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
   | null };

export type DeliveryCursorQueryVariables = Exact<{ [key: string]: never; }>;


export type DeliveryCursorQuery = { readonly viewer: { readonly workspace: { readonly deliveryCursor: string | null } } };

export type DeliveryEventsSubscriptionVariables = Exact<{
  integrationId?: string | number | null | undefined;
  after?: string | null | undefined;
}>;


export type DeliveryEventsSubscription = { readonly deliveryEvents: { readonly cursor: string, readonly delivery: { readonly id: string } } };

export type ReplayPartsFragment = { readonly id: string, readonly since: string, readonly until: string, readonly eventTypes: ReadonlyArray<string>, readonly states: ReadonlyArray<Types.DeliveryState>, readonly state: Types.ReplayState, readonly total: number, readonly seen: number, readonly queued: number, readonly waiting: number, readonly createdAt: string, readonly finishedAt: string | null };

export type ReplaysQueryVariables = Exact<{
  id: string | number;
}>;


export type ReplaysQuery = { readonly node:
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string, readonly replays: ReadonlyArray<{ readonly id: string, readonly since: string, readonly until: string, readonly eventTypes: ReadonlyArray<string>, readonly states: ReadonlyArray<Types.DeliveryState>, readonly state: Types.ReplayState, readonly total: number, readonly seen: number, readonly queued: number, readonly waiting: number, readonly createdAt: string, readonly finishedAt: string | null }> }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
    | { readonly id: string }
   | null };

export type CreateIntegrationMutationVariables = Exact<{
  input: Types.CreateIntegrationInput;
}>;


export type CreateIntegrationMutation = { readonly createIntegration: { readonly secret: string | null, readonly integration: { readonly id: string, readonly name: string, readonly url: string, readonly eventTypes: ReadonlyArray<string>, readonly state: Types.IntegrationState, readonly disabledReason: string, readonly health: { readonly status: Types.IntegrationStatus, readonly consecutiveFailures: number, readonly firstFailureAt: string | null, readonly lastFailureAt: string | null, readonly lastSuccessAt: string | null, readonly pausedUntil: string | null, readonly breakerUntil: string | null, readonly nextProbeAt: string | null, readonly notices: number, readonly heldDropped: number }, readonly backlog: { readonly pending: number, readonly running: number, readonly held: number, readonly more: boolean, readonly oldestDueAt: string | null } } } };

export type UpdateIntegrationMutationVariables = Exact<{
  input: Types.UpdateIntegrationInput;
}>;


export type UpdateIntegrationMutation = { readonly updateIntegration: { readonly integration: { readonly agentIds: ReadonlyArray<string>, readonly channels: ReadonlyArray<string>, readonly ordering: Types.Ordering, readonly holding: Types.IntegrationHolding, readonly payloadVersion: number, readonly asymmetric: boolean, readonly publicKeys: ReadonlyArray<string>, readonly ratePerSecond: number | null, readonly disabledAt: string | null, readonly createdAt: string, readonly id: string, readonly name: string, readonly url: string, readonly eventTypes: ReadonlyArray<string>, readonly state: Types.IntegrationState, readonly disabledReason: string, readonly stats: ReadonlyArray<{ readonly since: string, readonly attempts: number, readonly succeeded: number, readonly successRate: number | null, readonly meanUs: number, readonly slowestUs: number }>, readonly health: { readonly status: Types.IntegrationStatus, readonly consecutiveFailures: number, readonly firstFailureAt: string | null, readonly lastFailureAt: string | null, readonly lastSuccessAt: string | null, readonly pausedUntil: string | null, readonly breakerUntil: string | null, readonly nextProbeAt: string | null, readonly notices: number, readonly heldDropped: number }, readonly backlog: { readonly pending: number, readonly running: number, readonly held: number, readonly more: boolean, readonly oldestDueAt: string | null } } } };

export type DeleteIntegrationMutationVariables = Exact<{
  input: Types.DeleteInput;
}>;


export type DeleteIntegrationMutation = { readonly deleteIntegration: { readonly id: string } };

export type RotateIntegrationSecretMutationVariables = Exact<{
  input: Types.RotateIntegrationSecretInput;
}>;


export type RotateIntegrationSecretMutation = { readonly rotateIntegrationSecret: { readonly secret: string | null, readonly integration: { readonly agentIds: ReadonlyArray<string>, readonly channels: ReadonlyArray<string>, readonly ordering: Types.Ordering, readonly holding: Types.IntegrationHolding, readonly payloadVersion: number, readonly asymmetric: boolean, readonly publicKeys: ReadonlyArray<string>, readonly ratePerSecond: number | null, readonly disabledAt: string | null, readonly createdAt: string, readonly id: string, readonly name: string, readonly url: string, readonly eventTypes: ReadonlyArray<string>, readonly state: Types.IntegrationState, readonly disabledReason: string, readonly stats: ReadonlyArray<{ readonly since: string, readonly attempts: number, readonly succeeded: number, readonly successRate: number | null, readonly meanUs: number, readonly slowestUs: number }>, readonly health: { readonly status: Types.IntegrationStatus, readonly consecutiveFailures: number, readonly firstFailureAt: string | null, readonly lastFailureAt: string | null, readonly lastSuccessAt: string | null, readonly pausedUntil: string | null, readonly breakerUntil: string | null, readonly nextProbeAt: string | null, readonly notices: number, readonly heldDropped: number }, readonly backlog: { readonly pending: number, readonly running: number, readonly held: number, readonly more: boolean, readonly oldestDueAt: string | null } } } };

export type TestIntegrationMutationVariables = Exact<{
  input: Types.TestIntegrationInput;
}>;


export type TestIntegrationMutation = { readonly testIntegration: { readonly outcome: Types.AttemptOutcome, readonly status: number | null, readonly error: string, readonly answer: string, readonly remoteAddress: string, readonly dnsUs: number, readonly connectUs: number, readonly tlsUs: number, readonly firstByteUs: number, readonly totalUs: number, readonly body: unknown } };

export type ResendDeliveryMutationVariables = Exact<{
  input: Types.ResendDeliveryInput;
}>;


export type ResendDeliveryMutation = { readonly resendDelivery: { readonly delivery: { readonly id: string, readonly eventType: string, readonly threadId: string | null, readonly sequence: number | null, readonly state: Types.DeliveryState, readonly attempts: number, readonly tries: number, readonly lane: Types.DeliveryLane, readonly steppedAside: boolean, readonly outside: boolean, readonly nextAt: string | null, readonly finishedAt: string | null, readonly createdAt: string } } };

export type ReleaseHeldMutationVariables = Exact<{
  input: Types.ReleaseHeldDeliveriesInput;
}>;


export type ReleaseHeldMutation = { readonly releaseHeldDeliveries: { readonly held: number, readonly integration: { readonly agentIds: ReadonlyArray<string>, readonly channels: ReadonlyArray<string>, readonly ordering: Types.Ordering, readonly holding: Types.IntegrationHolding, readonly payloadVersion: number, readonly asymmetric: boolean, readonly publicKeys: ReadonlyArray<string>, readonly ratePerSecond: number | null, readonly disabledAt: string | null, readonly createdAt: string, readonly id: string, readonly name: string, readonly url: string, readonly eventTypes: ReadonlyArray<string>, readonly state: Types.IntegrationState, readonly disabledReason: string, readonly stats: ReadonlyArray<{ readonly since: string, readonly attempts: number, readonly succeeded: number, readonly successRate: number | null, readonly meanUs: number, readonly slowestUs: number }>, readonly health: { readonly status: Types.IntegrationStatus, readonly consecutiveFailures: number, readonly firstFailureAt: string | null, readonly lastFailureAt: string | null, readonly lastSuccessAt: string | null, readonly pausedUntil: string | null, readonly breakerUntil: string | null, readonly nextProbeAt: string | null, readonly notices: number, readonly heldDropped: number }, readonly backlog: { readonly pending: number, readonly running: number, readonly held: number, readonly more: boolean, readonly oldestDueAt: string | null } } } };

export type ReplayDeliveriesMutationVariables = Exact<{
  input: Types.ReplayDeliveriesInput;
}>;


export type ReplayDeliveriesMutation = { readonly replayDeliveries: { readonly replay: { readonly id: string, readonly since: string, readonly until: string, readonly eventTypes: ReadonlyArray<string>, readonly states: ReadonlyArray<Types.DeliveryState>, readonly state: Types.ReplayState, readonly total: number, readonly seen: number, readonly queued: number, readonly waiting: number, readonly createdAt: string, readonly finishedAt: string | null } } };

export type CancelReplayMutationVariables = Exact<{
  input: Types.CancelReplayInput;
}>;


export type CancelReplayMutation = { readonly cancelReplay: { readonly replay: { readonly id: string, readonly since: string, readonly until: string, readonly eventTypes: ReadonlyArray<string>, readonly states: ReadonlyArray<Types.DeliveryState>, readonly state: Types.ReplayState, readonly total: number, readonly seen: number, readonly queued: number, readonly waiting: number, readonly createdAt: string, readonly finishedAt: string | null } } };

export const IntegrationRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"disabledReason"}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"consecutiveFailures"}},{"kind":"Field","name":{"kind":"Name","value":"firstFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSuccessAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"breakerUntil"}},{"kind":"Field","name":{"kind":"Name","value":"nextProbeAt"}},{"kind":"Field","name":{"kind":"Name","value":"notices"}},{"kind":"Field","name":{"kind":"Name","value":"heldDropped"}}]}},{"kind":"Field","name":{"kind":"Name","value":"backlog"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"running"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"more"}},{"kind":"Field","name":{"kind":"Name","value":"oldestDueAt"}}]}}]}}]} as unknown as DocumentNode<IntegrationRowFragment, unknown>;
export const IntegrationPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntegrationRow"}},{"kind":"Field","name":{"kind":"Name","value":"agentIds"}},{"kind":"Field","name":{"kind":"Name","value":"channels"}},{"kind":"Field","name":{"kind":"Name","value":"ordering"}},{"kind":"Field","name":{"kind":"Name","value":"holding"}},{"kind":"Field","name":{"kind":"Name","value":"payloadVersion"}},{"kind":"Field","name":{"kind":"Name","value":"asymmetric"}},{"kind":"Field","name":{"kind":"Name","value":"publicKeys"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"stats"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"successRate"}},{"kind":"Field","name":{"kind":"Name","value":"meanUs"}},{"kind":"Field","name":{"kind":"Name","value":"slowestUs"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"disabledReason"}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"consecutiveFailures"}},{"kind":"Field","name":{"kind":"Name","value":"firstFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSuccessAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"breakerUntil"}},{"kind":"Field","name":{"kind":"Name","value":"nextProbeAt"}},{"kind":"Field","name":{"kind":"Name","value":"notices"}},{"kind":"Field","name":{"kind":"Name","value":"heldDropped"}}]}},{"kind":"Field","name":{"kind":"Name","value":"backlog"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"running"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"more"}},{"kind":"Field","name":{"kind":"Name","value":"oldestDueAt"}}]}}]}}]} as unknown as DocumentNode<IntegrationPartsFragment, unknown>;
export const AttemptPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AttemptParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Attempt"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"trigger"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"answer"}},{"kind":"Field","name":{"kind":"Name","value":"remoteAddress"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"dnsUs"}},{"kind":"Field","name":{"kind":"Name","value":"connectUs"}},{"kind":"Field","name":{"kind":"Name","value":"tlsUs"}},{"kind":"Field","name":{"kind":"Name","value":"firstByteUs"}},{"kind":"Field","name":{"kind":"Name","value":"totalUs"}}]}}]} as unknown as DocumentNode<AttemptPartsFragment, unknown>;
export const DeliveryPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DeliveryParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Delivery"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"eventType"}},{"kind":"Field","name":{"kind":"Name","value":"threadId"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"tries"}},{"kind":"Field","name":{"kind":"Name","value":"lane"}},{"kind":"Field","name":{"kind":"Name","value":"steppedAside"}},{"kind":"Field","name":{"kind":"Name","value":"outside"}},{"kind":"Field","name":{"kind":"Name","value":"nextAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode<DeliveryPartsFragment, unknown>;
export const ReplayPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReplayParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Replay"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"until"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"states"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"seen"}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]} as unknown as DocumentNode<ReplayPartsFragment, unknown>;
export const IntegrationsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Integrations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"integrations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"250"}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"NAME"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntegrationRow"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"disabledReason"}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"consecutiveFailures"}},{"kind":"Field","name":{"kind":"Name","value":"firstFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSuccessAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"breakerUntil"}},{"kind":"Field","name":{"kind":"Name","value":"nextProbeAt"}},{"kind":"Field","name":{"kind":"Name","value":"notices"}},{"kind":"Field","name":{"kind":"Name","value":"heldDropped"}}]}},{"kind":"Field","name":{"kind":"Name","value":"backlog"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"running"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"more"}},{"kind":"Field","name":{"kind":"Name","value":"oldestDueAt"}}]}}]}}]} as unknown as DocumentNode<IntegrationsQuery, IntegrationsQueryVariables>;
export const IntegrationPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"IntegrationPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntegrationParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"disabledReason"}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"consecutiveFailures"}},{"kind":"Field","name":{"kind":"Name","value":"firstFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSuccessAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"breakerUntil"}},{"kind":"Field","name":{"kind":"Name","value":"nextProbeAt"}},{"kind":"Field","name":{"kind":"Name","value":"notices"}},{"kind":"Field","name":{"kind":"Name","value":"heldDropped"}}]}},{"kind":"Field","name":{"kind":"Name","value":"backlog"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"running"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"more"}},{"kind":"Field","name":{"kind":"Name","value":"oldestDueAt"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntegrationRow"}},{"kind":"Field","name":{"kind":"Name","value":"agentIds"}},{"kind":"Field","name":{"kind":"Name","value":"channels"}},{"kind":"Field","name":{"kind":"Name","value":"ordering"}},{"kind":"Field","name":{"kind":"Name","value":"holding"}},{"kind":"Field","name":{"kind":"Name","value":"payloadVersion"}},{"kind":"Field","name":{"kind":"Name","value":"asymmetric"}},{"kind":"Field","name":{"kind":"Name","value":"publicKeys"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"stats"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"successRate"}},{"kind":"Field","name":{"kind":"Name","value":"meanUs"}},{"kind":"Field","name":{"kind":"Name","value":"slowestUs"}}]}}]}}]} as unknown as DocumentNode<IntegrationPageQuery, IntegrationPageQueryVariables>;
export const EventTypesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"EventTypes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"eventTypes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"example"}},{"kind":"Field","name":{"kind":"Name","value":"schemaPath"}}]}}]}}]} as unknown as DocumentNode<EventTypesQuery, EventTypesQueryVariables>;
export const IntegrationAgentsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"IntegrationAgents"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"agents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"250"}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"NAME"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}}]} as unknown as DocumentNode<IntegrationAgentsQuery, IntegrationAgentsQueryVariables>;
export const DeliveriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Deliveries"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"where"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeliveryWhereInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deliveries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"where"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"DeliveryParts"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DeliveryParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Delivery"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"eventType"}},{"kind":"Field","name":{"kind":"Name","value":"threadId"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"tries"}},{"kind":"Field","name":{"kind":"Name","value":"lane"}},{"kind":"Field","name":{"kind":"Name","value":"steppedAside"}},{"kind":"Field","name":{"kind":"Name","value":"outside"}},{"kind":"Field","name":{"kind":"Name","value":"nextAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode<DeliveriesQuery, DeliveriesQueryVariables>;
export const DeliveryPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DeliveryPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Delivery"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"DeliveryParts"}},{"kind":"Field","name":{"kind":"Name","value":"event"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"body"}}]}},{"kind":"Field","name":{"kind":"Name","value":"integration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}}]}},{"kind":"Field","name":{"kind":"Name","value":"attemptLog"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AttemptParts"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DeliveryParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Delivery"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"eventType"}},{"kind":"Field","name":{"kind":"Name","value":"threadId"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"tries"}},{"kind":"Field","name":{"kind":"Name","value":"lane"}},{"kind":"Field","name":{"kind":"Name","value":"steppedAside"}},{"kind":"Field","name":{"kind":"Name","value":"outside"}},{"kind":"Field","name":{"kind":"Name","value":"nextAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AttemptParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Attempt"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"trigger"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"answer"}},{"kind":"Field","name":{"kind":"Name","value":"remoteAddress"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"dnsUs"}},{"kind":"Field","name":{"kind":"Name","value":"connectUs"}},{"kind":"Field","name":{"kind":"Name","value":"tlsUs"}},{"kind":"Field","name":{"kind":"Name","value":"firstByteUs"}},{"kind":"Field","name":{"kind":"Name","value":"totalUs"}}]}}]} as unknown as DocumentNode<DeliveryPageQuery, DeliveryPageQueryVariables>;
export const DeliveryCursorDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DeliveryCursor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workspace"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deliveryCursor"}}]}}]}}]}}]} as unknown as DocumentNode<DeliveryCursorQuery, DeliveryCursorQueryVariables>;
export const DeliveryEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"DeliveryEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"integrationId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Cursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deliveryEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"integrationId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"integrationId"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"delivery"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<DeliveryEventsSubscription, DeliveryEventsSubscriptionVariables>;
export const ReplaysDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Replays"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replays"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReplayParts"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReplayParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Replay"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"until"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"states"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"seen"}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]} as unknown as DocumentNode<ReplaysQuery, ReplaysQueryVariables>;
export const CreateIntegrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateIntegration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateIntegrationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createIntegration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"integration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntegrationRow"}}]}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"disabledReason"}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"consecutiveFailures"}},{"kind":"Field","name":{"kind":"Name","value":"firstFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSuccessAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"breakerUntil"}},{"kind":"Field","name":{"kind":"Name","value":"nextProbeAt"}},{"kind":"Field","name":{"kind":"Name","value":"notices"}},{"kind":"Field","name":{"kind":"Name","value":"heldDropped"}}]}},{"kind":"Field","name":{"kind":"Name","value":"backlog"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"running"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"more"}},{"kind":"Field","name":{"kind":"Name","value":"oldestDueAt"}}]}}]}}]} as unknown as DocumentNode<CreateIntegrationMutation, CreateIntegrationMutationVariables>;
export const UpdateIntegrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateIntegration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateIntegrationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateIntegration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"integration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntegrationParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"disabledReason"}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"consecutiveFailures"}},{"kind":"Field","name":{"kind":"Name","value":"firstFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSuccessAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"breakerUntil"}},{"kind":"Field","name":{"kind":"Name","value":"nextProbeAt"}},{"kind":"Field","name":{"kind":"Name","value":"notices"}},{"kind":"Field","name":{"kind":"Name","value":"heldDropped"}}]}},{"kind":"Field","name":{"kind":"Name","value":"backlog"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"running"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"more"}},{"kind":"Field","name":{"kind":"Name","value":"oldestDueAt"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntegrationRow"}},{"kind":"Field","name":{"kind":"Name","value":"agentIds"}},{"kind":"Field","name":{"kind":"Name","value":"channels"}},{"kind":"Field","name":{"kind":"Name","value":"ordering"}},{"kind":"Field","name":{"kind":"Name","value":"holding"}},{"kind":"Field","name":{"kind":"Name","value":"payloadVersion"}},{"kind":"Field","name":{"kind":"Name","value":"asymmetric"}},{"kind":"Field","name":{"kind":"Name","value":"publicKeys"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"stats"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"successRate"}},{"kind":"Field","name":{"kind":"Name","value":"meanUs"}},{"kind":"Field","name":{"kind":"Name","value":"slowestUs"}}]}}]}}]} as unknown as DocumentNode<UpdateIntegrationMutation, UpdateIntegrationMutationVariables>;
export const DeleteIntegrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteIntegration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteIntegration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<DeleteIntegrationMutation, DeleteIntegrationMutationVariables>;
export const RotateIntegrationSecretDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RotateIntegrationSecret"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RotateIntegrationSecretInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rotateIntegrationSecret"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"integration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntegrationParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"disabledReason"}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"consecutiveFailures"}},{"kind":"Field","name":{"kind":"Name","value":"firstFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSuccessAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"breakerUntil"}},{"kind":"Field","name":{"kind":"Name","value":"nextProbeAt"}},{"kind":"Field","name":{"kind":"Name","value":"notices"}},{"kind":"Field","name":{"kind":"Name","value":"heldDropped"}}]}},{"kind":"Field","name":{"kind":"Name","value":"backlog"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"running"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"more"}},{"kind":"Field","name":{"kind":"Name","value":"oldestDueAt"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntegrationRow"}},{"kind":"Field","name":{"kind":"Name","value":"agentIds"}},{"kind":"Field","name":{"kind":"Name","value":"channels"}},{"kind":"Field","name":{"kind":"Name","value":"ordering"}},{"kind":"Field","name":{"kind":"Name","value":"holding"}},{"kind":"Field","name":{"kind":"Name","value":"payloadVersion"}},{"kind":"Field","name":{"kind":"Name","value":"asymmetric"}},{"kind":"Field","name":{"kind":"Name","value":"publicKeys"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"stats"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"successRate"}},{"kind":"Field","name":{"kind":"Name","value":"meanUs"}},{"kind":"Field","name":{"kind":"Name","value":"slowestUs"}}]}}]}}]} as unknown as DocumentNode<RotateIntegrationSecretMutation, RotateIntegrationSecretMutationVariables>;
export const TestIntegrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"TestIntegration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TestIntegrationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"testIntegration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"error"}},{"kind":"Field","name":{"kind":"Name","value":"answer"}},{"kind":"Field","name":{"kind":"Name","value":"remoteAddress"}},{"kind":"Field","name":{"kind":"Name","value":"dnsUs"}},{"kind":"Field","name":{"kind":"Name","value":"connectUs"}},{"kind":"Field","name":{"kind":"Name","value":"tlsUs"}},{"kind":"Field","name":{"kind":"Name","value":"firstByteUs"}},{"kind":"Field","name":{"kind":"Name","value":"totalUs"}},{"kind":"Field","name":{"kind":"Name","value":"body"}}]}}]}}]} as unknown as DocumentNode<TestIntegrationMutation, TestIntegrationMutationVariables>;
export const ResendDeliveryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ResendDelivery"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ResendDeliveryInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resendDelivery"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"delivery"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"DeliveryParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DeliveryParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Delivery"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"eventType"}},{"kind":"Field","name":{"kind":"Name","value":"threadId"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"tries"}},{"kind":"Field","name":{"kind":"Name","value":"lane"}},{"kind":"Field","name":{"kind":"Name","value":"steppedAside"}},{"kind":"Field","name":{"kind":"Name","value":"outside"}},{"kind":"Field","name":{"kind":"Name","value":"nextAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode<ResendDeliveryMutation, ResendDeliveryMutationVariables>;
export const ReleaseHeldDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReleaseHeld"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReleaseHeldDeliveriesInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"releaseHeldDeliveries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"integration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntegrationParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"disabledReason"}},{"kind":"Field","name":{"kind":"Name","value":"health"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"consecutiveFailures"}},{"kind":"Field","name":{"kind":"Name","value":"firstFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSuccessAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedUntil"}},{"kind":"Field","name":{"kind":"Name","value":"breakerUntil"}},{"kind":"Field","name":{"kind":"Name","value":"nextProbeAt"}},{"kind":"Field","name":{"kind":"Name","value":"notices"}},{"kind":"Field","name":{"kind":"Name","value":"heldDropped"}}]}},{"kind":"Field","name":{"kind":"Name","value":"backlog"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pending"}},{"kind":"Field","name":{"kind":"Name","value":"running"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"more"}},{"kind":"Field","name":{"kind":"Name","value":"oldestDueAt"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"IntegrationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Integration"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"IntegrationRow"}},{"kind":"Field","name":{"kind":"Name","value":"agentIds"}},{"kind":"Field","name":{"kind":"Name","value":"channels"}},{"kind":"Field","name":{"kind":"Name","value":"ordering"}},{"kind":"Field","name":{"kind":"Name","value":"holding"}},{"kind":"Field","name":{"kind":"Name","value":"payloadVersion"}},{"kind":"Field","name":{"kind":"Name","value":"asymmetric"}},{"kind":"Field","name":{"kind":"Name","value":"publicKeys"}},{"kind":"Field","name":{"kind":"Name","value":"ratePerSecond"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"stats"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"successRate"}},{"kind":"Field","name":{"kind":"Name","value":"meanUs"}},{"kind":"Field","name":{"kind":"Name","value":"slowestUs"}}]}}]}}]} as unknown as DocumentNode<ReleaseHeldMutation, ReleaseHeldMutationVariables>;
export const ReplayDeliveriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReplayDeliveries"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReplayDeliveriesInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayDeliveries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReplayParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReplayParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Replay"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"until"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"states"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"seen"}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]} as unknown as DocumentNode<ReplayDeliveriesMutation, ReplayDeliveriesMutationVariables>;
export const CancelReplayDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelReplay"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CancelReplayInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelReplay"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replay"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReplayParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReplayParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Replay"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"until"}},{"kind":"Field","name":{"kind":"Name","value":"eventTypes"}},{"kind":"Field","name":{"kind":"Name","value":"states"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"seen"}},{"kind":"Field","name":{"kind":"Name","value":"queued"}},{"kind":"Field","name":{"kind":"Name","value":"waiting"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}}]}}]} as unknown as DocumentNode<CancelReplayMutation, CancelReplayMutationVariables>;