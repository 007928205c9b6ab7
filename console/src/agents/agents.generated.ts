/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type * as Types from '../generated/schema';

import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
export type CallState =
  | 'ANSWERED'
  | 'AWAITING_APPROVAL'
  | 'FAILED'
  | 'REFUSED'
  | 'RESERVED'
  | 'SENT'
  | 'UNKNOWN';

export type CannedAnswerInput = {
  readonly body?: unknown;
  readonly function: string;
  readonly status?: number;
};

export type ChatSettingsInput = {
  readonly accentColor?: string;
  readonly greeting?: string;
  readonly placeholder?: string;
  readonly title?: string;
};

export type CreateAgentInput = {
  readonly allowedSites?: ReadonlyArray<string> | null | undefined;
  readonly answerSchema?: unknown;
  readonly chat?: ChatSettingsInput | null | undefined;
  readonly clientMutationId?: string | null | undefined;
  readonly dailyTokens?: number | null | undefined;
  readonly fallbackText?: string | null | undefined;
  readonly followUps?: ReadonlyArray<FollowUpInput> | null | undefined;
  readonly instructions?: string | null | undefined;
  readonly maxCalls?: number | null | undefined;
  readonly maxSteps?: number | null | undefined;
  readonly maxTurnSeconds?: number | null | undefined;
  readonly maxTurnTokens?: number | null | undefined;
  readonly maxWaitMs?: number | null | undefined;
  readonly models?: ReadonlyArray<string> | null | undefined;
  readonly name: string;
  readonly onBusy?: OnBusy | null | undefined;
  readonly public?: boolean | null | undefined;
  readonly quietHours?: QuietHoursInput | null | undefined;
  readonly quietMs?: number | null | undefined;
  readonly region?: string | null | undefined;
  readonly script?: unknown;
  readonly tagFunctions?: boolean | null | undefined;
  readonly timeZone?: string | null | undefined;
};

export type CreateFunctionInput = {
  readonly agentId: string | number;
  readonly answerPointer?: string | null | undefined;
  readonly body?: string | null | undefined;
  readonly clientMutationId?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly enabled?: boolean | null | undefined;
  readonly headers?: ReadonlyArray<FunctionHeaderInput> | null | undefined;
  readonly idempotent?: boolean | null | undefined;
  readonly kind: FunctionKind;
  readonly method?: string | null | undefined;
  readonly name: string;
  readonly needsApproval?: boolean | null | undefined;
  readonly parameters?: unknown;
  readonly tag?: string | null | undefined;
  readonly timeoutMs?: number | null | undefined;
  readonly url?: string | null | undefined;
};

export type CustomerInput = {
  readonly email?: string | null | undefined;
  readonly externalId?: string | null | undefined;
  readonly metadata?: unknown;
  readonly name?: string | null | undefined;
  readonly phone?: string | null | undefined;
};

export type DeleteInput = {
  readonly clientMutationId?: string | null | undefined;
  readonly id: string | number;
};

export type FollowUpInput = {
  readonly afterMinutes: number;
  readonly cancelTags?: ReadonlyArray<string>;
  readonly instruction?: string | null | undefined;
  readonly text?: string | null | undefined;
};

export type FunctionHeaderInput = {
  readonly name: string;
  readonly secret?: boolean;
  readonly value: string;
};

export type FunctionKind =
  | 'HTTP'
  | 'TAG';

export type MessageAuthor =
  | 'AGENT'
  | 'CUSTOMER'
  | 'OPERATOR'
  | 'SYSTEM';

export type OnBusy =
  | 'ENQUEUE'
  | 'FOLD'
  | 'REJECT'
  | 'RESTART';

export type PublishAgentInput = {
  readonly clientMutationId?: string | null | undefined;
  readonly id: string | number;
  readonly moveThreads?: boolean;
  readonly note?: string | null | undefined;
};

export type QuietHoursInput = {
  readonly from: string;
  readonly to: string;
};

export type RollbackAgentInput = {
  readonly clientMutationId?: string | null | undefined;
  readonly id: string | number;
  readonly moveThreads?: boolean;
  readonly restoreDraft?: boolean;
  readonly version: number;
};

export type TestAgentInput = {
  readonly agentId: string | number;
  readonly canned?: ReadonlyArray<CannedAnswerInput> | null | undefined;
  readonly channel?: string | null | undefined;
  readonly clientMutationId?: string | null | undefined;
  readonly customer?: CustomerInput | null | undefined;
  readonly functions?: TestFunctions;
  readonly history?: ReadonlyArray<TestMessageInput> | null | undefined;
  readonly metadata?: unknown;
  readonly text: string;
  readonly version?: number | null | undefined;
};

export type TestFunctions =
  | 'CANNED'
  | 'LIVE'
  | 'REFUSE';

export type TestMessageInput = {
  readonly author: MessageAuthor;
  readonly text: string;
};

export type TurnReason =
  | 'ANSWERED'
  | 'BLOCKED'
  | 'CLOSED'
  | 'CUT'
  | 'FAILED'
  | 'HANDED_OVER'
  | 'LIMIT'
  | 'SILENT'
  | 'STOPPED'
  | 'SUPERSEDED';

export type UpdateAgentInput = {
  readonly allowedSites?: ReadonlyArray<string> | null | undefined;
  readonly answerSchema?: unknown;
  readonly chat?: ChatSettingsInput | null | undefined;
  readonly clientMutationId?: string | null | undefined;
  readonly dailyTokens?: number | null | undefined;
  readonly fallbackText?: string | null | undefined;
  readonly followUps?: ReadonlyArray<FollowUpInput> | null | undefined;
  readonly id: string | number;
  readonly instructions?: string | null | undefined;
  readonly maxCalls?: number | null | undefined;
  readonly maxSteps?: number | null | undefined;
  readonly maxTurnSeconds?: number | null | undefined;
  readonly maxTurnTokens?: number | null | undefined;
  readonly maxWaitMs?: number | null | undefined;
  readonly models?: ReadonlyArray<string> | null | undefined;
  readonly name?: string | null | undefined;
  readonly onBusy?: OnBusy | null | undefined;
  readonly public?: boolean | null | undefined;
  readonly quietHours?: QuietHoursInput | null | undefined;
  readonly quietMs?: number | null | undefined;
  readonly region?: string | null | undefined;
  readonly script?: unknown;
  readonly timeZone?: string | null | undefined;
};

export type UpdateFunctionInput = {
  readonly answerPointer?: string | null | undefined;
  readonly body?: string | null | undefined;
  readonly clientMutationId?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly enabled?: boolean | null | undefined;
  readonly headers?: ReadonlyArray<FunctionHeaderInput> | null | undefined;
  readonly id: string | number;
  readonly idempotent?: boolean | null | undefined;
  readonly method?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly needsApproval?: boolean | null | undefined;
  readonly parameters?: unknown;
  readonly tag?: string | null | undefined;
  readonly timeoutMs?: number | null | undefined;
  readonly url?: string | null | undefined;
};

export type AgentsQueryVariables = Exact<{ [key: string]: never; }>;


export type AgentsQuery = { readonly agents: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly models: ReadonlyArray<string>, readonly public: boolean, readonly hasUnpublishedChanges: boolean, readonly updatedAt: string, readonly publishedVersion: { readonly id: string, readonly number: number, readonly createdAt: string } | null } | null } | null> | null } };

export type FunctionPartsFragment = { readonly id: string, readonly name: string, readonly description: string, readonly kind: Types.FunctionKind, readonly tag: string, readonly parameters: unknown, readonly method: string, readonly url: string, readonly body: string, readonly timeoutMs: number, readonly idempotent: boolean, readonly needsApproval: boolean, readonly answerPointer: string, readonly enabled: boolean, readonly headers: ReadonlyArray<{ readonly name: string, readonly value: string | null, readonly secret: boolean }> };

export type AgentPartsFragment = { readonly id: string, readonly name: string, readonly instructions: string | null, readonly models: ReadonlyArray<string>, readonly script: unknown, readonly region: string, readonly public: boolean, readonly allowedSites: ReadonlyArray<string>, readonly onBusy: Types.OnBusy, readonly quietMs: number, readonly maxWaitMs: number, readonly maxCalls: number, readonly maxSteps: number, readonly maxTurnTokens: number, readonly maxTurnSeconds: number, readonly dailyTokens: number | null, readonly fallbackText: string, readonly answerSchema: unknown, readonly timeZone: string, readonly hasUnpublishedChanges: boolean, readonly chat: { readonly title: string, readonly greeting: string, readonly placeholder: string, readonly accentColor: string }, readonly followUps: ReadonlyArray<{ readonly afterMinutes: number, readonly text: string | null, readonly instruction: string | null, readonly cancelTags: ReadonlyArray<string> }> | null, readonly quietHours: { readonly from: string, readonly to: string } | null, readonly publishedVersion: { readonly id: string, readonly number: number } | null, readonly functions: ReadonlyArray<{ readonly id: string, readonly name: string, readonly description: string, readonly kind: Types.FunctionKind, readonly tag: string, readonly parameters: unknown, readonly method: string, readonly url: string, readonly body: string, readonly timeoutMs: number, readonly idempotent: boolean, readonly needsApproval: boolean, readonly answerPointer: string, readonly enabled: boolean, readonly headers: ReadonlyArray<{ readonly name: string, readonly value: string | null, readonly secret: boolean }> }> | null };

export type AgentPageQueryVariables = Exact<{
  id: string | number;
}>;


export type AgentPageQuery = { readonly agent: { readonly id: string, readonly name: string, readonly instructions: string | null, readonly models: ReadonlyArray<string>, readonly script: unknown, readonly region: string, readonly public: boolean, readonly allowedSites: ReadonlyArray<string>, readonly onBusy: Types.OnBusy, readonly quietMs: number, readonly maxWaitMs: number, readonly maxCalls: number, readonly maxSteps: number, readonly maxTurnTokens: number, readonly maxTurnSeconds: number, readonly dailyTokens: number | null, readonly fallbackText: string, readonly answerSchema: unknown, readonly timeZone: string, readonly hasUnpublishedChanges: boolean, readonly chat: { readonly title: string, readonly greeting: string, readonly placeholder: string, readonly accentColor: string }, readonly followUps: ReadonlyArray<{ readonly afterMinutes: number, readonly text: string | null, readonly instruction: string | null, readonly cancelTags: ReadonlyArray<string> }> | null, readonly quietHours: { readonly from: string, readonly to: string } | null, readonly publishedVersion: { readonly id: string, readonly number: number } | null, readonly functions: ReadonlyArray<{ readonly id: string, readonly name: string, readonly description: string, readonly kind: Types.FunctionKind, readonly tag: string, readonly parameters: unknown, readonly method: string, readonly url: string, readonly body: string, readonly timeoutMs: number, readonly idempotent: boolean, readonly needsApproval: boolean, readonly answerPointer: string, readonly enabled: boolean, readonly headers: ReadonlyArray<{ readonly name: string, readonly value: string | null, readonly secret: boolean }> }> | null } | null };

export type AgentVersionsQueryVariables = Exact<{
  id: string | number;
}>;


export type AgentVersionsQuery = { readonly agent: { readonly id: string, readonly publishedVersion: { readonly id: string, readonly number: number } | null, readonly versions: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly number: number, readonly note: string, readonly publishedBy: string, readonly createdAt: string, readonly settings: unknown } | null } | null> | null } | null } | null };

export type ModelChoicesQueryVariables = Exact<{ [key: string]: never; }>;


export type ModelChoicesQuery = { readonly models: ReadonlyArray<{ readonly name: string, readonly provider: string, readonly displayName: string | null, readonly description: string }> };

export type CreateAgentMutationVariables = Exact<{
  input: Types.CreateAgentInput;
}>;


export type CreateAgentMutation = { readonly createAgent: { readonly agent: { readonly id: string, readonly name: string } } };

export type UpdateAgentMutationVariables = Exact<{
  input: Types.UpdateAgentInput;
}>;


export type UpdateAgentMutation = { readonly updateAgent: { readonly agent: { readonly id: string, readonly name: string, readonly instructions: string | null, readonly models: ReadonlyArray<string>, readonly script: unknown, readonly region: string, readonly public: boolean, readonly allowedSites: ReadonlyArray<string>, readonly onBusy: Types.OnBusy, readonly quietMs: number, readonly maxWaitMs: number, readonly maxCalls: number, readonly maxSteps: number, readonly maxTurnTokens: number, readonly maxTurnSeconds: number, readonly dailyTokens: number | null, readonly fallbackText: string, readonly answerSchema: unknown, readonly timeZone: string, readonly hasUnpublishedChanges: boolean, readonly chat: { readonly title: string, readonly greeting: string, readonly placeholder: string, readonly accentColor: string }, readonly followUps: ReadonlyArray<{ readonly afterMinutes: number, readonly text: string | null, readonly instruction: string | null, readonly cancelTags: ReadonlyArray<string> }> | null, readonly quietHours: { readonly from: string, readonly to: string } | null, readonly publishedVersion: { readonly id: string, readonly number: number } | null, readonly functions: ReadonlyArray<{ readonly id: string, readonly name: string, readonly description: string, readonly kind: Types.FunctionKind, readonly tag: string, readonly parameters: unknown, readonly method: string, readonly url: string, readonly body: string, readonly timeoutMs: number, readonly idempotent: boolean, readonly needsApproval: boolean, readonly answerPointer: string, readonly enabled: boolean, readonly headers: ReadonlyArray<{ readonly name: string, readonly value: string | null, readonly secret: boolean }> }> | null } } };

export type DeleteAgentMutationVariables = Exact<{
  input: Types.DeleteInput;
}>;


export type DeleteAgentMutation = { readonly deleteAgent: { readonly id: string } };

export type CreateFunctionMutationVariables = Exact<{
  input: Types.CreateFunctionInput;
}>;


export type CreateFunctionMutation = { readonly createFunction: { readonly function: { readonly id: string, readonly name: string, readonly description: string, readonly kind: Types.FunctionKind, readonly tag: string, readonly parameters: unknown, readonly method: string, readonly url: string, readonly body: string, readonly timeoutMs: number, readonly idempotent: boolean, readonly needsApproval: boolean, readonly answerPointer: string, readonly enabled: boolean, readonly headers: ReadonlyArray<{ readonly name: string, readonly value: string | null, readonly secret: boolean }> } } };

export type UpdateFunctionMutationVariables = Exact<{
  input: Types.UpdateFunctionInput;
}>;


export type UpdateFunctionMutation = { readonly updateFunction: { readonly function: { readonly id: string, readonly name: string, readonly description: string, readonly kind: Types.FunctionKind, readonly tag: string, readonly parameters: unknown, readonly method: string, readonly url: string, readonly body: string, readonly timeoutMs: number, readonly idempotent: boolean, readonly needsApproval: boolean, readonly answerPointer: string, readonly enabled: boolean, readonly agent: { readonly id: string, readonly hasUnpublishedChanges: boolean }, readonly headers: ReadonlyArray<{ readonly name: string, readonly value: string | null, readonly secret: boolean }> } } };

export type DeleteFunctionMutationVariables = Exact<{
  input: Types.DeleteInput;
}>;


export type DeleteFunctionMutation = { readonly deleteFunction: { readonly id: string } };

export type PublishAgentMutationVariables = Exact<{
  input: Types.PublishAgentInput;
}>;


export type PublishAgentMutation = { readonly publishAgent: { readonly agent: { readonly id: string, readonly hasUnpublishedChanges: boolean, readonly publishedVersion: { readonly id: string, readonly number: number } | null }, readonly version: { readonly id: string, readonly number: number } } };

export type RollbackAgentMutationVariables = Exact<{
  input: Types.RollbackAgentInput;
}>;


export type RollbackAgentMutation = { readonly rollbackAgent: { readonly agent: { readonly id: string, readonly name: string, readonly instructions: string | null, readonly models: ReadonlyArray<string>, readonly script: unknown, readonly region: string, readonly public: boolean, readonly allowedSites: ReadonlyArray<string>, readonly onBusy: Types.OnBusy, readonly quietMs: number, readonly maxWaitMs: number, readonly maxCalls: number, readonly maxSteps: number, readonly maxTurnTokens: number, readonly maxTurnSeconds: number, readonly dailyTokens: number | null, readonly fallbackText: string, readonly answerSchema: unknown, readonly timeZone: string, readonly hasUnpublishedChanges: boolean, readonly chat: { readonly title: string, readonly greeting: string, readonly placeholder: string, readonly accentColor: string }, readonly followUps: ReadonlyArray<{ readonly afterMinutes: number, readonly text: string | null, readonly instruction: string | null, readonly cancelTags: ReadonlyArray<string> }> | null, readonly quietHours: { readonly from: string, readonly to: string } | null, readonly publishedVersion: { readonly id: string, readonly number: number } | null, readonly functions: ReadonlyArray<{ readonly id: string, readonly name: string, readonly description: string, readonly kind: Types.FunctionKind, readonly tag: string, readonly parameters: unknown, readonly method: string, readonly url: string, readonly body: string, readonly timeoutMs: number, readonly idempotent: boolean, readonly needsApproval: boolean, readonly answerPointer: string, readonly enabled: boolean, readonly headers: ReadonlyArray<{ readonly name: string, readonly value: string | null, readonly secret: boolean }> }> | null }, readonly version: { readonly id: string, readonly number: number } } };

export type TestAgentMutationVariables = Exact<{
  input: Types.TestAgentInput;
}>;


export type TestAgentMutation = { readonly testAgent: { readonly runId: string } };

export type TestAgentEventsSubscriptionVariables = Exact<{
  runId: string | number;
}>;


export type TestAgentEventsSubscription = { readonly testAgentEvents:
    | { readonly __typename: 'TestCall', readonly callId: string, readonly name: string, readonly arguments: unknown, readonly state: Types.CallState, readonly result: unknown, readonly httpStatus: number | null, readonly error: string, readonly number: number, readonly createdAt: string }
    | { readonly __typename: 'TestDelta', readonly messageId: string, readonly offset: number, readonly dropped: boolean, readonly number: number, readonly createdAt: string, readonly piece: string }
    | { readonly __typename: 'TestEnd', readonly reason: Types.TurnReason | null, readonly reasonText: string, readonly number: number, readonly createdAt: string, readonly usage: { readonly steps: number, readonly inputTokens: number, readonly outputTokens: number, readonly cost: { readonly amount: string, readonly currency: string } | null } }
    | { readonly __typename: 'TestMessage', readonly messageId: string, readonly text: string, readonly data: unknown, readonly model: string, readonly number: number, readonly createdAt: string }
    | { readonly __typename: 'TestStep', readonly step: number, readonly finish: string, readonly misfit: string | null, readonly ms: number, readonly number: number, readonly createdAt: string, readonly stepModel: string, readonly usage: { readonly steps: number, readonly inputTokens: number, readonly outputTokens: number } }
    | { readonly __typename: 'TestTag', readonly tag: string, readonly number: number, readonly createdAt: string, readonly tagText: string }
   };

export const FunctionPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FunctionParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Function"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","name":{"kind":"Name","value":"parameters"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"headers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}},{"kind":"Field","name":{"kind":"Name","value":"body"}},{"kind":"Field","name":{"kind":"Name","value":"timeoutMs"}},{"kind":"Field","name":{"kind":"Name","value":"idempotent"}},{"kind":"Field","name":{"kind":"Name","value":"needsApproval"}},{"kind":"Field","name":{"kind":"Name","value":"answerPointer"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}}]}}]} as unknown as DocumentNode<FunctionPartsFragment, unknown>;
export const AgentPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AgentParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Agent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"instructions"}},{"kind":"Field","name":{"kind":"Name","value":"models"}},{"kind":"Field","name":{"kind":"Name","value":"script"}},{"kind":"Field","name":{"kind":"Name","value":"region"}},{"kind":"Field","name":{"kind":"Name","value":"public"}},{"kind":"Field","name":{"kind":"Name","value":"allowedSites"}},{"kind":"Field","name":{"kind":"Name","value":"chat"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"greeting"}},{"kind":"Field","name":{"kind":"Name","value":"placeholder"}},{"kind":"Field","name":{"kind":"Name","value":"accentColor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"onBusy"}},{"kind":"Field","name":{"kind":"Name","value":"quietMs"}},{"kind":"Field","name":{"kind":"Name","value":"maxWaitMs"}},{"kind":"Field","name":{"kind":"Name","value":"maxCalls"}},{"kind":"Field","name":{"kind":"Name","value":"maxSteps"}},{"kind":"Field","name":{"kind":"Name","value":"maxTurnTokens"}},{"kind":"Field","name":{"kind":"Name","value":"maxTurnSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"dailyTokens"}},{"kind":"Field","name":{"kind":"Name","value":"fallbackText"}},{"kind":"Field","name":{"kind":"Name","value":"answerSchema"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"followUps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"afterMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"instruction"}},{"kind":"Field","name":{"kind":"Name","value":"cancelTags"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quietHours"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}}]}},{"kind":"Field","name":{"kind":"Name","value":"hasUnpublishedChanges"}},{"kind":"Field","name":{"kind":"Name","value":"publishedVersion"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}},{"kind":"Field","name":{"kind":"Name","value":"functions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"FunctionParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FunctionParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Function"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","name":{"kind":"Name","value":"parameters"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"headers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}},{"kind":"Field","name":{"kind":"Name","value":"body"}},{"kind":"Field","name":{"kind":"Name","value":"timeoutMs"}},{"kind":"Field","name":{"kind":"Name","value":"idempotent"}},{"kind":"Field","name":{"kind":"Name","value":"needsApproval"}},{"kind":"Field","name":{"kind":"Name","value":"answerPointer"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}}]}}]} as unknown as DocumentNode<AgentPartsFragment, unknown>;
export const AgentsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Agents"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"agents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"250"}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"NAME"}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"models"}},{"kind":"Field","name":{"kind":"Name","value":"public"}},{"kind":"Field","name":{"kind":"Name","value":"hasUnpublishedChanges"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"publishedVersion"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<AgentsQuery, AgentsQueryVariables>;
export const AgentPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AgentPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"agent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AgentParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FunctionParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Function"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","name":{"kind":"Name","value":"parameters"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"headers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}},{"kind":"Field","name":{"kind":"Name","value":"body"}},{"kind":"Field","name":{"kind":"Name","value":"timeoutMs"}},{"kind":"Field","name":{"kind":"Name","value":"idempotent"}},{"kind":"Field","name":{"kind":"Name","value":"needsApproval"}},{"kind":"Field","name":{"kind":"Name","value":"answerPointer"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AgentParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Agent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"instructions"}},{"kind":"Field","name":{"kind":"Name","value":"models"}},{"kind":"Field","name":{"kind":"Name","value":"script"}},{"kind":"Field","name":{"kind":"Name","value":"region"}},{"kind":"Field","name":{"kind":"Name","value":"public"}},{"kind":"Field","name":{"kind":"Name","value":"allowedSites"}},{"kind":"Field","name":{"kind":"Name","value":"chat"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"greeting"}},{"kind":"Field","name":{"kind":"Name","value":"placeholder"}},{"kind":"Field","name":{"kind":"Name","value":"accentColor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"onBusy"}},{"kind":"Field","name":{"kind":"Name","value":"quietMs"}},{"kind":"Field","name":{"kind":"Name","value":"maxWaitMs"}},{"kind":"Field","name":{"kind":"Name","value":"maxCalls"}},{"kind":"Field","name":{"kind":"Name","value":"maxSteps"}},{"kind":"Field","name":{"kind":"Name","value":"maxTurnTokens"}},{"kind":"Field","name":{"kind":"Name","value":"maxTurnSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"dailyTokens"}},{"kind":"Field","name":{"kind":"Name","value":"fallbackText"}},{"kind":"Field","name":{"kind":"Name","value":"answerSchema"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"followUps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"afterMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"instruction"}},{"kind":"Field","name":{"kind":"Name","value":"cancelTags"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quietHours"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}}]}},{"kind":"Field","name":{"kind":"Name","value":"hasUnpublishedChanges"}},{"kind":"Field","name":{"kind":"Name","value":"publishedVersion"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}},{"kind":"Field","name":{"kind":"Name","value":"functions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"FunctionParts"}}]}}]}}]} as unknown as DocumentNode<AgentPageQuery, AgentPageQueryVariables>;
export const AgentVersionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AgentVersions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"agent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"publishedVersion"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}},{"kind":"Field","name":{"kind":"Name","value":"versions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"publishedBy"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"settings"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<AgentVersionsQuery, AgentVersionsQueryVariables>;
export const ModelChoicesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ModelChoices"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"models"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"description"}}]}}]}}]} as unknown as DocumentNode<ModelChoicesQuery, ModelChoicesQueryVariables>;
export const CreateAgentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateAgent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateAgentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createAgent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"agent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode<CreateAgentMutation, CreateAgentMutationVariables>;
export const UpdateAgentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateAgent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateAgentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateAgent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"agent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AgentParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FunctionParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Function"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","name":{"kind":"Name","value":"parameters"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"headers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}},{"kind":"Field","name":{"kind":"Name","value":"body"}},{"kind":"Field","name":{"kind":"Name","value":"timeoutMs"}},{"kind":"Field","name":{"kind":"Name","value":"idempotent"}},{"kind":"Field","name":{"kind":"Name","value":"needsApproval"}},{"kind":"Field","name":{"kind":"Name","value":"answerPointer"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AgentParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Agent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"instructions"}},{"kind":"Field","name":{"kind":"Name","value":"models"}},{"kind":"Field","name":{"kind":"Name","value":"script"}},{"kind":"Field","name":{"kind":"Name","value":"region"}},{"kind":"Field","name":{"kind":"Name","value":"public"}},{"kind":"Field","name":{"kind":"Name","value":"allowedSites"}},{"kind":"Field","name":{"kind":"Name","value":"chat"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"greeting"}},{"kind":"Field","name":{"kind":"Name","value":"placeholder"}},{"kind":"Field","name":{"kind":"Name","value":"accentColor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"onBusy"}},{"kind":"Field","name":{"kind":"Name","value":"quietMs"}},{"kind":"Field","name":{"kind":"Name","value":"maxWaitMs"}},{"kind":"Field","name":{"kind":"Name","value":"maxCalls"}},{"kind":"Field","name":{"kind":"Name","value":"maxSteps"}},{"kind":"Field","name":{"kind":"Name","value":"maxTurnTokens"}},{"kind":"Field","name":{"kind":"Name","value":"maxTurnSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"dailyTokens"}},{"kind":"Field","name":{"kind":"Name","value":"fallbackText"}},{"kind":"Field","name":{"kind":"Name","value":"answerSchema"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"followUps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"afterMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"instruction"}},{"kind":"Field","name":{"kind":"Name","value":"cancelTags"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quietHours"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}}]}},{"kind":"Field","name":{"kind":"Name","value":"hasUnpublishedChanges"}},{"kind":"Field","name":{"kind":"Name","value":"publishedVersion"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}},{"kind":"Field","name":{"kind":"Name","value":"functions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"FunctionParts"}}]}}]}}]} as unknown as DocumentNode<UpdateAgentMutation, UpdateAgentMutationVariables>;
export const DeleteAgentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteAgent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteAgent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<DeleteAgentMutation, DeleteAgentMutationVariables>;
export const CreateFunctionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateFunction"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateFunctionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createFunction"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"function"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"FunctionParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FunctionParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Function"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","name":{"kind":"Name","value":"parameters"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"headers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}},{"kind":"Field","name":{"kind":"Name","value":"body"}},{"kind":"Field","name":{"kind":"Name","value":"timeoutMs"}},{"kind":"Field","name":{"kind":"Name","value":"idempotent"}},{"kind":"Field","name":{"kind":"Name","value":"needsApproval"}},{"kind":"Field","name":{"kind":"Name","value":"answerPointer"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}}]}}]} as unknown as DocumentNode<CreateFunctionMutation, CreateFunctionMutationVariables>;
export const UpdateFunctionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateFunction"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateFunctionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateFunction"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"function"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"FunctionParts"}},{"kind":"Field","name":{"kind":"Name","value":"agent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"hasUnpublishedChanges"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FunctionParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Function"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","name":{"kind":"Name","value":"parameters"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"headers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}},{"kind":"Field","name":{"kind":"Name","value":"body"}},{"kind":"Field","name":{"kind":"Name","value":"timeoutMs"}},{"kind":"Field","name":{"kind":"Name","value":"idempotent"}},{"kind":"Field","name":{"kind":"Name","value":"needsApproval"}},{"kind":"Field","name":{"kind":"Name","value":"answerPointer"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}}]}}]} as unknown as DocumentNode<UpdateFunctionMutation, UpdateFunctionMutationVariables>;
export const DeleteFunctionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteFunction"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteFunction"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<DeleteFunctionMutation, DeleteFunctionMutationVariables>;
export const PublishAgentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PublishAgent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PublishAgentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publishAgent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"agent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"hasUnpublishedChanges"}},{"kind":"Field","name":{"kind":"Name","value":"publishedVersion"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}}]}}]}}]} as unknown as DocumentNode<PublishAgentMutation, PublishAgentMutationVariables>;
export const RollbackAgentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RollbackAgent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RollbackAgentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rollbackAgent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"agent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AgentParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"FunctionParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Function"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","name":{"kind":"Name","value":"parameters"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"headers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}},{"kind":"Field","name":{"kind":"Name","value":"body"}},{"kind":"Field","name":{"kind":"Name","value":"timeoutMs"}},{"kind":"Field","name":{"kind":"Name","value":"idempotent"}},{"kind":"Field","name":{"kind":"Name","value":"needsApproval"}},{"kind":"Field","name":{"kind":"Name","value":"answerPointer"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AgentParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Agent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"instructions"}},{"kind":"Field","name":{"kind":"Name","value":"models"}},{"kind":"Field","name":{"kind":"Name","value":"script"}},{"kind":"Field","name":{"kind":"Name","value":"region"}},{"kind":"Field","name":{"kind":"Name","value":"public"}},{"kind":"Field","name":{"kind":"Name","value":"allowedSites"}},{"kind":"Field","name":{"kind":"Name","value":"chat"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"greeting"}},{"kind":"Field","name":{"kind":"Name","value":"placeholder"}},{"kind":"Field","name":{"kind":"Name","value":"accentColor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"onBusy"}},{"kind":"Field","name":{"kind":"Name","value":"quietMs"}},{"kind":"Field","name":{"kind":"Name","value":"maxWaitMs"}},{"kind":"Field","name":{"kind":"Name","value":"maxCalls"}},{"kind":"Field","name":{"kind":"Name","value":"maxSteps"}},{"kind":"Field","name":{"kind":"Name","value":"maxTurnTokens"}},{"kind":"Field","name":{"kind":"Name","value":"maxTurnSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"dailyTokens"}},{"kind":"Field","name":{"kind":"Name","value":"fallbackText"}},{"kind":"Field","name":{"kind":"Name","value":"answerSchema"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"followUps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"afterMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"instruction"}},{"kind":"Field","name":{"kind":"Name","value":"cancelTags"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quietHours"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}}]}},{"kind":"Field","name":{"kind":"Name","value":"hasUnpublishedChanges"}},{"kind":"Field","name":{"kind":"Name","value":"publishedVersion"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"number"}}]}},{"kind":"Field","name":{"kind":"Name","value":"functions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"FunctionParts"}}]}}]}}]} as unknown as DocumentNode<RollbackAgentMutation, RollbackAgentMutationVariables>;
export const TestAgentDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"TestAgent"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TestAgentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"testAgent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"runId"}}]}}]}}]} as unknown as DocumentNode<TestAgentMutation, TestAgentMutationVariables>;
export const TestAgentEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"TestAgentEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"runId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"testAgentEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"runId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"runId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TestDelta"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"messageId"}},{"kind":"Field","name":{"kind":"Name","value":"offset"}},{"kind":"Field","alias":{"kind":"Name","value":"piece"},"name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"dropped"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TestMessage"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"messageId"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"data"}},{"kind":"Field","name":{"kind":"Name","value":"model"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TestStep"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"step"}},{"kind":"Field","alias":{"kind":"Name","value":"stepModel"},"name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"finish"}},{"kind":"Field","name":{"kind":"Name","value":"misfit"}},{"kind":"Field","name":{"kind":"Name","value":"ms"}},{"kind":"Field","name":{"kind":"Name","value":"usage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"steps"}},{"kind":"Field","name":{"kind":"Name","value":"inputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"outputTokens"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TestCall"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"arguments"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"httpStatus"}},{"kind":"Field","name":{"kind":"Name","value":"error"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TestTag"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tag"}},{"kind":"Field","alias":{"kind":"Name","value":"tagText"},"name":{"kind":"Name","value":"text"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TestEnd"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"reasonText"}},{"kind":"Field","name":{"kind":"Name","value":"usage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"steps"}},{"kind":"Field","name":{"kind":"Name","value":"inputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"outputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"cost"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<TestAgentEventsSubscription, TestAgentEventsSubscriptionVariables>;