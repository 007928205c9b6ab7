export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** Opaque place in a list or in a stream of events. Keep it as it is; never build or read one. */
  Cursor: { input: string; output: string; }
  /** An exact decimal number, as a string: `"2.5"`. */
  Decimal: { input: string; output: string; }
  /** Any JSON value. */
  JSON: { input: unknown; output: unknown; }
  /** Moment in RFC 3339, UTC, with milliseconds: `2026-11-23T09:30:00.000Z`. */
  Time: { input: string; output: string; }
};

/** A key of the API. The key itself is not kept. */
export type ApiKey = Node & {
  readonly __typename?: 'APIKey';
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** The first characters of the key. Null unless an admin asks, or the key for itself. */
  readonly hint: Maybe<Scalars['String']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** When it was last used, to the minute. Null unless an admin asks, or the key for itself. */
  readonly lastUsedAt: Maybe<Scalars['Time']['output']>;
  /** Display name; customers and other operators see it where an operator writes. */
  readonly name: Scalars['String']['output'];
  /** When it was revoked, if it was. Null unless an admin asks, or the key for itself. */
  readonly revokedAt: Maybe<Scalars['Time']['output']>;
  /** What the key may do. */
  readonly role: Role;
};

/** A page of keys. */
export type ApiKeyConnection = {
  readonly __typename?: 'APIKeyConnection';
  /** What is on the page. */
  readonly edges: Maybe<ReadonlyArray<Maybe<ApiKeyEdge>>>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages; counted only when asked for. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A key in a page. */
export type ApiKeyEdge = {
  readonly __typename?: 'APIKeyEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The object itself. */
  readonly node: Maybe<ApiKey>;
};

/** A new note. */
export type AddNoteInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** 1 to 16,000 characters. */
  readonly text: Scalars['String']['input'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['input'];
};

/** A tag to put on. */
export type AddTagInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Name of the tag. */
  readonly tag: Scalars['String']['input'];
  /** The text. */
  readonly text?: InputMaybe<Scalars['String']['input']>;
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['input'];
};

/** An AI agent: instructions, models, limits and functions. */
export type Agent = Node & {
  readonly __typename?: 'Agent';
  /** Origins of sites that may show the chat page in a frame, such as `https://shop.example.com`. */
  readonly allowedSites: ReadonlyArray<Scalars['String']['output']>;
  /**
   * JSON Schema of an object that each answer of the model is held to; see `Message.data`. Null for viewers that may not read
   * it, and when answers are free text.
   */
  readonly answerSchema: Maybe<Scalars['JSON']['output']>;
  /** How the chat page looks. */
  readonly chat: ChatSettings;
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Most tokens a day, those of dry runs too; null means no limit. */
  readonly dailyTokens: Maybe<Scalars['Int']['output']>;
  /** What the customer reads when no model can answer. */
  readonly fallbackText: Scalars['String']['output'];
  /** What it writes when the customer stays silent, one after the other. Null for viewers that may not read it. */
  readonly followUps: Maybe<ReadonlyArray<FollowUp>>;
  /** Functions it may call, by name. Null for viewers that may not read them. */
  readonly functions: Maybe<ReadonlyArray<Function>>;
  /** Whether the draft differs from the published version. True before the first publication. */
  readonly hasUnpublishedChanges: Scalars['Boolean']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** What the model is told to be and do. Null for viewers that may not read it. */
  readonly instructions: Maybe<Scalars['String']['output']>;
  /** Most calls of functions for one turn. */
  readonly maxCalls: Scalars['Int']['output'];
  /** Most steps of one turn. */
  readonly maxSteps: Scalars['Int']['output'];
  /** Longest time of one turn, in seconds. */
  readonly maxTurnSeconds: Scalars['Int']['output'];
  /** Most tokens of one turn. */
  readonly maxTurnTokens: Scalars['Int']['output'];
  /** Longest wait while messages keep coming, in milliseconds. */
  readonly maxWaitMs: Scalars['Int']['output'];
  /** Ordered choice of models, each `provider` or `provider/model`; empty means the server's default. */
  readonly models: ReadonlyArray<Scalars['String']['output']>;
  /** Name; customers may see it. */
  readonly name: Scalars['String']['output'];
  /** What happens when a customer writes while the agent works. */
  readonly onBusy: OnBusy;
  /** Whether `startChat` may open threads without a key, and the chat page at `/chat/{id}` is there. */
  readonly public: Scalars['Boolean']['output'];
  /** The version that new threads are pinned to; null before the first publication, when threads follow the draft. */
  readonly publishedVersion: Maybe<AgentVersion>;
  /** Hours in which it sends no follow-ups; null when there are none. */
  readonly quietHours: Maybe<QuietHours>;
  /** Quiet time after a message before the turn starts, in milliseconds. */
  readonly quietMs: Scalars['Int']['output'];
  /** ISO 3166 region for phone numbers written without a country code. */
  readonly region: Scalars['String']['output'];
  /** Rules of the scripted provider. Null for viewers that may not read them, and when there are none. */
  readonly script: Maybe<Scalars['JSON']['output']>;
  /** IANA time zone, such as `Europe/Berlin`, in which it tells the time and keeps quiet hours; empty means UTC. */
  readonly timeZone: Scalars['String']['output'];
  /** When it last changed. */
  readonly updatedAt: Scalars['Time']['output'];
  /** What was published, newest first. Null for viewers that may not read it. */
  readonly versions: Maybe<AgentVersionConnection>;
};


/** An AI agent: instructions, models, limits and functions. */
export type AgentVersionsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of agents. */
export type AgentConnection = {
  readonly __typename?: 'AgentConnection';
  /** What is on the page. */
  readonly edges: Maybe<ReadonlyArray<Maybe<AgentEdge>>>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages; counted only when asked for. */
  readonly totalCount: Scalars['Int']['output'];
};

/** An agent in a page. */
export type AgentEdge = {
  readonly __typename?: 'AgentEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The object itself. */
  readonly node: Maybe<Agent>;
};

/** Order of agents. */
export type AgentOrder = {
  /** Which way. */
  readonly direction?: OrderDirection;
  /** What to order by. */
  readonly field: AgentOrderField;
};

/** What agents can be ordered by. */
export type AgentOrderField =
  /** By time of creation. */
  | 'CREATED_AT'
  /** By name. */
  | 'NAME'
  /** By time of the last change. */
  | 'UPDATED_AT';

/** An agent that was made or changed. */
export type AgentPayload = {
  readonly __typename?: 'AgentPayload';
  /** The agent. */
  readonly agent: Agent;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
};

/** An agent with its functions as it was published. It never changes. */
export type AgentVersion = Node & {
  readonly __typename?: 'AgentVersion';
  /** When it was published. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** What its publisher wrote about it. */
  readonly note: Scalars['String']['output'];
  /** From 1 within the agent. */
  readonly number: Scalars['Int']['output'];
  /** Name of the key that published it. */
  readonly publishedBy: Scalars['String']['output'];
  /**
   * Settings and functions, named as the fields of Agent and Function. Values of secret headers are no part of a version:
   * those that are stored now hold for all. Null for viewers that may not read them.
   */
  readonly settings: Maybe<Scalars['JSON']['output']>;
};

/** A page of versions. */
export type AgentVersionConnection = {
  readonly __typename?: 'AgentVersionConnection';
  /** What is on the page. */
  readonly edges: Maybe<ReadonlyArray<Maybe<AgentVersionEdge>>>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages; counted only when asked for. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A version in a page. */
export type AgentVersionEdge = {
  readonly __typename?: 'AgentVersionEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The object itself. */
  readonly node: Maybe<AgentVersion>;
};

/** The version that new threads are pinned to now. */
export type AgentVersionPayload = {
  readonly __typename?: 'AgentVersionPayload';
  /** The agent. */
  readonly agent: Agent;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The version. */
  readonly version: AgentVersion;
};

/** Filter of agents. */
export type AgentWhereInput = {
  /** All of these hold. */
  readonly and?: InputMaybe<ReadonlyArray<AgentWhereInput>>;
  /** Made at this moment or later. */
  readonly createdAtGTE?: InputMaybe<Scalars['Time']['input']>;
  /** Made before this moment. */
  readonly createdAtLT?: InputMaybe<Scalars['Time']['input']>;
  /** Its id. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** Any of these ids. */
  readonly idIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Its name. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** The name holds this text; case does not matter. */
  readonly nameContainsFold?: InputMaybe<Scalars['String']['input']>;
  /** This does not hold. */
  readonly not?: InputMaybe<AgentWhereInput>;
  /** Any of these holds. Of none, none does: an empty list matches nothing. */
  readonly or?: InputMaybe<ReadonlyArray<AgentWhereInput>>;
  /** Whether `startChat` may open threads without a key. */
  readonly public?: InputMaybe<Scalars['Boolean']['input']>;
};

/** The key after the change. */
export type ApiKeyPayload = {
  readonly __typename?: 'ApiKeyPayload';
  /** The key. */
  readonly apiKey: ApiKey;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
};

/** One POST of a delivery. */
export type Attempt = Node & {
  readonly __typename?: 'Attempt';
  /** Up to 4 KiB of the answer. */
  readonly answer: Scalars['String']['output'];
  /** Time to connect, in microseconds. */
  readonly connectUs: Scalars['Int']['output'];
  /** Time to resolve the name, in microseconds. */
  readonly dnsUs: Scalars['Int']['output'];
  /** What went wrong. */
  readonly error: Scalars['String']['output'];
  /** Time to the first byte of the answer, in microseconds. */
  readonly firstByteUs: Scalars['Int']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** From 1 within the delivery. */
  readonly number: Scalars['Int']['output'];
  /** What came of it. */
  readonly outcome: AttemptOutcome;
  /** Address that was connected to. */
  readonly remoteAddress: Scalars['String']['output'];
  /** When it began. */
  readonly startedAt: Scalars['Time']['output'];
  /** Status. */
  readonly status: Maybe<Scalars['Int']['output']>;
  /** Time for TLS, in microseconds. */
  readonly tlsUs: Scalars['Int']['output'];
  /** Time for everything, in microseconds. */
  readonly totalUs: Scalars['Int']['output'];
  /** Why it was made. */
  readonly trigger: AttemptTrigger;
};

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

/** What became of one row. */
export type AuditChange = {
  readonly __typename?: 'AuditChange';
  /** What it is since then; null if it is gone. */
  readonly after: Maybe<Scalars['JSON']['output']>;
  /** What it was: of a changed row the columns that changed; null if it is new. */
  readonly before: Maybe<Scalars['JSON']['output']>;
  /** Its id. */
  readonly id: Scalars['String']['output'];
  /** What it is a row of, such as `Agent` or `Secret`. */
  readonly type: Scalars['String']['output'];
};

/** Something that somebody administered. */
export type AuditEntry = Node & {
  readonly __typename?: 'AuditEntry';
  /** Name of the mutation, or of the command. */
  readonly action: Scalars['String']['output'];
  /**
   * What it changed, row by row. Secrets are not in it, and values of more than 4 KB are cut. Empty for what changed no settings, such
   * as a test or an erasure.
   */
  readonly changes: ReadonlyArray<AuditChange>;
  /** When it happened. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Id of the key that asked; empty for a command. */
  readonly keyId: Scalars['String']['output'];
  /** Display name of the key at that time; of a command its name. */
  readonly keyName: Scalars['String']['output'];
  /** Id of what it was done to; empty where there is no single one. */
  readonly objectId: Scalars['String']['output'];
  /** The `requestId` of the answer. */
  readonly requestId: Scalars['String']['output'];
  /** Role of the key; empty for a command. */
  readonly role: Scalars['String']['output'];
};

/** A page of the audit log. */
export type AuditEntryConnection = {
  readonly __typename?: 'AuditEntryConnection';
  /** What is on the page. */
  readonly edges: Maybe<ReadonlyArray<Maybe<AuditEntryEdge>>>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages; counted only when asked for. */
  readonly totalCount: Scalars['Int']['output'];
};

/** An entry in a page. */
export type AuditEntryEdge = {
  readonly __typename?: 'AuditEntryEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The object itself. */
  readonly node: Maybe<AuditEntry>;
};

/** Filter of the audit log. */
export type AuditEntryWhereInput = {
  /** This action. */
  readonly action?: InputMaybe<Scalars['String']['input']>;
  /** Any of these actions. */
  readonly actionIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** All of these hold. */
  readonly and?: InputMaybe<ReadonlyArray<AuditEntryWhereInput>>;
  /** Since then. */
  readonly createdAtGTE?: InputMaybe<Scalars['Time']['input']>;
  /** Before then. */
  readonly createdAtLT?: InputMaybe<Scalars['Time']['input']>;
  /** By this key. */
  readonly keyID?: InputMaybe<Scalars['String']['input']>;
  /** This does not hold. */
  readonly not?: InputMaybe<AuditEntryWhereInput>;
  /** Done to this. */
  readonly objectID?: InputMaybe<Scalars['String']['input']>;
  /** Any of these holds. Of none, none does: an empty list matches nothing. */
  readonly or?: InputMaybe<ReadonlyArray<AuditEntryWhereInput>>;
};

/** One invocation of a function. */
export type Call = Node & {
  readonly __typename?: 'Call';
  /** What the model filled in. */
  readonly arguments: Scalars['JSON']['output'];
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** When it ended. */
  readonly endedAt: Maybe<Scalars['Time']['output']>;
  /** What went wrong; empty if nothing did. */
  readonly error: Scalars['String']['output'];
  /** Status of the HTTP answer. */
  readonly httpStatus: Maybe<Scalars['Int']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Name of the function. */
  readonly name: Scalars['String']['output'];
  /** What the model was told. */
  readonly result: Maybe<Scalars['JSON']['output']>;
  /** When it was sent. */
  readonly sentAt: Maybe<Scalars['Time']['output']>;
  /** Where it stands. */
  readonly state: CallState;
  /** Whether the answer was cut for the model. */
  readonly truncated: Scalars['Boolean']['output'];
};

/** A call changed its state: `call.updated`, and beside it `call.awaiting_approval` or `call.failed`. The call is null for viewers that may not read it. */
export type CallChanged = ThreadEvent & {
  readonly __typename?: 'CallChanged';
  /** The call. */
  readonly call: Maybe<Call>;
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Gapless number within the thread. */
  readonly sequence: Scalars['Int']['output'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
};

/** Names a call. */
export type CallInput = {
  /** Id of the call. */
  readonly callId: Scalars['ID']['input'];
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

/** The call after the decision. */
export type CallPayload = {
  readonly __typename?: 'CallPayload';
  /** The call. */
  readonly call: Call;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
};

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

/** A reminder to cancel. */
export type CancelReminderInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the reminder. */
  readonly id: Scalars['ID']['input'];
  /** Why; at most 1,000 characters. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

/** A replay to end. */
export type CancelReplayInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the replay. */
  readonly id: Scalars['ID']['input'];
};

/** The answer of an HTTP function in a dry run. */
export type CannedAnswerInput = {
  /** The body. */
  readonly body?: InputMaybe<Scalars['JSON']['input']>;
  /** Name of the function. */
  readonly function: Scalars['String']['input'];
  /** HTTP status. */
  readonly status?: Scalars['Int']['input'];
};

/** How the chat page of an agent looks. Visitors see all of it. */
export type ChatSettings = {
  readonly __typename?: 'ChatSettings';
  /** Colour of buttons and of the visitor's messages, as `#1d4ed8`; empty means the page's own. */
  readonly accentColor: Scalars['String']['output'];
  /** What the page says first. It is no message: models do not read it. */
  readonly greeting: Scalars['String']['output'];
  /** What stands in the empty field for a message; empty means the page's own words. */
  readonly placeholder: Scalars['String']['output'];
  /** Head of the page; empty means the agent's name. */
  readonly title: Scalars['String']['output'];
};

/** How the chat page looks; what is left out is empty. */
export type ChatSettingsInput = {
  /** Colour of buttons and of the visitor's messages, as `#1d4ed8`. */
  readonly accentColor?: Scalars['String']['input'];
  /** What the page says first, at most 1,000 characters. */
  readonly greeting?: Scalars['String']['input'];
  /** What stands in the empty field for a message, at most 100 characters. */
  readonly placeholder?: Scalars['String']['input'];
  /** Head of the page, at most 100 characters; empty means the agent's name. */
  readonly title?: Scalars['String']['input'];
};

/** An amount of money. */
export type Cost = {
  readonly __typename?: 'Cost';
  /** How much, exactly: up to twelve digits behind the point. */
  readonly amount: Scalars['Decimal']['output'];
  /** Code of ISO 4217. */
  readonly currency: Scalars['String']['output'];
};

/** A new agent. */
export type CreateAgentInput = {
  /** Origins of sites that may show the chat page in a frame, at most 20; hold at once. */
  readonly allowedSites?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** JSON Schema of an object that each answer of the model is held to; at most 16 KiB, nested 32 deep. Null means free text. */
  readonly answerSchema?: InputMaybe<Scalars['JSON']['input']>;
  /** How the chat page looks, replaced whole; holds at once. */
  readonly chat?: InputMaybe<ChatSettingsInput>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Most tokens a day. */
  readonly dailyTokens?: InputMaybe<Scalars['Int']['input']>;
  /** What the customer reads when no model can answer. */
  readonly fallbackText?: InputMaybe<Scalars['String']['input']>;
  /** What it writes when the customer stays silent, one after the other; at most 5. */
  readonly followUps?: InputMaybe<ReadonlyArray<FollowUpInput>>;
  /** What the model is told to be and do; at most 100,000 characters. */
  readonly instructions?: InputMaybe<Scalars['String']['input']>;
  /** Most calls of one turn, 1 to 100; default 100. */
  readonly maxCalls?: InputMaybe<Scalars['Int']['input']>;
  /** Most steps of one turn, 2 to 100; default 30. */
  readonly maxSteps?: InputMaybe<Scalars['Int']['input']>;
  /** Longest time of one turn, 5 to 3,600 seconds; default 300. */
  readonly maxTurnSeconds?: InputMaybe<Scalars['Int']['input']>;
  /** Most tokens of one turn, at least 1,000; default 200,000. */
  readonly maxTurnTokens?: InputMaybe<Scalars['Int']['input']>;
  /** Longest wait while messages keep coming, 0 to 60,000 milliseconds; default 8,000. */
  readonly maxWaitMs?: InputMaybe<Scalars['Int']['input']>;
  /** Ordered choice of models, each `provider` or `provider/model`. */
  readonly models?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Its name. */
  readonly name: Scalars['String']['input'];
  /** What happens when a customer writes while the agent works; default FOLD. */
  readonly onBusy?: InputMaybe<OnBusy>;
  /** Whether `startChat` may open threads without a key; holds at once. */
  readonly public?: InputMaybe<Scalars['Boolean']['input']>;
  /** Hours in which it sends no follow-ups. The same `from` and `to` mean none. */
  readonly quietHours?: InputMaybe<QuietHoursInput>;
  /** Quiet time before a turn, 0 to 8,000 milliseconds; default 1,200. */
  readonly quietMs?: InputMaybe<Scalars['Int']['input']>;
  /** ISO 3166 region for phone numbers without a country code. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** Rules of the scripted provider. */
  readonly script?: InputMaybe<Scalars['JSON']['input']>;
  /** Whether to give it the built-in tag functions; default true. */
  readonly tagFunctions?: InputMaybe<Scalars['Boolean']['input']>;
  /** IANA time zone, such as `Europe/Berlin`; empty means UTC. */
  readonly timeZone?: InputMaybe<Scalars['String']['input']>;
};

/** A new key. */
export type CreateApiKeyInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** 1 to 200 characters. */
  readonly name: Scalars['String']['input'];
  /** Any role but THREAD. */
  readonly role: Role;
};

/** The key that was made. */
export type CreateApiKeyPayload = {
  readonly __typename?: 'CreateApiKeyPayload';
  /** The key. */
  readonly apiKey: ApiKey;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The key; null when the answer is a repetition. */
  readonly key: Maybe<Scalars['String']['output']>;
};

/** A new function. */
export type CreateFunctionInput = {
  /** Id of the agent. */
  readonly agentId: Scalars['ID']['input'];
  /** RFC 6901 pointer to the part of the answer the model sees. */
  readonly answerPointer?: InputMaybe<Scalars['String']['input']>;
  /** Template of the body; empty sends the arguments as JSON. */
  readonly body?: InputMaybe<Scalars['String']['input']>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** When and how to call it, for the model. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Whether the model is offered it; default true. */
  readonly enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** Headers of the request. */
  readonly headers?: InputMaybe<ReadonlyArray<FunctionHeaderInput>>;
  /** Whether a call may be sent again with the same Idempotency-Key; default true for GET, else false. */
  readonly idempotent?: InputMaybe<Scalars['Boolean']['input']>;
  /** What it is. */
  readonly kind: FunctionKind;
  /** GET, POST, PUT, PATCH or DELETE. */
  readonly method?: InputMaybe<Scalars['String']['input']>;
  /** Its name. */
  readonly name: Scalars['String']['input'];
  /** Whether an operator must approve each call; default false. */
  readonly needsApproval?: InputMaybe<Scalars['Boolean']['input']>;
  /** JSON Schema of an object: the arguments. */
  readonly parameters?: InputMaybe<Scalars['JSON']['input']>;
  /** Tag that a TAG function raises; default its name. */
  readonly tag?: InputMaybe<Scalars['String']['input']>;
  /** Longest time of one call, 1,000 to 60,000 milliseconds; default 10,000. */
  readonly timeoutMs?: InputMaybe<Scalars['Int']['input']>;
  /** Address. */
  readonly url?: InputMaybe<Scalars['String']['input']>;
};

/** A new integration. */
export type CreateIntegrationInput = {
  /** Only threads of these agents; empty means all. */
  readonly agentIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Whether requests carry an ed25519 signature (`v1a`) too; default false. */
  readonly asymmetric?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only threads of these channels; empty means all. */
  readonly channels?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Types or patterns such as `contact.*`; `*` is all. */
  readonly eventTypes: ReadonlyArray<Scalars['String']['input']>;
  /** Its name. */
  readonly name: Scalars['String']['input'];
  /** In which order events are sent. */
  readonly ordering?: InputMaybe<Ordering>;
  /** Most attempts a second, 1 to 1000; null means no limit. */
  readonly ratePerSecond?: InputMaybe<Scalars['Int']['input']>;
  /** Address. */
  readonly url: Scalars['String']['input'];
};

/** A new credential for a model provider. */
export type CreateModelProviderInput = {
  /** Where its API is, such as `https://openrouter.ai/api/v1`; by default the vendor's own. */
  readonly baseUrl?: InputMaybe<Scalars['String']['input']>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** The model for agents that name the provider alone. */
  readonly defaultModel?: InputMaybe<Scalars['String']['input']>;
  /** Whether it is used; default true. */
  readonly enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** The key. Needed, but for kind OPENAI with a `baseUrl`. */
  readonly key?: InputMaybe<Scalars['String']['input']>;
  /** What the provider speaks. */
  readonly kind: ModelProviderKind;
  /**
   * What stands before the slash in an agent's `models`: small letters, digits, `.`, `_` and `-`, at most 63. With the name of
   * a provider of the server it stands for that one in this workspace.
   */
  readonly name: Scalars['String']['input'];
};

/** A reminder to set. Give exactly one of `text` and `instruction`. */
export type CreateReminderInput = {
  /** Tags of which any one cancels it. */
  readonly cancelTags?: ReadonlyArray<Scalars['String']['input']>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** When, at most 366 days from now. */
  readonly dueAt: Scalars['Time']['input'];
  /** What the model is told, which then writes the message; at most 4,000 characters. */
  readonly instruction?: InputMaybe<Scalars['String']['input']>;
  /** What is sent as it is; at most 16,000 characters. */
  readonly text?: InputMaybe<Scalars['String']['input']>;
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['input'];
};

/** A new stream ticket. */
export type CreateStreamTicketInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

/** A new thread. */
export type CreateThreadInput = {
  /** Id of the agent. */
  readonly agentId: Scalars['ID']['input'];
  /** The app's own word for where the customer writes. */
  readonly channel?: InputMaybe<Scalars['String']['input']>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** The customer. */
  readonly customer?: InputMaybe<CustomerInput>;
  /** A customer by id, or else by `customer`. */
  readonly customerId?: InputMaybe<Scalars['ID']['input']>;
  /** The app's own id. */
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  /** The app's own facts. */
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  /** First message of the customer, if there is one already. */
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

/** The thread that was opened. */
export type CreateThreadPayload = {
  readonly __typename?: 'CreateThreadPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The first message, if one was given. */
  readonly message: Maybe<Message>;
  /** The thread. */
  readonly thread: Thread;
};

/** A new thread token. */
export type CreateThreadTokenInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** How long it is good for, 60 to 2,592,000 seconds (30 days); default one day. */
  readonly expiresInSeconds?: InputMaybe<Scalars['Int']['input']>;
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['input'];
};

/** A person an agent talks with. */
export type Customer = Node & {
  readonly __typename?: 'Customer';
  /** The contact as it was last given to the agent. */
  readonly contact: Maybe<Scalars['JSON']['output']>;
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** E-mail address. */
  readonly email: Scalars['String']['output'];
  /** The app's own id of the customer. */
  readonly externalId: Maybe<Scalars['String']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The app's own facts. */
  readonly metadata: Maybe<Scalars['JSON']['output']>;
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** In E.164 where it could be read as a number. */
  readonly phone: Scalars['String']['output'];
  /** When it last changed. */
  readonly updatedAt: Scalars['Time']['output'];
};

/** A page of customers. */
export type CustomerConnection = {
  readonly __typename?: 'CustomerConnection';
  /** What is on the page. */
  readonly edges: Maybe<ReadonlyArray<Maybe<CustomerEdge>>>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages; counted only when asked for. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A customer in a page. */
export type CustomerEdge = {
  readonly __typename?: 'CustomerEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The object itself. */
  readonly node: Maybe<Customer>;
};

/** The customer of a new thread. */
export type CustomerInput = {
  /** E-mail address. */
  readonly email?: InputMaybe<Scalars['String']['input']>;
  /** The app's own id; a customer known by it is taken up again and updated. */
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  /** The app's own facts. */
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  /** Its name. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Phone number. */
  readonly phone?: InputMaybe<Scalars['String']['input']>;
};

/** Order of customers. */
export type CustomerOrder = {
  /** Which way. */
  readonly direction?: OrderDirection;
  /** What to order by. */
  readonly field: CustomerOrderField;
};

/** What customers can be ordered by. */
export type CustomerOrderField =
  /** By time of creation. */
  | 'CREATED_AT'
  /** By name. */
  | 'NAME';

/** Filter of customers. */
export type CustomerWhereInput = {
  /** All of these hold. */
  readonly and?: InputMaybe<ReadonlyArray<CustomerWhereInput>>;
  /** Made at this moment or later. */
  readonly createdAtGTE?: InputMaybe<Scalars['Time']['input']>;
  /** Made before this moment. */
  readonly createdAtLT?: InputMaybe<Scalars['Time']['input']>;
  /** E-mail address. */
  readonly email?: InputMaybe<Scalars['String']['input']>;
  /** The app's own id. */
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  /** Any of these. */
  readonly externalIdIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Its id. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** Any of these ids. */
  readonly idIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** The name holds this text; case does not matter. */
  readonly nameContainsFold?: InputMaybe<Scalars['String']['input']>;
  /** This does not hold. */
  readonly not?: InputMaybe<CustomerWhereInput>;
  /** Any of these holds. Of none, none does: an empty list matches nothing. */
  readonly or?: InputMaybe<ReadonlyArray<CustomerWhereInput>>;
  /** Phone number. */
  readonly phone?: InputMaybe<Scalars['String']['input']>;
};

/** Names what to delete or revoke. */
export type DeleteInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Its id. */
  readonly id: Scalars['ID']['input'];
};

/** What was deleted. */
export type DeletePayload = {
  readonly __typename?: 'DeletePayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** Id of what is gone. */
  readonly id: Scalars['ID']['output'];
};

/** One event on its way to one integration. */
export type Delivery = Node & {
  readonly __typename?: 'Delivery';
  /** Every attempt, oldest first. */
  readonly attemptLog: ReadonlyArray<Attempt>;
  /** How many times it was sent. */
  readonly attempts: Scalars['Int']['output'];
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** The event. */
  readonly event: Event;
  /** Type of the event. */
  readonly eventType: Scalars['String']['output'];
  /** When nothing more was to be done. */
  readonly finishedAt: Maybe<Scalars['Time']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The integration. */
  readonly integration: Integration;
  /** Which lane it goes by. */
  readonly lane: DeliveryLane;
  /** When it will be sent next, while it is pending. */
  readonly nextAt: Maybe<Scalars['Time']['output']>;
  /** Whether it goes outside of the order, because it was sent again after it had ended or while it was held. */
  readonly outside: Scalars['Boolean']['output'];
  /** Gapless number within the thread. */
  readonly sequence: Maybe<Scalars['Int']['output']>;
  /** Where it stands. */
  readonly state: DeliveryState;
  /** Whether it failed so often that later events of the thread no longer wait for it. */
  readonly steppedAside: Scalars['Boolean']['output'];
  /** The thread it belongs to. */
  readonly threadId: Maybe<Scalars['ID']['output']>;
  /** How many of them count against its tries; sending it again begins anew. */
  readonly tries: Scalars['Int']['output'];
};

/** What an integration has not got yet. Each number counts up to 10,000. */
export type DeliveryBacklog = {
  readonly __typename?: 'DeliveryBacklog';
  /** Is held, because the integration is disabled or was. */
  readonly held: Scalars['Int']['output'];
  /** Whether one of the numbers is larger than it says. */
  readonly more: Scalars['Boolean']['output'];
  /** Since when the oldest delivery that waits is due; null when nothing is due. */
  readonly oldestDueAt: Maybe<Scalars['Time']['output']>;
  /** Waits to be sent, now or later. */
  readonly pending: Scalars['Int']['output'];
  /** Is being sent. */
  readonly running: Scalars['Int']['output'];
};

/** A page of deliveries. */
export type DeliveryConnection = {
  readonly __typename?: 'DeliveryConnection';
  /** What is on the page. */
  readonly edges: Maybe<ReadonlyArray<Maybe<DeliveryEdge>>>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages; counted only when asked for. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A delivery in a page. */
export type DeliveryEdge = {
  readonly __typename?: 'DeliveryEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The object itself. */
  readonly node: Maybe<Delivery>;
};

/** An attempt to deliver an event, with what came of it. */
export type DeliveryEvent = {
  readonly __typename?: 'DeliveryEvent';
  /** The attempt. */
  readonly attempt: Attempt;
  /** Place in the stream, for `after`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The delivery, as it is now. */
  readonly delivery: Delivery;
  /** Where the attempt left the delivery. */
  readonly state: DeliveryState;
};

/** What a delivery waits for besides its order. */
export type DeliveryLane =
  /** Nothing. */
  | 'LIVE'
  /** What is new: it is part of a replay. */
  | 'REPLAY';

/** Order of deliveries. */
export type DeliveryOrder = {
  /** Which way. */
  readonly direction?: OrderDirection;
  /** What to order by. */
  readonly field: DeliveryOrderField;
};

/** What deliveries can be ordered by. */
export type DeliveryOrderField =
  /** By time of creation. */
  | 'CREATED_AT';

/** The delivery, pending again. */
export type DeliveryPayload = {
  readonly __typename?: 'DeliveryPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The delivery. */
  readonly delivery: Delivery;
};

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

/** The attempts of an integration in one step of time. */
export type DeliveryStats = {
  readonly __typename?: 'DeliveryStats';
  /** How many attempts there were. */
  readonly attempts: Scalars['Int']['output'];
  /** Mean time of an attempt, in microseconds. */
  readonly meanUs: Scalars['Int']['output'];
  /** Beginning of the step. */
  readonly since: Scalars['Time']['output'];
  /** Longest time of an attempt, in microseconds. */
  readonly slowestUs: Scalars['Int']['output'];
  /** How many of them succeeded. */
  readonly succeeded: Scalars['Int']['output'];
  /** Share of attempts that succeeded, from 0 to 1; null without attempts. */
  readonly successRate: Maybe<Scalars['Float']['output']>;
};

/** Filter of deliveries. */
export type DeliveryWhereInput = {
  /** All of these hold. */
  readonly and?: InputMaybe<ReadonlyArray<DeliveryWhereInput>>;
  /** Made at this moment or later. */
  readonly createdAtGTE?: InputMaybe<Scalars['Time']['input']>;
  /** Made before this moment. */
  readonly createdAtLT?: InputMaybe<Scalars['Time']['input']>;
  /** Of this event. */
  readonly eventID?: InputMaybe<Scalars['ID']['input']>;
  /** Type of the event. */
  readonly eventType?: InputMaybe<Scalars['String']['input']>;
  /** Any of these types. */
  readonly eventTypeIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Its id. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** Any of these ids. */
  readonly idIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** To this integration. */
  readonly integrationID?: InputMaybe<Scalars['ID']['input']>;
  /** This does not hold. */
  readonly not?: InputMaybe<DeliveryWhereInput>;
  /** Any of these holds. Of none, none does: an empty list matches nothing. */
  readonly or?: InputMaybe<ReadonlyArray<DeliveryWhereInput>>;
  /** Where it stands. */
  readonly state?: InputMaybe<DeliveryState>;
  /** Any of these. */
  readonly stateIn?: InputMaybe<ReadonlyArray<DeliveryState>>;
  /** Of this thread. */
  readonly threadID?: InputMaybe<Scalars['ID']['input']>;
};

/** Anything else: what a webhook of this type carries. */
export type DialogueEvent = ThreadEvent & {
  readonly __typename?: 'DialogueEvent';
  /** Contact of `contact.received`. */
  readonly contact: Maybe<Scalars['JSON']['output']>;
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Gapless number within the thread. */
  readonly sequence: Scalars['Int']['output'];
  /** Text of `operator.message`. */
  readonly text: Maybe<Scalars['String']['output']>;
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
};

/** A file to be fetched. */
export type Download = {
  readonly __typename?: 'Download';
  /** Its media type. */
  readonly contentType: Scalars['String']['output'];
  /** When the link ends. */
  readonly expiresAt: Scalars['Time']['output'];
  /** A name for it. */
  readonly fileName: Scalars['String']['output'];
  /** Where it is, below this server's address. Good for five minutes, for whoever has it; GET it without a key. */
  readonly url: Scalars['String']['output'];
};

/** How long something took, in milliseconds, rounded down by at most 5 %. Null if it did not happen. */
export type Durations = {
  readonly __typename?: 'Durations';
  /** How often it happened. */
  readonly count: Scalars['Int']['output'];
  /** Half took no longer. */
  readonly p50Ms: Maybe<Scalars['Int']['output']>;
  /** Nine of ten took no longer. */
  readonly p90Ms: Maybe<Scalars['Int']['output']>;
};

/** All sessions of the key that asks, to end. */
export type EndSessionsInput = {
  /** The client's own id of this mutation, which the answer repeats. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

/** What was ended. */
export type EndSessionsPayload = {
  readonly __typename?: 'EndSessionsPayload';
  /** The client's own id of this mutation, which the answer repeats. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** How many sessions there were. */
  readonly ended: Scalars['Int']['output'];
};

/** Names a customer to be erased. */
export type EraseCustomerInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** The customer. */
  readonly customerId: Scalars['ID']['input'];
};

/** What was erased. */
export type ErasePayload = {
  readonly __typename?: 'ErasePayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /**
   * Whether nothing is left. A mutation erases for ten seconds at most; the rest, which nobody sees any more, goes in the
   * background, also after a restart. Asked again meanwhile it goes on, and counts anew.
   */
  readonly done: Scalars['Boolean']['output'];
  /** How much this mutation has erased. */
  readonly erased: Erased;
  /** Id of the thread or customer that is gone. */
  readonly id: Scalars['ID']['output'];
};

/** How much was erased, by what it was. */
export type Erased = {
  readonly __typename?: 'Erased';
  /** Attempts of those deliveries. */
  readonly attempts: Scalars['Int']['output'];
  /** Calls of functions. */
  readonly calls: Scalars['Int']['output'];
  /** Customers. */
  readonly customers: Scalars['Int']['output'];
  /** Webhook deliveries, whatever their state. */
  readonly deliveries: Scalars['Int']['output'];
  /** Events of the log. */
  readonly events: Scalars['Int']['output'];
  /** Messages. */
  readonly messages: Scalars['Int']['output'];
  /** Notes of operators. */
  readonly notes: Scalars['Int']['output'];
  /** Reminders. */
  readonly reminders: Scalars['Int']['output'];
  /** Tags that were on. */
  readonly tags: Scalars['Int']['output'];
  /** Threads. */
  readonly threads: Scalars['Int']['output'];
  /** Turns of the agent. */
  readonly turns: Scalars['Int']['output'];
};

/** A row of the log, as webhooks carry it. */
export type Event = Node & {
  readonly __typename?: 'Event';
  /** The webhook's body. */
  readonly body: Scalars['JSON']['output'];
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Gapless within the thread; null without one. */
  readonly sequence: Maybe<Scalars['Int']['output']>;
  /** Null for events that belong to no thread. */
  readonly threadId: Maybe<Scalars['ID']['output']>;
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
};

/** A page of events. */
export type EventConnection = {
  readonly __typename?: 'EventConnection';
  /** What is on the page. */
  readonly edges: ReadonlyArray<EventEdge>;
  /** Where the page stands. */
  readonly pageInfo: EventPageInfo;
};

/** An event in a page. */
export type EventEdge = {
  readonly __typename?: 'EventEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The object itself. */
  readonly node: Event;
};

/** Where a page of events stands. There is always an end: ask again with it for what comes later. */
export type EventPageInfo = {
  readonly __typename?: 'EventPageInfo';
  /** Ask again with it. */
  readonly endCursor: Scalars['Cursor']['output'];
  /** Whether more is there already. */
  readonly hasNextPage: Scalars['Boolean']['output'];
};

/** A type of events that webhooks carry. */
export type EventType = {
  readonly __typename?: 'EventType';
  /** When it is sent. */
  readonly description: Scalars['String']['output'];
  /** A body, as `testIntegration` sends it. */
  readonly example: Scalars['JSON']['output'];
  /** JSON Schema (2020-12) of the webhooks' bodies. Fields may be added to it. */
  readonly schema: Scalars['JSON']['output'];
  /** Path on this server at which everybody can read the schema. */
  readonly schemaPath: Scalars['String']['output'];
  /** Its name, such as `message.created`. */
  readonly type: Scalars['String']['output'];
};

/** A message that the agent sends when the customer stays silent. */
export type FollowUp = {
  readonly __typename?: 'FollowUp';
  /** Minutes since the agent's last message. */
  readonly afterMinutes: Scalars['Int']['output'];
  /** Tags of which any one cancels it. */
  readonly cancelTags: ReadonlyArray<Scalars['String']['output']>;
  /** What the model is told, which then writes the message; null when `text` is sent. */
  readonly instruction: Maybe<Scalars['String']['output']>;
  /** What is sent as it is; null when the model writes it. */
  readonly text: Maybe<Scalars['String']['output']>;
};

/** A message that the agent sends when the customer stays silent. Give exactly one of `text` and `instruction`. */
export type FollowUpInput = {
  /** Minutes since the agent's last message, 1 to 43,200 (30 days). */
  readonly afterMinutes: Scalars['Int']['input'];
  /** Tags of which any one cancels it. */
  readonly cancelTags?: ReadonlyArray<Scalars['String']['input']>;
  /** What the model is told, which then writes the message. */
  readonly instruction?: InputMaybe<Scalars['String']['input']>;
  /** What is sent as it is. */
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

/** What a model may call. */
export type Function = Node & {
  readonly __typename?: 'Function';
  /** The agent it belongs to. */
  readonly agent: Agent;
  /** RFC 6901 pointer to the part of the answer the model sees; empty means all. */
  readonly answerPointer: Scalars['String']['output'];
  /** Template of the body; empty sends the arguments as JSON. */
  readonly body: Scalars['String']['output'];
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** When and how to call it, for the model. */
  readonly description: Scalars['String']['output'];
  /** Whether the model is offered it. */
  readonly enabled: Scalars['Boolean']['output'];
  /** Headers. Values of secret ones are never returned. */
  readonly headers: ReadonlyArray<FunctionHeader>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Whether a call may be sent again with the same Idempotency-Key. */
  readonly idempotent: Scalars['Boolean']['output'];
  /** What it is. */
  readonly kind: FunctionKind;
  /** HTTP method; empty for tag functions. */
  readonly method: Scalars['String']['output'];
  /** Name the model calls it by. */
  readonly name: Scalars['String']['output'];
  /** Whether an operator must approve each call. */
  readonly needsApproval: Scalars['Boolean']['output'];
  /** JSON Schema of the arguments. */
  readonly parameters: Maybe<Scalars['JSON']['output']>;
  /** Tag that it raises; empty for HTTP functions. */
  readonly tag: Scalars['String']['output'];
  /** Longest time of one call, in milliseconds. */
  readonly timeoutMs: Scalars['Int']['output'];
  /** When it last changed. */
  readonly updatedAt: Scalars['Time']['output'];
  /** Address; `{name}` stands for a parameter. */
  readonly url: Scalars['String']['output'];
};

/** A header of an HTTP function. */
export type FunctionHeader = {
  readonly __typename?: 'FunctionHeader';
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** Whether the value is secret. */
  readonly secret: Scalars['Boolean']['output'];
  /** Null when it is secret. */
  readonly value: Maybe<Scalars['String']['output']>;
};

/** A header of an HTTP function. */
export type FunctionHeaderInput = {
  /** Its name. */
  readonly name: Scalars['String']['input'];
  /** Whether the value is to be encrypted and never returned. */
  readonly secret?: Scalars['Boolean']['input'];
  /** The value. */
  readonly value: Scalars['String']['input'];
};

/** What a function is. */
export type FunctionKind =
  /** Sends an HTTP request to an integrator. */
  | 'HTTP'
  /** Raises a tag. */
  | 'TAG';

/** A function that was made or changed. */
export type FunctionPayload = {
  readonly __typename?: 'FunctionPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The function. */
  readonly function: Function;
};

/** A webhook endpoint. */
export type Integration = Node & {
  readonly __typename?: 'Integration';
  /** Only threads of these agents; empty means all. */
  readonly agentIds: ReadonlyArray<Scalars['ID']['output']>;
  /** Whether requests carry an ed25519 signature (`v1a`) beside the one made with the secret (`v1`). */
  readonly asymmetric: Scalars['Boolean']['output'];
  /** What it has not got yet. */
  readonly backlog: DeliveryBacklog;
  /** Only threads of these channels; empty means all. */
  readonly channels: ReadonlyArray<Scalars['String']['output']>;
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its deliveries, newest first. */
  readonly deliveries: DeliveryConnection;
  /** When it was disabled. */
  readonly disabledAt: Maybe<Scalars['Time']['output']>;
  /** Why it is disabled. */
  readonly disabledReason: Scalars['String']['output'];
  /** Types or patterns such as `contact.*`; `*` is all. */
  readonly eventTypes: ReadonlyArray<Scalars['String']['output']>;
  /** How its endpoint is doing. */
  readonly health: IntegrationHealth;
  /** What becomes of what it holds, once it is enabled. */
  readonly holding: IntegrationHolding;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** In which order events are sent. */
  readonly ordering: Ordering;
  /** Version of the bodies it gets. */
  readonly payloadVersion: Scalars['Int']['output'];
  /** Keys that verify its `v1a` signatures, `whpk_…`: the newest first, then those whose overlap has not ended. They are no secret. */
  readonly publicKeys: ReadonlyArray<Scalars['String']['output']>;
  /** Most attempts a second, 1 to 1000; null means no limit. */
  readonly ratePerSecond: Maybe<Scalars['Int']['output']>;
  /** Its replays, newest first, at most 50. */
  readonly replays: ReadonlyArray<Replay>;
  /** Where it stands. */
  readonly state: IntegrationState;
  /**
   * How attempts went over time, in whole buckets of UTC from that of `since` to that of `until`, empty ones too: the last 24 hours
   * by default, at most 750 buckets. Attempts are kept as long as deliveries are.
   */
  readonly stats: ReadonlyArray<DeliveryStats>;
  /** When it last changed. */
  readonly updatedAt: Scalars['Time']['output'];
  /** Address. */
  readonly url: Scalars['String']['output'];
};


/** A webhook endpoint. */
export type IntegrationDeliveriesArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  where?: InputMaybe<DeliveryWhereInput>;
};


/** A webhook endpoint. */
export type IntegrationStatsArgs = {
  bucket?: StatsBucket;
  since?: InputMaybe<Scalars['Time']['input']>;
  until?: InputMaybe<Scalars['Time']['input']>;
};

/** A page of integrations. */
export type IntegrationConnection = {
  readonly __typename?: 'IntegrationConnection';
  /** What is on the page. */
  readonly edges: Maybe<ReadonlyArray<Maybe<IntegrationEdge>>>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages; counted only when asked for. */
  readonly totalCount: Scalars['Int']['output'];
};

/** An integration in a page. */
export type IntegrationEdge = {
  readonly __typename?: 'IntegrationEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The object itself. */
  readonly node: Maybe<Integration>;
};

/** How the endpoint of an integration is doing. */
export type IntegrationHealth = {
  readonly __typename?: 'IntegrationHealth';
  /** Nothing is sent before, because it failed too often. */
  readonly breakerUntil: Maybe<Scalars['Time']['output']>;
  /** How many attempts failed since the last success. */
  readonly consecutiveFailures: Scalars['Int']['output'];
  /** When the first of them failed. */
  readonly firstFailureAt: Maybe<Scalars['Time']['output']>;
  /** How many held deliveries were given up, because there were too many or they were too old. */
  readonly heldDropped: Scalars['Int']['output'];
  /** When an attempt last failed. */
  readonly lastFailureAt: Maybe<Scalars['Time']['output']>;
  /** When an attempt last succeeded. */
  readonly lastSuccessAt: Maybe<Scalars['Time']['output']>;
  /** When one delivery will be tried, after it failed too often; in the past when the next one due is that one. */
  readonly nextProbeAt: Maybe<Scalars['Time']['output']>;
  /** How many notices were given of the present failures: after 1, 24 and 72 hours. */
  readonly notices: Scalars['Int']['output'];
  /** Nothing is sent before: it asked so with Retry-After, or its address or secret could not be used. */
  readonly pausedUntil: Maybe<Scalars['Time']['output']>;
  /** All in one word. */
  readonly status: IntegrationStatus;
};

/** What becomes of the held deliveries of an enabled integration. */
export type IntegrationHolding =
  /** For FIFO: new events are held too, so that they do not go before older ones that wait for their release. */
  | 'KEPT'
  /** New events are sent. What is held waits for its release. */
  | 'NONE'
  /** What is held is being released. */
  | 'RELEASING';

/** Order of integrations. */
export type IntegrationOrder = {
  /** Which way. */
  readonly direction?: OrderDirection;
  /** What to order by. */
  readonly field: IntegrationOrderField;
};

/** What integrations can be ordered by. */
export type IntegrationOrderField =
  /** By time of creation. */
  | 'CREATED_AT'
  /** By name. */
  | 'NAME';

/** An integration that was made or changed. */
export type IntegrationPayload = {
  readonly __typename?: 'IntegrationPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The integration. */
  readonly integration: Integration;
  /** The new secret, `whsec_…`; null when none was made, and when the answer is a repetition. */
  readonly secret: Maybe<Scalars['String']['output']>;
};

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

/** Filter of integrations. */
export type IntegrationWhereInput = {
  /** All of these hold. */
  readonly and?: InputMaybe<ReadonlyArray<IntegrationWhereInput>>;
  /** Its id. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** Any of these ids. */
  readonly idIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** The name holds this text; case does not matter. */
  readonly nameContainsFold?: InputMaybe<Scalars['String']['input']>;
  /** This does not hold. */
  readonly not?: InputMaybe<IntegrationWhereInput>;
  /** Any of these holds. Of none, none does: an empty list matches nothing. */
  readonly or?: InputMaybe<ReadonlyArray<IntegrationWhereInput>>;
  /** Where it stands. */
  readonly state?: InputMaybe<IntegrationState>;
  /** The address holds this text; case does not matter. */
  readonly urlContainsFold?: InputMaybe<Scalars['String']['input']>;
};

/** What an operator has read. */
export type MarkReadInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the last message that was read; by default the newest. */
  readonly messageId?: InputMaybe<Scalars['ID']['input']>;
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['input'];
};

/** One text of a thread. It never changes. */
export type Message = Node & {
  readonly __typename?: 'Message';
  /** Who wrote it. */
  readonly author: MessageAuthor;
  /** Display name of the operator; empty for others. */
  readonly authorName: Scalars['String']['output'];
  /** The client's own id of the message, if one was given. */
  readonly clientMessageId: Maybe<Scalars['String']['output']>;
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /**
   * The text as JSON, where it is an object that the agent's model wrote: the answer of an agent with an `answerSchema`, which it
   * fits. Null for all other messages, such as the fallback text, the words of a hand-over, and those of people.
   */
  readonly data: Maybe<Scalars['JSON']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Tokens the model read for it. */
  readonly inputTokens: Scalars['Int']['output'];
  /** Provider and model that wrote it; empty unless the agent did. */
  readonly model: Scalars['String']['output'];
  /** Tokens the model wrote for it. */
  readonly outputTokens: Scalars['Int']['output'];
  /** Place in the thread's events; messages are ordered by it. */
  readonly sequence: Scalars['Int']['output'];
  /** The text. */
  readonly text: Scalars['String']['output'];
  /** The thread. */
  readonly thread: Thread;
};

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

/** A page of messages. */
export type MessageConnection = {
  readonly __typename?: 'MessageConnection';
  /** What is on the page. */
  readonly edges: Maybe<ReadonlyArray<Maybe<MessageEdge>>>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages; counted only when asked for. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A message was stored. */
export type MessageCreated = ThreadEvent & {
  readonly __typename?: 'MessageCreated';
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The message. */
  readonly message: Message;
  /** Gapless number within the thread. */
  readonly sequence: Scalars['Int']['output'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
};

/**
 * `message.delta`: a piece of a message that the agent is still writing. It is sent only to documents that ask for one of its
 * own fields. The pieces of a message come in order and join without a gap, from its beginning on, also for those who come
 * in the middle. `message.created` with the same id replaces them; a last piece with `dropped` takes them back.
 */
export type MessageDelta = ThreadEvent & {
  readonly __typename?: 'MessageDelta';
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** That of the last event before it: whoever resumes there misses nothing. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Whether the message will never come: the model failed, or the turn was stopped or taken over. Forget its pieces. */
  readonly dropped: Scalars['Boolean']['output'];
  /** Of the message and the offset; nothing can be read by it. */
  readonly id: Scalars['ID']['output'];
  /** Id that the message will have. */
  readonly messageId: Scalars['ID']['output'];
  /** Where `text` begins in the message, in Unicode code points. */
  readonly offset: Scalars['Int']['output'];
  /** That of the last event before it: a delta is no event of the log. */
  readonly sequence: Scalars['Int']['output'];
  /** The piece. */
  readonly text: Scalars['String']['output'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** Id of the turn that writes it. */
  readonly turnId: Scalars['ID']['output'];
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
};

/** A message in a page. */
export type MessageEdge = {
  readonly __typename?: 'MessageEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The object itself. */
  readonly node: Maybe<Message>;
};

/** The message that was stored. */
export type MessagePayload = {
  readonly __typename?: 'MessagePayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The message. */
  readonly message: Message;
};

/** A model that agents can choose. */
export type Model = {
  readonly __typename?: 'Model';
  /** Whether agents without a choice use it. */
  readonly default: Scalars['Boolean']['output'];
  /** What to know about it. */
  readonly description: Scalars['String']['output'];
  /** The vendor's name of it for people; null if it tells none. */
  readonly displayName: Maybe<Scalars['String']['output']>;
  /** Most tokens that it reads; null if unknown. */
  readonly inputTokens: Maybe<Scalars['Int']['output']>;
  /** As agents name it: `provider/model`, or `provider` alone for the one that the provider takes by itself. */
  readonly name: Scalars['String']['output'];
  /** Most tokens that it writes at once; null if unknown. */
  readonly outputTokens: Maybe<Scalars['Int']['output']>;
  /** What it costs now; null if it has no price. */
  readonly price: Maybe<ModelPrice>;
  /** Name of the provider. */
  readonly provider: Scalars['String']['output'];
  /** The model that the vendor names in its place, without the provider; null if none. */
  readonly replacement: Maybe<Scalars['String']['output']>;
  /** When the vendor switches it off; null if it says nothing of that. */
  readonly retiresAt: Maybe<Scalars['Time']['output']>;
  /** Whether it is known to think before it answers. */
  readonly thinking: Scalars['Boolean']['output'];
};

/** What a million tokens of a model cost from a moment on. */
export type ModelPrice = Node & {
  readonly __typename?: 'ModelPrice';
  /** For a million of those that the provider had cached; null means as `input`. */
  readonly cachedInput: Maybe<Scalars['Decimal']['output']>;
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Code of ISO 4217; the same for all prices of the workspace. */
  readonly currency: Scalars['String']['output'];
  /** It holds for the steps that were stored then or later; null means all. */
  readonly from: Maybe<Scalars['Time']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** For a million tokens that it reads. */
  readonly input: Scalars['Decimal']['output'];
  /** `provider/model` as `usage` names it, or the beginning of such names with a `*` behind it. */
  readonly model: Scalars['String']['output'];
  /** For a million tokens that it writes, thoughts among them. */
  readonly output: Scalars['Decimal']['output'];
  /** When it last changed. */
  readonly updatedAt: Scalars['Time']['output'];
};

/** The price. */
export type ModelPricePayload = {
  readonly __typename?: 'ModelPricePayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The price. */
  readonly price: ModelPrice;
};

/** Where models come from. */
export type ModelProvider = {
  readonly __typename?: 'ModelProvider';
  /** The workspace's credential; null for a provider of the server. */
  readonly credential: Maybe<ProviderCredential>;
  /** Why it is UNREACHABLE; null otherwise. */
  readonly error: Maybe<Scalars['String']['output']>;
  /** Its models, as in the query `models`; none when its credential is disabled. */
  readonly models: ReadonlyArray<Model>;
  /** What stands before the slash in an agent's `models`. */
  readonly name: Scalars['String']['output'];
  /** What is known of its models. */
  readonly state: ModelProviderState;
};

/** What a model provider speaks. */
export type ModelProviderKind =
  /** The Gemini API. */
  | 'GEMINI'
  /** The Gemini API by the older library. */
  | 'GEMINI_LEGACY'
  /** OpenAI's chat completions, as OpenAI, OpenRouter, Mistral, Ollama, vLLM and many others have them. */
  | 'OPENAI';

/** The credential. */
export type ModelProviderPayload = {
  readonly __typename?: 'ModelProviderPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The credential. */
  readonly credential: ProviderCredential;
};

/** What is known of the models of a provider. */
export type ModelProviderState =
  /** Its credential is disabled, and it was not asked. */
  | 'DISABLED'
  /** It told which models it has. */
  | 'LISTED'
  /** It has no list. Agents may name its models all the same. */
  | 'UNLISTED'
  /** It did not tell; `error` says why. */
  | 'UNREACHABLE';

/** A thread to move. */
export type MoveThreadInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['input'];
  /** Number of the version; default the one that new threads get. */
  readonly version?: InputMaybe<Scalars['Int']['input']>;
};

/** What can be changed. */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Leaves a note that only operators see. */
  readonly addNote: NotePayload;
  /** Puts a tag on a thread. Events fire only if it was absent. `scheduler` is set by `createReminder` only. */
  readonly addTag: ThreadPayload;
  /** Lets a call that waits for approval be sent. */
  readonly approveCall: CallPayload;
  /** Cancels a reminder that is pending. */
  readonly cancelReminder: ReminderPayload;
  /** Ends a replay. What was not sent yet is not sent. */
  readonly cancelReplay: ReplayPayload;
  /** Closes a thread: the agent is silent; a person may go on. */
  readonly closeThread: ThreadPayload;
  /** Makes an agent, with the built-in tag functions unless `tagFunctions` is false. */
  readonly createAgent: AgentPayload;
  /** Makes a key. The key itself is in the answer, and never shown again. */
  readonly createApiKey: CreateApiKeyPayload;
  /** Gives an agent a function. As all changes of functions it is one of the draft; see `updateAgent`. */
  readonly createFunction: FunctionPayload;
  /** Registers a webhook endpoint. Its secret is in the answer, and never shown again. */
  readonly createIntegration: IntegrationPayload;
  /** Stores a credential for models of the workspace's own. Its key is encrypted, and never shown. */
  readonly createModelProvider: ModelProviderPayload;
  /** Has the agent write to the customer later. */
  readonly createReminder: ReminderPayload;
  /**
   * Makes a ticket that opens one stream of server-sent events by GET, for `EventSource`, which cannot send a key. The stream is
   * that of whoever made the ticket.
   */
  readonly createStreamTicket: StreamTicketPayload;
  /** Opens a thread with a customer. A customer with a known `externalId` is taken up again. */
  readonly createThread: CreateThreadPayload;
  /** Makes a token that sees and writes one thread only, for use in a customer's browser. */
  readonly createThreadToken: ThreadTokenPayload;
  /** Deletes an agent. Its threads stay readable; messages to them are stored and start no turn. */
  readonly deleteAgent: DeletePayload;
  /** Takes a function away. Calls that were made stay readable. */
  readonly deleteFunction: DeletePayload;
  /** Deletes an integration. Deliveries that were not made are cancelled. */
  readonly deleteIntegration: DeletePayload;
  /**
   * Deletes a credential with its key. Agents that name it go on with their next model, or with the server's provider of the
   * same name; the turns of those that have neither end as FAILED.
   */
  readonly deleteModelProvider: DeletePayload;
  /** Ends all sessions of the key that asks, wherever they are, the present one too. */
  readonly endSessions: EndSessionsPayload;
  /** Erases a customer with all threads, as `eraseThread` does. It cannot be undone. */
  readonly eraseCustomer: ErasePayload;
  /**
   * Erases a thread with everything in it: messages, notes, tags, calls, events, webhooks that were sent or wait, and what the
   * customer has of its contact. Nobody reads or writes it from then on, and streams of it end with `NOT_FOUND`. What its models
   * used stays in `usage`, without the thread. It cannot be undone.
   */
  readonly eraseThread: ErasePayload;
  /** Gives the talk back to the agent, which is told what was said meanwhile. */
  readonly handBack: ThreadPayload;
  /**
   * Notes that the operator who asks has read a thread, up to a message or up to its end, for `Thread.unreadCount`. It never goes
   * back.
   */
  readonly markRead: ThreadPayload;
  /** Moves a thread to a version of its agent; by default to the one that new threads get. */
  readonly moveThread: ThreadPayload;
  /**
   * Keeps the draft with its functions as the next version. New threads are pinned to it. Threads that are under way stay
   * on the version they began with, unless `moveThreads` takes all of them along.
   */
  readonly publishAgent: AgentVersionPayload;
  /** Refuses a call that waits for approval. The model is told. */
  readonly refuseCall: CallPayload;
  /** Makes all held deliveries of an enabled integration due, in their order; many in the background. */
  readonly releaseHeldDeliveries: ReleaseHeldDeliveriesPayload;
  /** Removes a price. */
  readonly removeModelPrice: DeletePayload;
  /** Takes a tag off a thread. Without `scheduler` the reminders that were scheduled are cancelled. */
  readonly removeTag: ThreadPayload;
  /**
   * Makes a new token for the thread of the token that asks, good for as long as that was. Only tokens of `startChat` can be renewed,
   * and only until 30 days after the first one was made.
   */
  readonly renewThreadToken: ThreadTokenPayload;
  /** Opens a closed thread again. */
  readonly reopenThread: ThreadPayload;
  /**
   * Begins a run that sends past deliveries of an integration once more: those made in a range of time, by type and by how they
   * ended. Each keeps its `webhook-id` and its body. They come outside of the order, and more slowly than new ones.
   */
  readonly replayDeliveries: ReplayPayload;
  /** Sends a delivery again, with the same webhook id and a fresh schedule. */
  readonly resendDelivery: DeliveryPayload;
  /** Revokes a key. Connections that use it end. */
  readonly revokeApiKey: ApiKeyPayload;
  /** Publishes an earlier version again: new threads are pinned to it. */
  readonly rollbackAgent: AgentVersionPayload;
  /** Makes a new secret, and a new ed25519 key if there is one; the old ones sign beside them until the overlap ends. */
  readonly rotateIntegrationSecret: IntegrationPayload;
  /** Stores what the customer said. The agent answers after its quiet time. */
  readonly sendMessage: MessagePayload;
  /** Writes to the customer as the operator who asks, with or without having taken over. */
  readonly sendOperatorMessage: MessagePayload;
  /**
   * Sets what a model costs, in the place of the price with the same `model` and `from`. Costs are reckoned when they are
   * asked for: a price for the past changes what the past cost.
   */
  readonly setModelPrice: ModelPricePayload;
  /**
   * Says that the caller is at a thread, and whether it types: an operator with the key of one, the customer with a thread token
   * or the key of an app. Repeat it: see `PresenceChanged`. Nothing is stored.
   */
  readonly setPresence: SetPresencePayload;
  /**
   * Takes a key for a session of this browser: the answer sets a cookie that page scripts cannot read, and requests of this server's
   * own pages then count as the key's. It needs a POST. A session ends 12 hours after its last use, 7 days after it began, with its
   * key, or by `signOut`. An address may try 10 times at once and 10 times a minute.
   */
  readonly signIn: SignInPayload;
  /** Ends the session that asks, if it is one, and takes the cookie back. Its streams end within a second. */
  readonly signOut: SignOutPayload;
  /**
   * Opens a thread with an agent that is `public`, for whoever asks, and returns a token for it. It needs no key, and gives none of
   * the rights of one: the customer is new, and is what the visitor says. An address may begin 10 at once and 10 a minute, a workspace
   * 600 a minute; more are `RATE_LIMITED`, with `extensions.retryAfterMs`.
   */
  readonly startChat: StartChatPayload;
  /** Stops the agent's present work on a thread, if there is any. */
  readonly stopTurn: ThreadPayload;
  /**
   * Has the agent's model write what an operator could answer now, to be edited and sent by `sendOperatorMessage`. It calls no
   * function and leaves nothing in the thread. What it used counts in `usage`, as dry runs do, and in the agent's `dailyTokens`. It
   * takes at most 25 seconds; a key may ask for two at once.
   */
  readonly suggestReply: SuggestReplyPayload;
  /** Gives the talk to the operator who asks. What the agent was about to say is dropped. */
  readonly takeOver: ThreadPayload;
  /** Starts a dry run: the agent's turn on a text, without a thread, an event or a webhook. `testAgentEvents` streams it. */
  readonly testAgent: TestAgentPayload;
  /** Sends a signed sample now and answers with what came back. */
  readonly testIntegration: TestIntegrationPayload;
  /** Tries a credential now, enabled or not, and answers with what came back, within ten seconds. */
  readonly testModelProvider: TestModelProviderPayload;
  /**
   * Changes the given fields of an agent's draft. Until the agent is first published its threads follow the draft, from
   * their next step on; afterwards nothing they do changes before the next publication, but for name, `public`,
   * `allowedSites`, `chat` and `dailyTokens`, which hold at once.
   */
  readonly updateAgent: AgentPayload;
  /** Changes the given fields of a function. */
  readonly updateFunction: FunctionPayload;
  /** Changes the given fields of an integration. */
  readonly updateIntegration: IntegrationPayload;
  /** Changes the given fields. Steps that begin two seconds later or more see the change, on every replica. */
  readonly updateModelProvider: ModelProviderPayload;
  /** Changes what the workspace does with the data of people. */
  readonly updatePrivacy: WorkspacePayload;
};


/** What can be changed. */
export type MutationAddNoteArgs = {
  input: AddNoteInput;
};


/** What can be changed. */
export type MutationAddTagArgs = {
  input: AddTagInput;
};


/** What can be changed. */
export type MutationApproveCallArgs = {
  input: CallInput;
};


/** What can be changed. */
export type MutationCancelReminderArgs = {
  input: CancelReminderInput;
};


/** What can be changed. */
export type MutationCancelReplayArgs = {
  input: CancelReplayInput;
};


/** What can be changed. */
export type MutationCloseThreadArgs = {
  input: ThreadInput;
};


/** What can be changed. */
export type MutationCreateAgentArgs = {
  input: CreateAgentInput;
};


/** What can be changed. */
export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


/** What can be changed. */
export type MutationCreateFunctionArgs = {
  input: CreateFunctionInput;
};


/** What can be changed. */
export type MutationCreateIntegrationArgs = {
  input: CreateIntegrationInput;
};


/** What can be changed. */
export type MutationCreateModelProviderArgs = {
  input: CreateModelProviderInput;
};


/** What can be changed. */
export type MutationCreateReminderArgs = {
  input: CreateReminderInput;
};


/** What can be changed. */
export type MutationCreateStreamTicketArgs = {
  input: CreateStreamTicketInput;
};


/** What can be changed. */
export type MutationCreateThreadArgs = {
  input: CreateThreadInput;
};


/** What can be changed. */
export type MutationCreateThreadTokenArgs = {
  input: CreateThreadTokenInput;
};


/** What can be changed. */
export type MutationDeleteAgentArgs = {
  input: DeleteInput;
};


/** What can be changed. */
export type MutationDeleteFunctionArgs = {
  input: DeleteInput;
};


/** What can be changed. */
export type MutationDeleteIntegrationArgs = {
  input: DeleteInput;
};


/** What can be changed. */
export type MutationDeleteModelProviderArgs = {
  input: DeleteInput;
};


/** What can be changed. */
export type MutationEndSessionsArgs = {
  input: EndSessionsInput;
};


/** What can be changed. */
export type MutationEraseCustomerArgs = {
  input: EraseCustomerInput;
};


/** What can be changed. */
export type MutationEraseThreadArgs = {
  input: ThreadInput;
};


/** What can be changed. */
export type MutationHandBackArgs = {
  input: ThreadInput;
};


/** What can be changed. */
export type MutationMarkReadArgs = {
  input: MarkReadInput;
};


/** What can be changed. */
export type MutationMoveThreadArgs = {
  input: MoveThreadInput;
};


/** What can be changed. */
export type MutationPublishAgentArgs = {
  input: PublishAgentInput;
};


/** What can be changed. */
export type MutationRefuseCallArgs = {
  input: RefuseCallInput;
};


/** What can be changed. */
export type MutationReleaseHeldDeliveriesArgs = {
  input: ReleaseHeldDeliveriesInput;
};


/** What can be changed. */
export type MutationRemoveModelPriceArgs = {
  input: DeleteInput;
};


/** What can be changed. */
export type MutationRemoveTagArgs = {
  input: RemoveTagInput;
};


/** What can be changed. */
export type MutationRenewThreadTokenArgs = {
  input: RenewThreadTokenInput;
};


/** What can be changed. */
export type MutationReopenThreadArgs = {
  input: ThreadInput;
};


/** What can be changed. */
export type MutationReplayDeliveriesArgs = {
  input: ReplayDeliveriesInput;
};


/** What can be changed. */
export type MutationResendDeliveryArgs = {
  input: ResendDeliveryInput;
};


/** What can be changed. */
export type MutationRevokeApiKeyArgs = {
  input: DeleteInput;
};


/** What can be changed. */
export type MutationRollbackAgentArgs = {
  input: RollbackAgentInput;
};


/** What can be changed. */
export type MutationRotateIntegrationSecretArgs = {
  input: RotateIntegrationSecretInput;
};


/** What can be changed. */
export type MutationSendMessageArgs = {
  input: SendMessageInput;
};


/** What can be changed. */
export type MutationSendOperatorMessageArgs = {
  input: SendMessageInput;
};


/** What can be changed. */
export type MutationSetModelPriceArgs = {
  input: SetModelPriceInput;
};


/** What can be changed. */
export type MutationSetPresenceArgs = {
  input: SetPresenceInput;
};


/** What can be changed. */
export type MutationSignInArgs = {
  input: SignInInput;
};


/** What can be changed. */
export type MutationSignOutArgs = {
  input: SignOutInput;
};


/** What can be changed. */
export type MutationStartChatArgs = {
  input: StartChatInput;
};


/** What can be changed. */
export type MutationStopTurnArgs = {
  input: ThreadInput;
};


/** What can be changed. */
export type MutationSuggestReplyArgs = {
  input: SuggestReplyInput;
};


/** What can be changed. */
export type MutationTakeOverArgs = {
  input: ThreadInput;
};


/** What can be changed. */
export type MutationTestAgentArgs = {
  input: TestAgentInput;
};


/** What can be changed. */
export type MutationTestIntegrationArgs = {
  input: TestIntegrationInput;
};


/** What can be changed. */
export type MutationTestModelProviderArgs = {
  input: TestModelProviderInput;
};


/** What can be changed. */
export type MutationUpdateAgentArgs = {
  input: UpdateAgentInput;
};


/** What can be changed. */
export type MutationUpdateFunctionArgs = {
  input: UpdateFunctionInput;
};


/** What can be changed. */
export type MutationUpdateIntegrationArgs = {
  input: UpdateIntegrationInput;
};


/** What can be changed. */
export type MutationUpdateModelProviderArgs = {
  input: UpdateModelProviderInput;
};


/** What can be changed. */
export type MutationUpdatePrivacyArgs = {
  input: UpdatePrivacyInput;
};

/** Anything with an id. */
export type Node = {
  /** Stable id with a prefix that names the type; ids of one type sort by time of creation. */
  readonly id: Scalars['ID']['output'];
};

/** A remark that only operators see. */
export type Note = Node & {
  readonly __typename?: 'Note';
  /** Who wrote it. */
  readonly authorName: Scalars['String']['output'];
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The text. */
  readonly text: Scalars['String']['output'];
};

/** A note was left. The note is null for viewers that may not read it. */
export type NoteAdded = ThreadEvent & {
  readonly __typename?: 'NoteAdded';
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The note. */
  readonly note: Maybe<Note>;
  /** Gapless number within the thread. */
  readonly sequence: Scalars['Int']['output'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
};

/** The note that was left. */
export type NotePayload = {
  readonly __typename?: 'NotePayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The note. */
  readonly note: Note;
};

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

/** Direction of an order. */
export type OrderDirection =
  /** Smallest or oldest first. */
  | 'ASC'
  /** Largest or newest first. */
  | 'DESC';

/** Order in which an integration gets its events. */
export type Ordering =
  /** In order over everything; a failing delivery holds all later ones. */
  | 'FIFO'
  /** In any order. */
  | 'NONE'
  /** In order within each thread. A delivery that fails three times steps aside. */
  | 'THREAD';

/** Where a page stands in its list. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Cursor of the last edge. */
  readonly endCursor: Maybe<Scalars['Cursor']['output']>;
  /** Whether more follows when paging forwards. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether more precedes when paging backwards. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first edge. */
  readonly startCursor: Maybe<Scalars['Cursor']['output']>;
};

/**
 * Somebody is there, types, or has left: an operator or a customer by `setPresence`, the agent while it writes. It comes to those
 * who ask for `author`, `personId`, `name`, `present` or `typing`: first for all who are there, then for each change. A presence
 * that is not repeated ends by itself after a minute, typing after ten seconds. Customers learn of operators only while they type.
 */
export type PresenceChanged = ThreadEvent & {
  readonly __typename?: 'PresenceChanged';
  /** Who it is: the customer, an operator or the agent. */
  readonly author: MessageAuthor;
  /** When it was noticed. */
  readonly createdAt: Scalars['Time']['output'];
  /** That of the last event before it: whoever resumes there misses nothing. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Of nothing that can be read. */
  readonly id: Scalars['ID']['output'];
  /** Name of the operator; empty for others. */
  readonly name: Scalars['String']['output'];
  /** Key of the operator; null for others, and unless an admin or an operator asks. */
  readonly personId: Maybe<Scalars['ID']['output']>;
  /** Whether it is there. */
  readonly present: Scalars['Boolean']['output'];
  /** That of the last event before it: a presence is no event of the log. */
  readonly sequence: Scalars['Int']['output'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
  /** Whether it is typing. */
  readonly typing: Scalars['Boolean']['output'];
};

/** What a workspace does with the data of people. */
export type Privacy = {
  readonly __typename?: 'Privacy';
  /**
   * After how many days without a message a thread is erased, as `eraseThread` does it, and a customer with the last of its threads; null:
   * never.
   */
  readonly eraseThreadsAfterDays: Maybe<Scalars['Int']['output']>;
  /**
   * What agents' models are not told about customers: `name`, `email`, `phone`, `channel`. Functions get it all the same, in
   * their templates. What somebody writes in a message is not masked.
   */
  readonly hiddenFromModels: ReadonlyArray<Scalars['String']['output']>;
};

/** The workspace's own way to a model provider. Its key is never shown. */
export type ProviderCredential = Node & {
  readonly __typename?: 'ProviderCredential';
  /** Where its API is; empty means the vendor's own. */
  readonly baseUrl: Scalars['String']['output'];
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** The model for agents that name the provider alone; empty leaves it to the provider. */
  readonly defaultModel: Scalars['String']['output'];
  /** Whether it is used. A credential that is not is as if it were not there. */
  readonly enabled: Scalars['Boolean']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The last four characters of the key; empty for short keys, and when there is none. */
  readonly keyHint: Scalars['String']['output'];
  /** What the provider speaks. */
  readonly kind: ModelProviderKind;
  /** What stands before the slash in an agent's `models`. */
  readonly name: Scalars['String']['output'];
  /** When it last changed. */
  readonly updatedAt: Scalars['Time']['output'];
};

/** A draft to publish. */
export type PublishAgentInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the agent. */
  readonly id: Scalars['ID']['input'];
  /** Whether all threads of the agent follow it from their next step on. */
  readonly moveThreads?: Scalars['Boolean']['input'];
  /** What is new in it; at most 1,000 characters. */
  readonly note?: InputMaybe<Scalars['String']['input']>;
};

/** What can be read. */
export type Query = {
  readonly __typename?: 'Query';
  /** One agent. */
  readonly agent: Maybe<Agent>;
  /** Agents of the workspace. Deleted agents are left out. */
  readonly agents: AgentConnection;
  /** Keys of the workspace, revoked ones too. */
  readonly apiKeys: ApiKeyConnection;
  /**
   * Who administered what, newest first: every mutation that only ADMIN or INTEGRATOR may use, and commands of `parley keys`. Entries are
   * kept for a year, or what `PARLEY_KEEP_AUDIT` says.
   */
  readonly auditLog: AuditEntryConnection;
  /** Customers of the workspace. */
  readonly customers: CustomerConnection;
  /** Deliveries, newest first unless `orderBy` says otherwise. */
  readonly deliveries: DeliveryConnection;
  /** Types of events that webhooks carry, in alphabetical order. */
  readonly eventTypes: ReadonlyArray<EventType>;
  /**
   * The pull twin of webhooks: events with their bodies as webhooks carry them, in the order of the log. Begin without
   * `after`, which is at the oldest event kept, keep `endCursor`, and ask again with it. A cursor older than what is kept is
   * `CURSOR_EXPIRED`. The filters are those of integrations: `types` takes types and patterns such as `contact.*`; events of
   * no thread pass `agentIds` and `channels`, of which none means all.
   */
  readonly events: EventConnection;
  /**
   * A link to everything that is stored about a customer: the customer, and of each thread what `exportThread` has of it, with events
   * and webhooks in full. For those who ask what is known about them.
   */
  readonly exportCustomer: Download;
  /** A link to a CSV file with the figures of `stats`, one line for each day and agent. */
  readonly exportStats: Download;
  /** A link to one thread with everything said, called and noted in it. */
  readonly exportThread: Download;
  /** A link to a CSV file with one line for each thread that matches, in the given order; newest activity first by default. */
  readonly exportThreads: Download;
  /** Webhook endpoints of the workspace. Deleted ones are left out. */
  readonly integrations: IntegrationConnection;
  /** What models cost, by model and time. */
  readonly modelPrices: ReadonlyArray<ModelPrice>;
  /**
   * Where models come from, by name: the workspace's own credentials, and the server's providers for which none of them
   * stands.
   */
  readonly modelProviders: ReadonlyArray<ModelProvider>;
  /**
   * Models that agents of the workspace can choose: of each provider one entry with its bare name, then the models that it
   * lists. Lists are kept for five minutes. A provider that does not answer within three seconds has its bare entry only;
   * `modelProviders` says why.
   */
  readonly models: ReadonlyArray<Model>;
  /** One object by its id; null when it does not exist or belongs to another workspace. */
  readonly node: Maybe<Node>;
  /** Objects by their ids, in the same order, at most 100; null for each that does not exist. */
  readonly nodes: ReadonlyArray<Maybe<Node>>;
  /**
   * How dialogues went between two moments, for the whole workspace or one agent: totals, days and agents. Days are those of
   * `timeZone`, an IANA name; UTC by default. Without `from` and `to` it is the last 30 days; a range has at most 400 days.
   */
  readonly stats: Stats;
  /** One thread, by its id or by the app's own external id: give exactly one. */
  readonly thread: Maybe<Thread>;
  /** Threads, newest activity first unless `orderBy` says otherwise. */
  readonly threads: ThreadConnection;
  /**
   * Tokens that models used, those of dry runs too, summed up by `groupBy`, largest first. Without `from` and `to` it is the
   * last 30 days; a range has at most 366 days.
   */
  readonly usage: ReadonlyArray<UsageRow>;
  /** Who asks. */
  readonly viewer: Viewer;
};


/** What can be read. */
export type QueryAgentArgs = {
  id: Scalars['ID']['input'];
};


/** What can be read. */
export type QueryAgentsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<AgentOrder>;
  where?: InputMaybe<AgentWhereInput>;
};


/** What can be read. */
export type QueryApiKeysArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be read. */
export type QueryAuditLogArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  where?: InputMaybe<AuditEntryWhereInput>;
};


/** What can be read. */
export type QueryCustomersArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<CustomerOrder>;
  where?: InputMaybe<CustomerWhereInput>;
};


/** What can be read. */
export type QueryDeliveriesArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<DeliveryOrder>;
  where?: InputMaybe<DeliveryWhereInput>;
};


/** What can be read. */
export type QueryEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  agentIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  channels?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  first?: InputMaybe<Scalars['Int']['input']>;
  threadId?: InputMaybe<Scalars['ID']['input']>;
  types?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};


/** What can be read. */
export type QueryExportCustomerArgs = {
  customerId: Scalars['ID']['input'];
};


/** What can be read. */
export type QueryExportStatsArgs = {
  agentId?: InputMaybe<Scalars['ID']['input']>;
  from?: InputMaybe<Scalars['Time']['input']>;
  timeZone?: InputMaybe<Scalars['String']['input']>;
  to?: InputMaybe<Scalars['Time']['input']>;
};


/** What can be read. */
export type QueryExportThreadArgs = {
  format?: ThreadExportFormat;
  threadId: Scalars['ID']['input'];
};


/** What can be read. */
export type QueryExportThreadsArgs = {
  orderBy?: InputMaybe<ThreadOrder>;
  where?: InputMaybe<ThreadWhereInput>;
};


/** What can be read. */
export type QueryIntegrationsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<IntegrationOrder>;
  where?: InputMaybe<IntegrationWhereInput>;
};


/** What can be read. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** What can be read. */
export type QueryNodesArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};


/** What can be read. */
export type QueryStatsArgs = {
  agentId?: InputMaybe<Scalars['ID']['input']>;
  from?: InputMaybe<Scalars['Time']['input']>;
  timeZone?: InputMaybe<Scalars['String']['input']>;
  to?: InputMaybe<Scalars['Time']['input']>;
};


/** What can be read. */
export type QueryThreadArgs = {
  externalId?: InputMaybe<Scalars['String']['input']>;
  id?: InputMaybe<Scalars['ID']['input']>;
};


/** What can be read. */
export type QueryThreadsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<ThreadOrder>;
  where?: InputMaybe<ThreadWhereInput>;
};


/** What can be read. */
export type QueryUsageArgs = {
  agentId?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  from?: InputMaybe<Scalars['Time']['input']>;
  groupBy?: ReadonlyArray<UsageDimension>;
  threadId?: InputMaybe<Scalars['ID']['input']>;
  to?: InputMaybe<Scalars['Time']['input']>;
};

/** A span of every day, in the agent's time zone. It may span midnight. */
export type QuietHours = {
  readonly __typename?: 'QuietHours';
  /** First minute of it, `HH:MM`. */
  readonly from: Scalars['String']['output'];
  /** First minute after it, `HH:MM`. */
  readonly to: Scalars['String']['output'];
};

/** A span of every day, in the agent's time zone. It may span midnight. */
export type QuietHoursInput = {
  /** First minute of it, `HH:MM`. */
  readonly from: Scalars['String']['input'];
  /** First minute after it, `HH:MM`. */
  readonly to: Scalars['String']['input'];
};

/** A call to refuse. */
export type RefuseCallInput = {
  /** Id of the call. */
  readonly callId: Scalars['ID']['input'];
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** What the model is told. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

/** An integration whose held deliveries are to be released. */
export type ReleaseHeldDeliveriesInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the integration, which must be enabled. */
  readonly integrationId: Scalars['ID']['input'];
};

/** What is being released. */
export type ReleaseHeldDeliveriesPayload = {
  readonly __typename?: 'ReleaseHeldDeliveriesPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** How many deliveries were held. Up to 1,000 are due now; more follow in the background while `holding` is RELEASING. */
  readonly held: Scalars['Int']['output'];
  /** The integration. */
  readonly integration: Integration;
};

/** Something that the agent writes later by itself. */
export type Reminder = Node & {
  readonly __typename?: 'Reminder';
  /** Tags of which any one cancels it. */
  readonly cancelTags: ReadonlyArray<Scalars['String']['output']>;
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** When it is sent. Follow-ups come later if quiet hours are in the way. */
  readonly dueAt: Scalars['Time']['output'];
  /** When it was sent or cancelled. */
  readonly endedAt: Maybe<Scalars['Time']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** What the model is told; null when `text` is sent. */
  readonly instruction: Maybe<Scalars['String']['output']>;
  /** What it is. */
  readonly kind: ReminderKind;
  /** Why it was cancelled; empty otherwise. */
  readonly reason: Scalars['String']['output'];
  /** Where it stands. */
  readonly state: ReminderState;
  /** What is sent as it is; null when the model writes it. */
  readonly text: Maybe<Scalars['String']['output']>;
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
};

/** `reminder.updated`. */
export type ReminderChanged = ThreadEvent & {
  readonly __typename?: 'ReminderChanged';
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The reminder. Null for viewers that may not read it. */
  readonly reminder: Maybe<Reminder>;
  /** Gapless number within the thread. */
  readonly sequence: Scalars['Int']['output'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
};

/** What a reminder is. */
export type ReminderKind =
  /** The customer stayed silent; one of the agent's follow-ups. */
  | 'FOLLOW_UP'
  /** Set for a time: by the agent because the customer asked for it, or by `createReminder`. */
  | 'SCHEDULED';

/** The reminder after the change. */
export type ReminderPayload = {
  readonly __typename?: 'ReminderPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The reminder. */
  readonly reminder: Reminder;
};

/** Where a reminder stands. */
export type ReminderState =
  /** It will not be sent; `reason` says why. */
  | 'CANCELLED'
  /** It is waiting for its time. */
  | 'PENDING'
  /** It became a message, or the turn that writes it was begun. */
  | 'SENT';

/** A tag to take off. */
export type RemoveTagInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Name of the tag. */
  readonly tag: Scalars['String']['input'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['input'];
};

/** A thread token to renew: the one that asks. */
export type RenewThreadTokenInput = {
  /** The client's own id of this mutation, which the answer repeats. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

/** A run that sends past deliveries of an integration once more. */
export type Replay = Node & {
  readonly __typename?: 'Replay';
  /** When it was begun. */
  readonly createdAt: Scalars['Time']['output'];
  /** Types or patterns; empty means all. */
  readonly eventTypes: ReadonlyArray<Scalars['String']['output']>;
  /** When it was over. */
  readonly finishedAt: Maybe<Scalars['Time']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** The integration. */
  readonly integration: Integration;
  /** How many of those were made due again. */
  readonly queued: Scalars['Int']['output'];
  /** How many of those were looked at so far; in the end fewer than `total` where retention has deleted some meanwhile. */
  readonly seen: Scalars['Int']['output'];
  /** Deliveries made from then on. */
  readonly since: Scalars['Time']['output'];
  /** Where it stands. */
  readonly state: ReplayState;
  /** How they had ended. */
  readonly states: ReadonlyArray<DeliveryState>;
  /** How many deliveries there were in the range of time; 0 until they were counted. */
  readonly total: Scalars['Int']['output'];
  /** Deliveries made before then. */
  readonly until: Scalars['Time']['output'];
  /** How many of those that it made due are not delivered yet, counted up to 10,000. */
  readonly waiting: Scalars['Int']['output'];
};

/** Which deliveries to send once more. */
export type ReplayDeliveriesInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the integration. */
  readonly integrationId: Scalars['ID']['input'];
  /** Deliveries made from then on. */
  readonly since: Scalars['Time']['input'];
  /** How they had ended: DONE, EXHAUSTED, or both if it is left out. */
  readonly states?: InputMaybe<ReadonlyArray<DeliveryState>>;
  /** Types or patterns such as `contact.*`; all if it is left out. */
  readonly types?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Deliveries made before then; now if it is left out. */
  readonly until?: InputMaybe<Scalars['Time']['input']>;
};

/** A replay that was begun or ended. */
export type ReplayPayload = {
  readonly __typename?: 'ReplayPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The replay. */
  readonly replay: Replay;
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
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the delivery. */
  readonly deliveryId: Scalars['ID']['input'];
};

/** What a viewer may do. */
export type Role =
  /** Everything in its workspace, including keys. */
  | 'ADMIN'
  /** A frontend's server: threads, messages and thread tokens. */
  | 'APP'
  /** Manages functions and integrations, and reads deliveries and events. */
  | 'INTEGRATOR'
  /** A person who watches threads and steps in. */
  | 'OPERATOR'
  /** A thread token: sees and writes one thread only. */
  | 'THREAD';

/** A version to publish again. */
export type RollbackAgentInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the agent. */
  readonly id: Scalars['ID']['input'];
  /** Whether all threads of the agent follow it from their next step on. */
  readonly moveThreads?: Scalars['Boolean']['input'];
  /** Whether the draft becomes equal to the version too. What was changed since and never published is lost then. */
  readonly restoreDraft?: Scalars['Boolean']['input'];
  /** Number of the version. */
  readonly version: Scalars['Int']['input'];
};

/** A secret to renew, with the ed25519 key if there is one. */
export type RotateIntegrationSecretInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Its id. */
  readonly id: Scalars['ID']['input'];
  /** How long what is old signs beside what is new, 0 to 168 hours; default 24. */
  readonly overlapHours?: InputMaybe<Scalars['Int']['input']>;
};

/** What is said. */
export type SendMessageInput = {
  /** The client's own id, unique in the thread for ever: the same id returns the first message. */
  readonly clientMessageId?: InputMaybe<Scalars['String']['input']>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** 1 to 16,000 characters. */
  readonly text: Scalars['String']['input'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['input'];
};

/** A browser that is signed in with a key. */
export type Session = {
  readonly __typename?: 'Session';
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Whether it is the one that asks. */
  readonly current: Scalars['Boolean']['output'];
  /** When it ends unless it is used before then. */
  readonly expiresAt: Scalars['Time']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** When it was last used, to the minute. A stream that is open uses it. */
  readonly lastUsedAt: Scalars['Time']['output'];
  /** What the browser said that it is, at most 300 characters. */
  readonly userAgent: Scalars['String']['output'];
};

/** What a million tokens of a model cost. */
export type SetModelPriceInput = {
  /** For a million of those that the provider had cached; by default as `input`. */
  readonly cachedInput?: InputMaybe<Scalars['Decimal']['input']>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Code of ISO 4217; the same for all prices of the workspace. */
  readonly currency: Scalars['String']['input'];
  /** It holds for the steps that are stored then or later; by default for all. */
  readonly from?: InputMaybe<Scalars['Time']['input']>;
  /** For a million tokens that it reads: from 0 to 1,000,000, with at most six digits behind the point. */
  readonly input: Scalars['Decimal']['input'];
  /** `provider/model` as `usage` names it, or the beginning of such names with a `*` behind it: `openai/gpt-5*`. */
  readonly model: Scalars['String']['input'];
  /** For a million tokens that it writes. */
  readonly output: Scalars['Decimal']['input'];
};

/** Who is at a thread. */
export type SetPresenceInput = {
  /** The client's own id of this mutation, which the answer repeats. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Whether the caller is there; false when it leaves. */
  readonly present?: Scalars['Boolean']['input'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['input'];
  /** Whether the caller is typing. */
  readonly typing?: Scalars['Boolean']['input'];
};

/** What became of it. */
export type SetPresencePayload = {
  readonly __typename?: 'SetPresencePayload';
  /** That of the input. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** Say it again before then; null after leaving. */
  readonly expiresAt: Maybe<Scalars['Time']['output']>;
};

/** A key to sign in with. */
export type SignInInput = {
  /** The client's own id of this mutation, which the answer repeats. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** The key. */
  readonly key: Scalars['String']['input'];
};

/** The session that began. */
export type SignInPayload = {
  readonly __typename?: 'SignInPayload';
  /** The client's own id of this mutation, which the answer repeats. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The session. */
  readonly session: Session;
  /** Who is signed in. Fields that only a viewer may read are null here: ask for `viewer` in the next request. */
  readonly viewer: Viewer;
};

/** A session to end: the one that asks. */
export type SignOutInput = {
  /** The client's own id of this mutation, which the answer repeats. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

/** What was ended. */
export type SignOutPayload = {
  readonly __typename?: 'SignOutPayload';
  /** The client's own id of this mutation, which the answer repeats. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
};

/** A visitor who wants to talk. */
export type StartChatInput = {
  /** Id of the agent. */
  readonly agentId: Scalars['ID']['input'];
  /**
   * The page's own id of this mutation, 16 to 200 characters that nobody guesses: the same id from the same address within 24 hours
   * returns the same thread.
   */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** The page's own facts, at most 4 KB, for `Thread.metadata`. Whoever asks can claim anything here. */
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  /** What the visitor is called, at most 200 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
};

/** The thread that was opened. */
export type StartChatPayload = {
  readonly __typename?: 'StartChatPayload';
  /** The client's own id of this mutation. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** Id of the thread. Read it with the token. */
  readonly threadId: Scalars['ID']['output'];
  /** What lets the visitor in: seven days, and longer by `renewThreadToken`. */
  readonly token: ThreadToken;
};

/** How dialogues went. What was erased does not count, but for its usage. */
export type Stats = {
  readonly __typename?: 'Stats';
  /** Each agent of which there was something, most dialogues first; `day` is null. */
  readonly agents: ReadonlyArray<StatsRow>;
  /** Each day on which there was something, in order; `agent` is null. */
  readonly days: ReadonlyArray<StatsRow>;
  /** First moment of the range. */
  readonly from: Scalars['Time']['output'];
  /** What models used and cost, largest first. */
  readonly models: ReadonlyArray<UsageRow>;
  /** Each day of each agent, in the order of the days. */
  readonly rows: ReadonlyArray<StatsRow>;
  /** IANA name of the zone of the days. */
  readonly timeZone: Scalars['String']['output'];
  /** First moment after it. */
  readonly to: Scalars['Time']['output'];
  /** All of it. */
  readonly total: StatsFigures;
};

/** Length of the steps in which attempts are counted. */
export type StatsBucket =
  /** A day of UTC. */
  | 'DAY'
  /** An hour. */
  | 'HOUR';

/**
 * Figures of dialogues. Each counts on the day on which it happened: a dialogue that began yesterday and reached its goal today
 * is one of yesterday's `dialogues` and one of today's `successes`. Outcomes count once in the life of a dialogue, when they first
 * happen, even if their tag is removed later.
 */
export type StatsFigures = {
  readonly __typename?: 'StatsFigures';
  /** Messages of agents. */
  readonly agentMessages: Scalars['Int']['output'];
  /** Threads that were closed. */
  readonly closed: Scalars['Int']['output'];
  /** Threads in which a contact was given. */
  readonly contacts: Scalars['Int']['output'];
  /** Messages of customers. */
  readonly customerMessages: Scalars['Int']['output'];
  /** Threads that were begun. */
  readonly dialogues: Scalars['Int']['output'];
  /** How long customers waited for the first answer to their first message, by an agent or a person. */
  readonly firstResponse: Durations;
  /** Threads in which interest was shown. */
  readonly interests: Scalars['Int']['output'];
  /** Messages of operators. */
  readonly operatorMessages: Scalars['Int']['output'];
  /** Threads in which a person was asked for, or took over unasked. */
  readonly operatorsAsked: Scalars['Int']['output'];
  /** How long they waited for each answer, from the first message that it answers. After more than seven days it is none. */
  readonly response: Durations;
  /** Threads in which the goal was reached. */
  readonly successes: Scalars['Int']['output'];
  /** Threads that an operator took over. */
  readonly takenOver: Scalars['Int']['output'];
  /** What models used and cost. */
  readonly usage: Usage;
};

/** Figures of a day, an agent, or both. */
export type StatsRow = {
  readonly __typename?: 'StatsRow';
  /** The agent. */
  readonly agent: Maybe<Agent>;
  /** The day, `YYYY-MM-DD`, in the zone that was asked for. */
  readonly day: Maybe<Scalars['String']['output']>;
  /** The figures. */
  readonly figures: StatsFigures;
};

/** The status changed. */
export type StatusChanged = ThreadEvent & {
  readonly __typename?: 'StatusChanged';
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Gapless number within the thread. */
  readonly sequence: Scalars['Int']['output'];
  /** Status. */
  readonly status: ThreadStatus;
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
};

/** One question to a model. */
export type Step = Node & {
  readonly __typename?: 'Step';
  /** Of these, how many the provider had cached. */
  readonly cachedTokens: Scalars['Int']['output'];
  /** What it cost, by the price that held when it was stored; null when the model has no price. */
  readonly cost: Maybe<Cost>;
  /** When its answer was stored. */
  readonly createdAt: Scalars['Time']['output'];
  /** Whether the tokens are reckoned from the length of the texts, because the answer was cut off before the provider told them. */
  readonly estimated: Scalars['Boolean']['output'];
  /** Why the model stopped: stop, tools, length, blocked, malformed_call, cut, other; or dropped, for what never became a message. */
  readonly finish: Scalars['String']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Tokens read. */
  readonly inputTokens: Scalars['Int']['output'];
  /** Why its text was not sent: what keeps it from fitting the agent's `answerSchema`. Null if nothing does. */
  readonly misfit: Maybe<Scalars['String']['output']>;
  /** The model that really answered. */
  readonly model: Scalars['String']['output'];
  /** What people should know of the model: that another one was asked for, or when it will be switched off. Null if nothing. */
  readonly modelWarning: Maybe<Scalars['String']['output']>;
  /** From 1 within the turn. */
  readonly number: Scalars['Int']['output'];
  /** Tokens written. */
  readonly outputTokens: Scalars['Int']['output'];
  /** Name of the provider. */
  readonly provider: Scalars['String']['output'];
  /** When the model was asked. */
  readonly startedAt: Scalars['Time']['output'];
  /** Of these, how many were thoughts. */
  readonly thinkingTokens: Scalars['Int']['output'];
};

/** The ticket that was made. */
export type StreamTicketPayload = {
  readonly __typename?: 'StreamTicketPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** When it ends, 30 seconds after it was made. */
  readonly expiresAt: Scalars['Time']['output'];
  /** Send it once, as the parameter `ticket` of a GET. */
  readonly ticket: Scalars['String']['output'];
};

/** What can be followed. */
export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * What becomes of deliveries: each attempt, once its outcome is stored, of all integrations or of one. With `after` it begins
   * behind that cursor: every attempt since is replayed, then it goes live, with no gap and no repeat. Without `after` it
   * begins now. A cursor that is too old is `CURSOR_EXPIRED`.
   */
  readonly deliveryEvents: DeliveryEvent;
  /** What happens in a dry run, from its beginning; the stream ends with the run. */
  readonly testAgentEvents: TestAgentEvent;
  /**
   * What happens in one thread. With `after` it begins behind that cursor: everything since is replayed, then it goes
   * live, with no gap and no repeat. Without `after` it begins now. A cursor that is too old is `CURSOR_EXPIRED`.
   *
   * While the agent writes, those who ask for fields of `MessageDelta` get its text piece by piece, and those who ask for fields
   * of `PresenceChanged` learn who is there and who types.
   */
  readonly threadEvents: ThreadEvent;
  /**
   * What happens in all threads of the workspace, or in those that match `where` at that moment; `types` takes types and
   * patterns such as `call.*`. Events of one thread come in order. `status.changed`, `tag.added`, `tag.removed` and
   * `thread.moved` also come of threads that do not match, because it may be by them that a thread does not match any more.
   * `after` is as in `threadEvents`, with a cursor of these events, of `events` or of `workspace { cursor }`. Text that is
   * being written does not come here. Those who ask for fields of `PresenceChanged` learn who is at the threads that match, and who
   * types there.
   */
  readonly workspaceEvents: ThreadEvent;
};


/** What can be followed. */
export type SubscriptionDeliveryEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  integrationId?: InputMaybe<Scalars['ID']['input']>;
};


/** What can be followed. */
export type SubscriptionTestAgentEventsArgs = {
  runId: Scalars['ID']['input'];
};


/** What can be followed. */
export type SubscriptionThreadEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  threadId: Scalars['ID']['input'];
};


/** What can be followed. */
export type SubscriptionWorkspaceEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  types?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  where?: InputMaybe<ThreadWhereInput>;
};

/** A reply to suggest. */
export type SuggestReplyInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** What the operator wants to say, for the model; at most 4,000 characters. */
  readonly instruction?: InputMaybe<Scalars['String']['input']>;
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['input'];
};

/** A reply that nobody has sent. */
export type SuggestReplyPayload = {
  readonly __typename?: 'SuggestReplyPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** `provider/model` that wrote it. */
  readonly model: Scalars['String']['output'];
  /** What could be sent. */
  readonly text: Scalars['String']['output'];
  /** Tokens it used. */
  readonly usage: Usage;
};

/** A tag was put on or taken off: `tag.added`, `tag.removed`. */
export type TagChanged = ThreadEvent & {
  readonly __typename?: 'TagChanged';
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Gapless number within the thread. */
  readonly sequence: Scalars['Int']['output'];
  /** Name of the tag. */
  readonly tag: Scalars['String']['output'];
  /** The text. */
  readonly text: Maybe<Scalars['String']['output']>;
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
};

/** Something that happened in a dry run. */
export type TestAgentEvent = {
  /** When it happened. */
  readonly createdAt: Scalars['Time']['output'];
  /** From 1 within the run; a delta has that of the event before it. */
  readonly number: Scalars['Int']['output'];
};

/** A dry run. */
export type TestAgentInput = {
  /** Id of the agent. */
  readonly agentId: Scalars['ID']['input'];
  /** Answers of HTTP functions, for CANNED. */
  readonly canned?: InputMaybe<ReadonlyArray<CannedAnswerInput>>;
  /** The app's own word for where the customer writes. */
  readonly channel?: InputMaybe<Scalars['String']['input']>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Who the customer is. */
  readonly customer?: InputMaybe<CustomerInput>;
  /** What happens to HTTP functions. */
  readonly functions?: TestFunctions;
  /** What was said before; at most 200 messages. */
  readonly history?: InputMaybe<ReadonlyArray<TestMessageInput>>;
  /** The app's own facts of the thread. */
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  /** What the customer says now. */
  readonly text: Scalars['String']['input'];
  /** Number of a version; default the draft. */
  readonly version?: InputMaybe<Scalars['Int']['input']>;
};

/** The dry run that was started. */
export type TestAgentPayload = {
  readonly __typename?: 'TestAgentPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** For `testAgentEvents`, within a day. */
  readonly runId: Scalars['ID']['output'];
};

/** A call of a function, when it was made and when it has ended. */
export type TestCall = TestAgentEvent & {
  readonly __typename?: 'TestCall';
  /** What it was called with. */
  readonly arguments: Scalars['JSON']['output'];
  /** Of the call. */
  readonly callId: Scalars['ID']['output'];
  /** When it happened. */
  readonly createdAt: Scalars['Time']['output'];
  /** What went wrong; empty if nothing did. */
  readonly error: Scalars['String']['output'];
  /** HTTP status of the answer. */
  readonly httpStatus: Maybe<Scalars['Int']['output']>;
  /** Name of the function. */
  readonly name: Scalars['String']['output'];
  /** From 1 within the run; a delta has that of the event before it. */
  readonly number: Scalars['Int']['output'];
  /** What the model is told; null while it has not ended. */
  readonly result: Maybe<Scalars['JSON']['output']>;
  /** Where it stands. */
  readonly state: CallState;
};

/** A piece of the agent's message, as MessageDelta. It is not sent when the run is elsewhere or over. */
export type TestDelta = TestAgentEvent & {
  readonly __typename?: 'TestDelta';
  /** When it happened. */
  readonly createdAt: Scalars['Time']['output'];
  /** Whether the message will never come. */
  readonly dropped: Scalars['Boolean']['output'];
  /** Of the message. */
  readonly messageId: Scalars['ID']['output'];
  /** From 1 within the run; a delta has that of the event before it. */
  readonly number: Scalars['Int']['output'];
  /** Where `text` begins in the message, in Unicode code points. */
  readonly offset: Scalars['Int']['output'];
  /** The piece. */
  readonly text: Scalars['String']['output'];
};

/** The run is over. */
export type TestEnd = TestAgentEvent & {
  readonly __typename?: 'TestEnd';
  /** When it happened. */
  readonly createdAt: Scalars['Time']['output'];
  /** From 1 within the run; a delta has that of the event before it. */
  readonly number: Scalars['Int']['output'];
  /** Why the turn ended; null if the run was cut off by a stop of the server. */
  readonly reason: Maybe<TurnReason>;
  /** The reason in a sentence. */
  readonly reasonText: Scalars['String']['output'];
  /** Tokens that it used. */
  readonly usage: Usage;
};

/** What a dry run does with HTTP functions. */
export type TestFunctions =
  /** They are answered from `canned`, and refused without an answer there. */
  | 'CANNED'
  /** They are really called. */
  | 'LIVE'
  /** They are refused; the model is told so. */
  | 'REFUSE';

/** A sample to send. */
export type TestIntegrationInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Type of the sample; default `integration.ping`. */
  readonly eventType?: InputMaybe<Scalars['String']['input']>;
  /** Its id. */
  readonly id: Scalars['ID']['input'];
};

/** What came of the sample. */
export type TestIntegrationPayload = {
  readonly __typename?: 'TestIntegrationPayload';
  /** Up to 4 KiB of the answer. */
  readonly answer: Scalars['String']['output'];
  /** The body that was sent. */
  readonly body: Scalars['JSON']['output'];
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** Time for connecting, in microseconds; 0 when a connection was reused. */
  readonly connectUs: Scalars['Int']['output'];
  /** Time for looking up the name, in microseconds; 0 when nothing was looked up. */
  readonly dnsUs: Scalars['Int']['output'];
  /** What went wrong; empty if nothing did. */
  readonly error: Scalars['String']['output'];
  /** Time from the request to the first byte of the answer, in microseconds. */
  readonly firstByteUs: Scalars['Int']['output'];
  /** What came of it. */
  readonly outcome: AttemptOutcome;
  /** Address that was connected to. */
  readonly remoteAddress: Scalars['String']['output'];
  /** Status. */
  readonly status: Maybe<Scalars['Int']['output']>;
  /** Time for the TLS handshake, in microseconds; 0 without one. */
  readonly tlsUs: Scalars['Int']['output'];
  /** Time for everything, in microseconds. */
  readonly totalUs: Scalars['Int']['output'];
};

/** A message of the agent. */
export type TestMessage = TestAgentEvent & {
  readonly __typename?: 'TestMessage';
  /** When it happened. */
  readonly createdAt: Scalars['Time']['output'];
  /** The text as JSON, where it is an object that the model wrote; see `Message.data`. */
  readonly data: Maybe<Scalars['JSON']['output']>;
  /** Of the message. */
  readonly messageId: Scalars['ID']['output'];
  /** `provider/model` that wrote it; empty for the fallback text. */
  readonly model: Scalars['String']['output'];
  /** From 1 within the run; a delta has that of the event before it. */
  readonly number: Scalars['Int']['output'];
  /** What it says. */
  readonly text: Scalars['String']['output'];
};

/** Something that was said before a dry run. */
export type TestMessageInput = {
  /** Who said it: CUSTOMER, AGENT or OPERATOR. */
  readonly author: MessageAuthor;
  /** 1 to 16,000 characters. */
  readonly text: Scalars['String']['input'];
};

/** A credential to try. */
export type TestModelProviderInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the credential. */
  readonly id: Scalars['ID']['input'];
  /**
   * A model to ask for two words, which costs a few tokens. Without it the list of models is read; a provider without one is
   * asked for the words, too. Some servers show their list to everyone: only a question proves the key.
   */
  readonly model?: InputMaybe<Scalars['String']['input']>;
};

/** What came of a try. */
export type TestModelProviderPayload = {
  readonly __typename?: 'TestModelProviderPayload';
  /** What the model said, if one was asked; at most 500 characters. */
  readonly answer: Scalars['String']['output'];
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** Why not; empty if it did. */
  readonly error: Scalars['String']['output'];
  /** How many models it lists; null if it was not asked, or has no list. */
  readonly models: Maybe<Scalars['Int']['output']>;
  /** How long it took, in milliseconds. */
  readonly ms: Scalars['Int']['output'];
  /** Whether the provider answered as it should. */
  readonly reachable: Scalars['Boolean']['output'];
  /** HTTP status of a refusal. */
  readonly status: Maybe<Scalars['Int']['output']>;
};

/** A question to a model was answered. */
export type TestStep = TestAgentEvent & {
  readonly __typename?: 'TestStep';
  /** When it happened. */
  readonly createdAt: Scalars['Time']['output'];
  /** Why the model stopped. */
  readonly finish: Scalars['String']['output'];
  /** Why its text was not sent: what keeps it from fitting the agent's `answerSchema`. Null if nothing does. */
  readonly misfit: Maybe<Scalars['String']['output']>;
  /** `provider/model` that answered. */
  readonly model: Scalars['String']['output'];
  /** How long it took, in milliseconds. */
  readonly ms: Scalars['Int']['output'];
  /** From 1 within the run; a delta has that of the event before it. */
  readonly number: Scalars['Int']['output'];
  /** From 1 within the turn. */
  readonly step: Scalars['Int']['output'];
  /** Tokens it used. */
  readonly usage: Usage;
};

/** A tag would have been put on the thread. */
export type TestTag = TestAgentEvent & {
  readonly __typename?: 'TestTag';
  /** When it happened. */
  readonly createdAt: Scalars['Time']['output'];
  /** From 1 within the run; a delta has that of the event before it. */
  readonly number: Scalars['Int']['output'];
  /** Name of the tag. */
  readonly tag: Scalars['String']['output'];
  /** Text that came with it. */
  readonly text: Scalars['String']['output'];
};

/** One dialogue with one customer. */
export type Thread = Node & {
  readonly __typename?: 'Thread';
  /** The agent. */
  readonly agent: Agent;
  /** Version of the agent that it follows; null while it follows the draft, and for viewers that may not read it. */
  readonly agentVersion: Maybe<AgentVersion>;
  /** The app's own word for where the customer writes. */
  readonly channel: Scalars['String']['output'];
  /** Contact given in this thread. */
  readonly contact: Maybe<Scalars['JSON']['output']>;
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /**
   * Where the thread stands now in its stream of events: follow on with `threadEvents(after:)` and nothing is missed
   * between this answer and the stream. It is read before the other fields, so an event may be seen twice, never lost.
   */
  readonly cursor: Scalars['Cursor']['output'];
  /** The customer. */
  readonly customer: Customer;
  /** The app's own id of the thread. */
  readonly externalId: Maybe<Scalars['String']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** When anything last happened. */
  readonly lastActivityAt: Scalars['Time']['output'];
  /** The newest message. */
  readonly lastMessage: Maybe<Message>;
  /** When the newest message was stored. */
  readonly lastMessageAt: Maybe<Scalars['Time']['output']>;
  /** How many messages it has. */
  readonly messageCount: Scalars['Int']['output'];
  /** Messages, oldest first. Page backwards with `last` and `before` to begin at the newest. */
  readonly messages: MessageConnection;
  /** The app's own facts. */
  readonly metadata: Maybe<Scalars['JSON']['output']>;
  /** Notes, oldest first. Null for viewers that may not read them. */
  readonly notes: Maybe<ReadonlyArray<Note>>;
  /** The operator who has the talk. Null for a thread token: customers read the name in the operator's messages. */
  readonly operator: Maybe<ApiKey>;
  /** Since when the operator has it. */
  readonly operatorSince: Maybe<Scalars['Time']['output']>;
  /** What the agent will write by itself, or wrote, newest first; at most `first`. Null for viewers that may not read it. */
  readonly reminders: Maybe<ReadonlyArray<Reminder>>;
  /** Status. */
  readonly status: ThreadStatus;
  /** Whether the goal was reached. */
  readonly success: Scalars['Boolean']['output'];
  /** Tags that are on, by name. */
  readonly tags: ReadonlyArray<ThreadTag>;
  /** Turns of the agent, newest first, at most `first` (default 50, at most 250). */
  readonly turns: ReadonlyArray<Turn>;
  /**
   * How many messages of the customer the operator who asks has not read (`markRead`). What was written before its key was made
   * counts as read, and so does what agents and other operators write. 0 for viewers that are no operators.
   */
  readonly unreadCount: Scalars['Int']['output'];
  /** When it last changed. */
  readonly updatedAt: Scalars['Time']['output'];
  /** Tokens that models used for it. Null for viewers that may not read it. */
  readonly usage: Maybe<Usage>;
  /** Since when it waits for a person; null unless its status is WAITING_FOR_OPERATOR. */
  readonly waitingSince: Maybe<Scalars['Time']['output']>;
};


/** One dialogue with one customer. */
export type ThreadMessagesArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** One dialogue with one customer. */
export type ThreadRemindersArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** One dialogue with one customer. */
export type ThreadTurnsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of threads. */
export type ThreadConnection = {
  readonly __typename?: 'ThreadConnection';
  /** What is on the page. */
  readonly edges: Maybe<ReadonlyArray<Maybe<ThreadEdge>>>;
  /** Where the page stands. */
  readonly pageInfo: PageInfo;
  /** How many there are on all pages; counted only when asked for. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A thread in a page. */
export type ThreadEdge = {
  readonly __typename?: 'ThreadEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The object itself. */
  readonly node: Maybe<Thread>;
};

/** Something that happened in a thread. */
export type ThreadEvent = {
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Resume behind this event with `after`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Id of the event; the same as the webhook id where a webhook carries it. */
  readonly id: Scalars['ID']['output'];
  /** Gapless number within the thread. */
  readonly sequence: Scalars['Int']['output'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
};

/** What the file of one thread is. */
export type ThreadExportFormat =
  /** One JSON object a line: the thread, then everything in it in the order in which it happened. */
  | 'JSON_LINES'
  /** A text for people. */
  | 'MARKDOWN';

/** Names a thread. */
export type ThreadInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['input'];
};

/** Order of threads. */
export type ThreadOrder = {
  /** Which way. */
  readonly direction?: OrderDirection;
  /** What to order by. */
  readonly field: ThreadOrderField;
};

/** What threads can be ordered by. */
export type ThreadOrderField =
  /** By time of creation. */
  | 'CREATED_AT'
  /** By the last thing that happened. */
  | 'LAST_ACTIVITY_AT'
  /** By number of messages. */
  | 'MESSAGE_COUNT'
  /** By the moment since which they wait for a person. Those that do not wait come last with ASC. */
  | 'WAITING_SINCE';

/** The thread after the change. */
export type ThreadPayload = {
  readonly __typename?: 'ThreadPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The thread. */
  readonly thread: Thread;
};

/** Who has the talk. */
export type ThreadStatus =
  /** The dialogue is over. */
  | 'CLOSED'
  /** The agent. */
  | 'OPEN'
  /** An operator. */
  | 'OPERATOR'
  /** Nobody yet: a person is needed. */
  | 'WAITING_FOR_OPERATOR';

/** A mark on a thread. */
export type ThreadTag = {
  readonly __typename?: 'ThreadTag';
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** What was said when it was raised. Empty for a thread token: it may be a word among operators. */
  readonly text: Scalars['String']['output'];
};

/** A token for one thread. */
export type ThreadToken = {
  readonly __typename?: 'ThreadToken';
  /** When it ends. */
  readonly expiresAt: Scalars['Time']['output'];
  /** Send it as `Authorization: Bearer …`. */
  readonly token: Scalars['String']['output'];
};

/** The token that was made. */
export type ThreadTokenPayload = {
  readonly __typename?: 'ThreadTokenPayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** When it ends. */
  readonly expiresAt: Scalars['Time']['output'];
  /** Send it as `Authorization: Bearer …`. */
  readonly token: Scalars['String']['output'];
};

/**
 * Filter of threads. All given conditions must hold. An empty list of wanted values matches nothing. As every filter, it has
 * at most 200 inputs nested at most 10 deep, 250 entries in one list and 5,000 in all; and `text` at most 3 times.
 */
export type ThreadWhereInput = {
  /** Of this agent. */
  readonly agentID?: InputMaybe<Scalars['ID']['input']>;
  /** Of any of these agents. */
  readonly agentIDIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** All of these hold. */
  readonly and?: InputMaybe<ReadonlyArray<ThreadWhereInput>>;
  /** The app's own word for where the customer writes. */
  readonly channel?: InputMaybe<Scalars['String']['input']>;
  /** Any of these. */
  readonly channelIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Made at this moment or later. */
  readonly createdAtGTE?: InputMaybe<Scalars['Time']['input']>;
  /** Made before this moment. */
  readonly createdAtLT?: InputMaybe<Scalars['Time']['input']>;
  /** Of this customer. */
  readonly customerID?: InputMaybe<Scalars['ID']['input']>;
  /** The app's own id. */
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  /** Any of these. */
  readonly externalIdIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Its id. */
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  /** Any of these ids. */
  readonly idIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Something happened at this moment or later. */
  readonly lastActivityAtGTE?: InputMaybe<Scalars['Time']['input']>;
  /** Nothing happened since this moment. */
  readonly lastActivityAtLT?: InputMaybe<Scalars['Time']['input']>;
  /** At least so many messages. */
  readonly messageCountGTE?: InputMaybe<Scalars['Int']['input']>;
  /** This does not hold. */
  readonly not?: InputMaybe<ThreadWhereInput>;
  /** With this operator. */
  readonly operatorID?: InputMaybe<Scalars['ID']['input']>;
  /** True: without an operator. False: with one. */
  readonly operatorIDIsNil?: InputMaybe<Scalars['Boolean']['input']>;
  /** Any of these holds. Of none, none does: an empty list matches nothing. */
  readonly or?: InputMaybe<ReadonlyArray<ThreadWhereInput>>;
  /** Status. */
  readonly status?: InputMaybe<ThreadStatus>;
  /** Any of these. */
  readonly statusIn?: InputMaybe<ReadonlyArray<ThreadStatus>>;
  /** Threads with this tag on. */
  readonly tag?: InputMaybe<Scalars['String']['input']>;
  /** Threads with any of these tags on. */
  readonly tagIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Threads in which a message, or the customer's name, e-mail or phone, holds this text; case does not matter. */
  readonly text?: InputMaybe<Scalars['String']['input']>;
  /**
   * True: with messages that the operator who asks has not read. False: without. Others than operators have read all. Lists take
   * it, subscriptions do not.
   */
  readonly unread?: InputMaybe<Scalars['Boolean']['input']>;
};

/** The agent's work on what the customer said. */
export type Turn = Node & {
  readonly __typename?: 'Turn';
  /** Calls of functions in the order they were made. Null for viewers that may not read them. */
  readonly calls: Maybe<ReadonlyArray<Call>>;
  /** Calls of functions so far. */
  readonly callsUsed: Scalars['Int']['output'];
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** When it ended. */
  readonly endedAt: Maybe<Scalars['Time']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Tokens read by models. */
  readonly inputTokens: Scalars['Int']['output'];
  /** Tokens written by models. */
  readonly outputTokens: Scalars['Int']['output'];
  /** Why it ended. */
  readonly reason: Maybe<TurnReason>;
  /** One sentence about the end. */
  readonly reasonText: Scalars['String']['output'];
  /** When it began. */
  readonly startedAt: Maybe<Scalars['Time']['output']>;
  /** Where it stands. */
  readonly state: TurnState;
  /** What models were asked in it, in order. Null for viewers that may not read it. */
  readonly steps: Maybe<ReadonlyArray<Step>>;
  /** Steps of the model so far. */
  readonly stepsUsed: Scalars['Int']['output'];
};

/** A turn started or ended: `turn.started`, `turn.ended`; or another worker goes on with it: `turn.resumed`. */
export type TurnChanged = ThreadEvent & {
  readonly __typename?: 'TurnChanged';
  /** When it was made. */
  readonly createdAt: Scalars['Time']['output'];
  /** Its place in the list. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Gapless number within the thread. */
  readonly sequence: Scalars['Int']['output'];
  /** The thread it belongs to. */
  readonly threadId: Scalars['ID']['output'];
  /** The turn. */
  readonly turn: Turn;
  /** Type of the event. */
  readonly type: Scalars['String']['output'];
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

/** Where a turn stands. */
export type TurnState =
  /** Waiting for the customer to finish. */
  | 'DUE'
  /** Over, for one reason. */
  | 'ENDED'
  /** Waiting for an approval. */
  | 'PARKED'
  /** Being worked on. */
  | 'RUNNING';

/** Changes of an agent; what is left out stays. */
export type UpdateAgentInput = {
  /** Origins of sites that may show the chat page in a frame, at most 20; hold at once. */
  readonly allowedSites?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** JSON Schema of an object that each answer of the model is held to; at most 16 KiB, nested 32 deep. Null takes it away: free text. */
  readonly answerSchema?: InputMaybe<Scalars['JSON']['input']>;
  /** How the chat page looks, replaced whole; holds at once. */
  readonly chat?: InputMaybe<ChatSettingsInput>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Most tokens a day. */
  readonly dailyTokens?: InputMaybe<Scalars['Int']['input']>;
  /** What the customer reads when no model can answer. */
  readonly fallbackText?: InputMaybe<Scalars['String']['input']>;
  /** What it writes when the customer stays silent, one after the other; at most 5. */
  readonly followUps?: InputMaybe<ReadonlyArray<FollowUpInput>>;
  /** Its id. */
  readonly id: Scalars['ID']['input'];
  /** What the model is told to be and do; at most 100,000 characters. */
  readonly instructions?: InputMaybe<Scalars['String']['input']>;
  /** Most calls of one turn, 1 to 100; default 100. */
  readonly maxCalls?: InputMaybe<Scalars['Int']['input']>;
  /** Most steps of one turn, 2 to 100; default 30. */
  readonly maxSteps?: InputMaybe<Scalars['Int']['input']>;
  /** Longest time of one turn, 5 to 3,600 seconds; default 300. */
  readonly maxTurnSeconds?: InputMaybe<Scalars['Int']['input']>;
  /** Most tokens of one turn, at least 1,000; default 200,000. */
  readonly maxTurnTokens?: InputMaybe<Scalars['Int']['input']>;
  /** Longest wait while messages keep coming, 0 to 60,000 milliseconds; default 8,000. */
  readonly maxWaitMs?: InputMaybe<Scalars['Int']['input']>;
  /** Ordered choice of models, each `provider` or `provider/model`. */
  readonly models?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Its name. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** What happens when a customer writes while the agent works; default FOLD. */
  readonly onBusy?: InputMaybe<OnBusy>;
  /** Whether `startChat` may open threads without a key; holds at once. */
  readonly public?: InputMaybe<Scalars['Boolean']['input']>;
  /** Hours in which it sends no follow-ups. The same `from` and `to` mean none. */
  readonly quietHours?: InputMaybe<QuietHoursInput>;
  /** Quiet time before a turn, 0 to 8,000 milliseconds; default 1,200. */
  readonly quietMs?: InputMaybe<Scalars['Int']['input']>;
  /** ISO 3166 region for phone numbers without a country code. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** Rules of the scripted provider. */
  readonly script?: InputMaybe<Scalars['JSON']['input']>;
  /** IANA time zone, such as `Europe/Berlin`; empty means UTC. */
  readonly timeZone?: InputMaybe<Scalars['String']['input']>;
};

/** Changes of a function; what is left out stays. */
export type UpdateFunctionInput = {
  /** RFC 6901 pointer to the part of the answer the model sees. */
  readonly answerPointer?: InputMaybe<Scalars['String']['input']>;
  /** Template of the body; empty sends the arguments as JSON. */
  readonly body?: InputMaybe<Scalars['String']['input']>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** When and how to call it, for the model. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Whether the model is offered it; default true. */
  readonly enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** Replaces all headers. */
  readonly headers?: InputMaybe<ReadonlyArray<FunctionHeaderInput>>;
  /** Its id. */
  readonly id: Scalars['ID']['input'];
  /** Whether a call may be sent again with the same Idempotency-Key. */
  readonly idempotent?: InputMaybe<Scalars['Boolean']['input']>;
  /** GET, POST, PUT, PATCH or DELETE. */
  readonly method?: InputMaybe<Scalars['String']['input']>;
  /** Its name. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Whether an operator must approve each call; default false. */
  readonly needsApproval?: InputMaybe<Scalars['Boolean']['input']>;
  /** JSON Schema of an object: the arguments. */
  readonly parameters?: InputMaybe<Scalars['JSON']['input']>;
  /** Name of the tag. */
  readonly tag?: InputMaybe<Scalars['String']['input']>;
  /** Longest time of one call, 1,000 to 60,000 milliseconds; default 10,000. */
  readonly timeoutMs?: InputMaybe<Scalars['Int']['input']>;
  /** Address. */
  readonly url?: InputMaybe<Scalars['String']['input']>;
};

/** Changes of an integration; what is left out stays. */
export type UpdateIntegrationInput = {
  /** Only threads of these agents; empty means all. */
  readonly agentIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Whether requests carry an ed25519 signature (`v1a`) too. False destroys its ed25519 keys. */
  readonly asymmetric?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only threads of these channels; empty means all. */
  readonly channels?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** Types or patterns such as `contact.*`; `*` is all. */
  readonly eventTypes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Its id. */
  readonly id: Scalars['ID']['input'];
  /** Its name. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** In which order events are sent. */
  readonly ordering?: InputMaybe<Ordering>;
  /** Most attempts a second, 1 to 1000; null ends the limit. */
  readonly ratePerSecond?: InputMaybe<Scalars['Int']['input']>;
  /** Where it stands. */
  readonly state?: InputMaybe<IntegrationState>;
  /** Address. */
  readonly url?: InputMaybe<Scalars['String']['input']>;
};

/** Changes of a credential; what is left out stays. */
export type UpdateModelProviderInput = {
  /** Where its API is; empty means the vendor's own. A change needs `key` beside it. */
  readonly baseUrl?: InputMaybe<Scalars['String']['input']>;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** The model for agents that name the provider alone; empty leaves it to the provider. */
  readonly defaultModel?: InputMaybe<Scalars['String']['input']>;
  /** Whether it is used. */
  readonly enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** Its id. */
  readonly id: Scalars['ID']['input'];
  /** A new key; the empty text takes the key away. */
  readonly key?: InputMaybe<Scalars['String']['input']>;
};

/** What a workspace is to do with the data of people. What is left out stays as it is. */
export type UpdatePrivacyInput = {
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  /** After how many days without a message threads are erased, 1 to 36,500; null: never. */
  readonly eraseThreadsAfterDays?: InputMaybe<Scalars['Int']['input']>;
  /** What models are not told about customers: any of `name`, `email`, `phone`, `channel`. */
  readonly hiddenFromModels?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

/** Tokens that models used. */
export type Usage = {
  readonly __typename?: 'Usage';
  /** Of these, how many the providers had cached. */
  readonly cachedTokens: Scalars['Int']['output'];
  /** What that cost, by the prices that held at each step; null when some model of it has no price. */
  readonly cost: Maybe<Cost>;
  /** Tokens read. */
  readonly inputTokens: Scalars['Int']['output'];
  /** Tokens written. */
  readonly outputTokens: Scalars['Int']['output'];
  /** How many questions to models. */
  readonly steps: Scalars['Int']['output'];
  /** Of these, how many were thoughts. */
  readonly thinkingTokens: Scalars['Int']['output'];
};

/** What usage can be summed up by. */
export type UsageDimension =
  /** Each agent. */
  | 'AGENT'
  /** Each day, in UTC. */
  | 'DAY'
  /** Dry runs by `testAgent` and replies that `suggestReply` wrote, and all else. */
  | 'DRY_RUN'
  /** Each model that answered. */
  | 'MODEL'
  /** Each thread. */
  | 'THREAD';

/** A sum of usage. Fields that are not in `groupBy` are null. */
export type UsageRow = {
  readonly __typename?: 'UsageRow';
  /** The agent. */
  readonly agent: Maybe<Agent>;
  /** The day, `YYYY-MM-DD`, in UTC. */
  readonly day: Maybe<Scalars['String']['output']>;
  /** Whether it is of dry runs and suggested replies. */
  readonly dryRun: Maybe<Scalars['Boolean']['output']>;
  /** `provider/model`. */
  readonly model: Maybe<Scalars['String']['output']>;
  /** Id of the thread; null also for dry runs, which have none, and for threads that were erased. */
  readonly threadId: Maybe<Scalars['ID']['output']>;
  /** The sum. */
  readonly usage: Usage;
};

/** Who asks. */
export type Viewer = {
  readonly __typename?: 'Viewer';
  /** The key, unless it is a thread token. */
  readonly apiKey: Maybe<ApiKey>;
  /** Display name of the key; empty for a thread token. */
  readonly name: Scalars['String']['output'];
  /** What it may do. */
  readonly role: Role;
  /** Sessions of the key, last used first. None for a thread token. */
  readonly sessions: ReadonlyArray<Session>;
  /** The one thread of a thread token. */
  readonly thread: Maybe<Thread>;
  /** The workspace it belongs to. */
  readonly workspace: Workspace;
};

/** The tenant: everything belongs to exactly one. */
export type Workspace = {
  readonly __typename?: 'Workspace';
  /**
   * Where the events of the workspace stand, to begin `workspaceEvents` or `events` there. It is read before everything else in
   * the same answer: what that does not show yet comes behind this cursor. Null for a thread token.
   */
  readonly cursor: Maybe<Scalars['Cursor']['output']>;
  /** Where `deliveryEvents` stands now, to begin there later; null for those who may not read deliveries. */
  readonly deliveryCursor: Maybe<Scalars['Cursor']['output']>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** What is done with the data of people; null for those who may not see settings. */
  readonly privacy: Maybe<Privacy>;
};

/** The workspace that was changed. */
export type WorkspacePayload = {
  readonly __typename?: 'WorkspacePayload';
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId: Maybe<Scalars['String']['output']>;
  /** The workspace. */
  readonly workspace: Workspace;
};
