/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type * as Types from '../generated/schema';

import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Where a call stands. */
export type CallState =
  /** The answer is there. */
  | 'ANSWERED'
  /** A person must approve it first. */
  | 'AWAITING_APPROVAL'
  /** It failed; the model was told why. */
  | 'FAILED'
  /** It was refused by a person or by a limit. */
  | 'REFUSED'
  /** Stored, not sent. */
  | 'RESERVED'
  /** Sent, no answer yet. */
  | 'SENT'
  /** Sent, and the answer was lost. It may have had its effect. */
  | 'UNKNOWN';

/** The answer of an HTTP function in a dry run. */
export type CannedAnswerInput = {
  /** The body. */
  readonly body?: unknown;
  /** Name of the function. */
  readonly function: string;
  /** HTTP status. */
  readonly status?: number;
};

/** How the chat page looks; what is left out is empty. */
export type ChatSettingsInput = {
  /** Colour of buttons and of the visitor's messages, as `#1d4ed8`. */
  readonly accentColor?: string;
  /** What the page says first, at most 1,000 characters. */
  readonly greeting?: string;
  /** What stands in the empty field for a message, at most 100 characters. */
  readonly placeholder?: string;
  /** Head of the page, at most 100 characters; empty means the agent's name. */
  readonly title?: string;
};

/** A new agent. */
export type CreateAgentInput = {
  /** Origins of sites that may show the chat page in a frame, at most 20; hold at once. */
  readonly allowedSites?: ReadonlyArray<string> | null | undefined;
  /** JSON Schema of an object that each answer of the model is held to; at most 16 KiB, nested 32 deep. Null means free text. */
  readonly answerSchema?: unknown;
  /** How the chat page looks, replaced whole; holds at once. */
  readonly chat?: ChatSettingsInput | null | undefined;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Most tokens a day. */
  readonly dailyTokens?: number | null | undefined;
  /** What the customer reads when no model can answer. */
  readonly fallbackText?: string | null | undefined;
  /** What it writes when the customer stays silent, one after the other; at most 5. */
  readonly followUps?: ReadonlyArray<FollowUpInput> | null | undefined;
  /** What the model is told to be and do; at most 100,000 characters. */
  readonly instructions?: string | null | undefined;
  /** Most calls of one turn, 1 to 100; default 100. */
  readonly maxCalls?: number | null | undefined;
  /** Most steps of one turn, 2 to 100; default 30. */
  readonly maxSteps?: number | null | undefined;
  /** Longest time of one turn, 5 to 3,600 seconds; default 300. */
  readonly maxTurnSeconds?: number | null | undefined;
  /** Most tokens of one turn, at least 1,000; default 200,000. */
  readonly maxTurnTokens?: number | null | undefined;
  /** Longest wait while messages keep coming, 0 to 60,000 milliseconds; default 8,000. */
  readonly maxWaitMs?: number | null | undefined;
  /** Ordered choice of models, each `provider` or `provider/model`. */
  readonly models?: ReadonlyArray<string> | null | undefined;
  /** Its name. */
  readonly name: string;
  /** What happens when a customer writes while the agent works; default FOLD. */
  readonly onBusy?: OnBusy | null | undefined;
  /** Whether `startChat` may open threads without a key; holds at once. */
  readonly public?: boolean | null | undefined;
  /** Hours in which it sends no follow-ups. The same `from` and `to` mean none. */
  readonly quietHours?: QuietHoursInput | null | undefined;
  /** Quiet time before a turn, 0 to 8,000 milliseconds; default 1,200. */
  readonly quietMs?: number | null | undefined;
  /** ISO 3166 region for phone numbers without a country code. */
  readonly region?: string | null | undefined;
  /** Rules of the scripted provider. */
  readonly script?: unknown;
  /** Whether to give it the built-in tag functions; default true. */
  readonly tagFunctions?: boolean | null | undefined;
  /** IANA time zone, such as `Europe/Berlin`; empty means UTC. */
  readonly timeZone?: string | null | undefined;
};

/** A new function. */
export type CreateFunctionInput = {
  /** Id of the agent. */
  readonly agentId: string | number;
  /** RFC 6901 pointer to the part of the answer the model sees. */
  readonly answerPointer?: string | null | undefined;
  /** Template of the body; empty sends the arguments as JSON. */
  readonly body?: string | null | undefined;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** When and how to call it, for the model. */
  readonly description?: string | null | undefined;
  /** Whether the model is offered it; default true. */
  readonly enabled?: boolean | null | undefined;
  /** Headers of the request. */
  readonly headers?: ReadonlyArray<FunctionHeaderInput> | null | undefined;
  /** Whether a call may be sent again with the same Idempotency-Key; default true for GET, else false. */
  readonly idempotent?: boolean | null | undefined;
  /** What it is. */
  readonly kind: FunctionKind;
  /** GET, POST, PUT, PATCH or DELETE. */
  readonly method?: string | null | undefined;
  /** Its name. */
  readonly name: string;
  /** Whether an operator must approve each call; default false. */
  readonly needsApproval?: boolean | null | undefined;
  /** JSON Schema of an object: the arguments. */
  readonly parameters?: unknown;
  /** Tag that a TAG function raises; default its name. */
  readonly tag?: string | null | undefined;
  /** Longest time of one call, 1,000 to 60,000 milliseconds; default 10,000. */
  readonly timeoutMs?: number | null | undefined;
  /** Address. */
  readonly url?: string | null | undefined;
};

/** The customer of a new thread. */
export type CustomerInput = {
  /** E-mail address. */
  readonly email?: string | null | undefined;
  /** The app's own id; a customer known by it is taken up again and updated. */
  readonly externalId?: string | null | undefined;
  /** The app's own facts. */
  readonly metadata?: unknown;
  /** Its name. */
  readonly name?: string | null | undefined;
  /** Phone number. */
  readonly phone?: string | null | undefined;
};

/** Names what to delete or revoke. */
export type DeleteInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Its id. */
  readonly id: string | number;
};

/** A message that the agent sends when the customer stays silent. Give exactly one of `text` and `instruction`. */
export type FollowUpInput = {
  /** Minutes since the agent's last message, 1 to 43,200 (30 days). */
  readonly afterMinutes: number;
  /** Tags of which any one cancels it. */
  readonly cancelTags?: ReadonlyArray<string>;
  /** What the model is told, which then writes the message. */
  readonly instruction?: string | null | undefined;
  /** What is sent as it is. */
  readonly text?: string | null | undefined;
};

/** A header of an HTTP function. */
export type FunctionHeaderInput = {
  /** Its name. */
  readonly name: string;
  /** Whether the value is to be encrypted and never returned. */
  readonly secret?: boolean;
  /** The value. */
  readonly value: string;
};

/** What a function is. */
export type FunctionKind =
  /** Sends an HTTP request to an integrator. */
  | 'HTTP'
  /** Raises a tag. */
  | 'TAG';

/** Who wrote a message. */
export type MessageAuthor =
  /** The agent. */
  | 'AGENT'
  /** The customer. */
  | 'CUSTOMER'
  /** An operator. */
  | 'OPERATOR'
  /** The server. */
  | 'SYSTEM';

/** What happens when a customer writes while the agent works. */
export type OnBusy =
  /** The message waits for the next turn. */
  | 'ENQUEUE'
  /** The message is read before the agent's next step. */
  | 'FOLD'
  /** The message is refused with THREAD_BUSY and not stored. */
  | 'REJECT'
  /** The turn begins anew, unless a function was called already; then as FOLD. */
  | 'RESTART';

/** A draft to publish. */
export type PublishAgentInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Id of the agent. */
  readonly id: string | number;
  /** Whether all threads of the agent follow it from their next step on. */
  readonly moveThreads?: boolean;
  /** What is new in it; at most 1,000 characters. */
  readonly note?: string | null | undefined;
};

/** A span of every day, in the agent's time zone. It may span midnight. */
export type QuietHoursInput = {
  /** First minute of it, `HH:MM`. */
  readonly from: string;
  /** First minute after it, `HH:MM`. */
  readonly to: string;
};

/** A version to publish again. */
export type RollbackAgentInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Id of the agent. */
  readonly id: string | number;
  /** Whether all threads of the agent follow it from their next step on. */
  readonly moveThreads?: boolean;
  /** Whether the draft becomes equal to the version too. What was changed since and never published is lost then. */
  readonly restoreDraft?: boolean;
  /** Number of the version. */
  readonly version: number;
};

/** A dry run. */
export type TestAgentInput = {
  /** Id of the agent. */
  readonly agentId: string | number;
  /** Answers of HTTP functions, for CANNED. */
  readonly canned?: ReadonlyArray<CannedAnswerInput> | null | undefined;
  /** The app's own word for where the customer writes. */
  readonly channel?: string | null | undefined;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Who the customer is. */
  readonly customer?: CustomerInput | null | undefined;
  /** What happens to HTTP functions. */
  readonly functions?: TestFunctions;
  /** What was said before; at most 200 messages. */
  readonly history?: ReadonlyArray<TestMessageInput> | null | undefined;
  /** The app's own facts of the thread. */
  readonly metadata?: unknown;
  /** What the customer says now. */
  readonly text: string;
  /** Number of a version; default the draft. */
  readonly version?: number | null | undefined;
};

/** What a dry run does with HTTP functions. */
export type TestFunctions =
  /** They are answered from `canned`, and refused without an answer there. */
  | 'CANNED'
  /** They are really called. */
  | 'LIVE'
  /** They are refused; the model is told so. */
  | 'REFUSE';

/** Something that was said before a dry run. */
export type TestMessageInput = {
  /** Who said it: CUSTOMER, AGENT or OPERATOR. */
  readonly author: MessageAuthor;
  /** 1 to 16,000 characters. */
  readonly text: string;
};

/** Why a turn ended. */
export type TurnReason =
  /** The agent answered. */
  | 'ANSWERED'
  /** The provider refused to answer. */
  | 'BLOCKED'
  /** The dialogue was closed. */
  | 'CLOSED'
  /** The answer broke off. */
  | 'CUT'
  /** It could not be finished. */
  | 'FAILED'
  /** A person has the talk, or is asked for. */
  | 'HANDED_OVER'
  /** A limit of the agent was reached. */
  | 'LIMIT'
  /** The agent chose to say nothing. */
  | 'SILENT'
  /** It was stopped by hand. */
  | 'STOPPED'
  /** Something newer took its place: the customer wrote more, or wrote before a reminder was sent. */
  | 'SUPERSEDED';

/** Changes of an agent; what is left out stays. */
export type UpdateAgentInput = {
  /** Origins of sites that may show the chat page in a frame, at most 20; hold at once. */
  readonly allowedSites?: ReadonlyArray<string> | null | undefined;
  /** JSON Schema of an object that each answer of the model is held to; at most 16 KiB, nested 32 deep. Null takes it away: free text. */
  readonly answerSchema?: unknown;
  /** How the chat page looks, replaced whole; holds at once. */
  readonly chat?: ChatSettingsInput | null | undefined;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** Most tokens a day. */
  readonly dailyTokens?: number | null | undefined;
  /** What the customer reads when no model can answer. */
  readonly fallbackText?: string | null | undefined;
  /** What it writes when the customer stays silent, one after the other; at most 5. */
  readonly followUps?: ReadonlyArray<FollowUpInput> | null | undefined;
  /** Its id. */
  readonly id: string | number;
  /** What the model is told to be and do; at most 100,000 characters. */
  readonly instructions?: string | null | undefined;
  /** Most calls of one turn, 1 to 100; default 100. */
  readonly maxCalls?: number | null | undefined;
  /** Most steps of one turn, 2 to 100; default 30. */
  readonly maxSteps?: number | null | undefined;
  /** Longest time of one turn, 5 to 3,600 seconds; default 300. */
  readonly maxTurnSeconds?: number | null | undefined;
  /** Most tokens of one turn, at least 1,000; default 200,000. */
  readonly maxTurnTokens?: number | null | undefined;
  /** Longest wait while messages keep coming, 0 to 60,000 milliseconds; default 8,000. */
  readonly maxWaitMs?: number | null | undefined;
  /** Ordered choice of models, each `provider` or `provider/model`. */
  readonly models?: ReadonlyArray<string> | null | undefined;
  /** Its name. */
  readonly name?: string | null | undefined;
  /** What happens when a customer writes while the agent works; default FOLD. */
  readonly onBusy?: OnBusy | null | undefined;
  /** Whether `startChat` may open threads without a key; holds at once. */
  readonly public?: boolean | null | undefined;
  /** Hours in which it sends no follow-ups. The same `from` and `to` mean none. */
  readonly quietHours?: QuietHoursInput | null | undefined;
  /** Quiet time before a turn, 0 to 8,000 milliseconds; default 1,200. */
  readonly quietMs?: number | null | undefined;
  /** ISO 3166 region for phone numbers without a country code. */
  readonly region?: string | null | undefined;
  /** Rules of the scripted provider. */
  readonly script?: unknown;
  /** IANA time zone, such as `Europe/Berlin`; empty means UTC. */
  readonly timeZone?: string | null | undefined;
};

/** Changes of a function; what is left out stays. */
export type UpdateFunctionInput = {
  /** RFC 6901 pointer to the part of the answer the model sees. */
  readonly answerPointer?: string | null | undefined;
  /** Template of the body; empty sends the arguments as JSON. */
  readonly body?: string | null | undefined;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** When and how to call it, for the model. */
  readonly description?: string | null | undefined;
  /** Whether the model is offered it; default true. */
  readonly enabled?: boolean | null | undefined;
  /** Replaces all headers. */
  readonly headers?: ReadonlyArray<FunctionHeaderInput> | null | undefined;
  /** Its id. */
  readonly id: string | number;
  /** Whether a call may be sent again with the same Idempotency-Key. */
  readonly idempotent?: boolean | null | undefined;
  /** GET, POST, PUT, PATCH or DELETE. */
  readonly method?: string | null | undefined;
  /** Its name. */
  readonly name?: string | null | undefined;
  /** Whether an operator must approve each call; default false. */
  readonly needsApproval?: boolean | null | undefined;
  /** JSON Schema of an object: the arguments. */
  readonly parameters?: unknown;
  /** Name of the tag. */
  readonly tag?: string | null | undefined;
  /** Longest time of one call, 1,000 to 60,000 milliseconds; default 10,000. */
  readonly timeoutMs?: number | null | undefined;
  /** Address. */
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