export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  Cursor: { input: string; output: string; }
  Decimal: { input: string; output: string; }
  JSON: { input: unknown; output: unknown; }
  Time: { input: string; output: string; }
};

export type AddNoteInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly text: Scalars['String']['input'];
  readonly threadId: Scalars['ID']['input'];
};

export type AddTagInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly tag: Scalars['String']['input'];
  readonly text?: InputMaybe<Scalars['String']['input']>;
  readonly threadId: Scalars['ID']['input'];
};

export type AgentOrder = {
  readonly direction?: OrderDirection;
  readonly field: AgentOrderField;
};

export type AgentOrderField =
  | 'CREATED_AT'
  | 'NAME'
  | 'UPDATED_AT';

export type AgentWhereInput = {
  readonly and?: InputMaybe<ReadonlyArray<AgentWhereInput>>;
  readonly createdAtGTE?: InputMaybe<Scalars['Time']['input']>;
  readonly createdAtLT?: InputMaybe<Scalars['Time']['input']>;
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  readonly idIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly nameContainsFold?: InputMaybe<Scalars['String']['input']>;
  readonly not?: InputMaybe<AgentWhereInput>;
  readonly or?: InputMaybe<ReadonlyArray<AgentWhereInput>>;
  readonly public?: InputMaybe<Scalars['Boolean']['input']>;
};

export type AttemptOutcome =
  | 'BLOCKED'
  | 'LOST'
  | 'REFUSED'
  | 'SUCCEEDED'
  | 'TIMED_OUT'
  | 'UNREACHABLE';

export type AttemptTrigger =
  | 'REPLAY'
  | 'RESEND'
  | 'SCHEDULE'
  | 'TEST';

export type AuditEntryWhereInput = {
  readonly action?: InputMaybe<Scalars['String']['input']>;
  readonly actionIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly and?: InputMaybe<ReadonlyArray<AuditEntryWhereInput>>;
  readonly createdAtGTE?: InputMaybe<Scalars['Time']['input']>;
  readonly createdAtLT?: InputMaybe<Scalars['Time']['input']>;
  readonly keyID?: InputMaybe<Scalars['String']['input']>;
  readonly not?: InputMaybe<AuditEntryWhereInput>;
  readonly objectID?: InputMaybe<Scalars['String']['input']>;
  readonly or?: InputMaybe<ReadonlyArray<AuditEntryWhereInput>>;
};

export type CallInput = {
  readonly callId: Scalars['ID']['input'];
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type CallState =
  | 'ANSWERED'
  | 'AWAITING_APPROVAL'
  | 'FAILED'
  | 'REFUSED'
  | 'RESERVED'
  | 'SENT'
  | 'UNKNOWN';

export type CancelReminderInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly id: Scalars['ID']['input'];
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type CancelReplayInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly id: Scalars['ID']['input'];
};

export type CannedAnswerInput = {
  readonly body?: InputMaybe<Scalars['JSON']['input']>;
  readonly function: Scalars['String']['input'];
  readonly status?: Scalars['Int']['input'];
};

export type ChatSettingsInput = {
  readonly accentColor?: Scalars['String']['input'];
  readonly greeting?: Scalars['String']['input'];
  readonly placeholder?: Scalars['String']['input'];
  readonly title?: Scalars['String']['input'];
};

export type CreateAgentInput = {
  readonly allowedSites?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly answerSchema?: InputMaybe<Scalars['JSON']['input']>;
  readonly chat?: InputMaybe<ChatSettingsInput>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly dailyTokens?: InputMaybe<Scalars['Int']['input']>;
  readonly fallbackText?: InputMaybe<Scalars['String']['input']>;
  readonly followUps?: InputMaybe<ReadonlyArray<FollowUpInput>>;
  readonly instructions?: InputMaybe<Scalars['String']['input']>;
  readonly maxCalls?: InputMaybe<Scalars['Int']['input']>;
  readonly maxSteps?: InputMaybe<Scalars['Int']['input']>;
  readonly maxTurnSeconds?: InputMaybe<Scalars['Int']['input']>;
  readonly maxTurnTokens?: InputMaybe<Scalars['Int']['input']>;
  readonly maxWaitMs?: InputMaybe<Scalars['Int']['input']>;
  readonly models?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly name: Scalars['String']['input'];
  readonly onBusy?: InputMaybe<OnBusy>;
  readonly public?: InputMaybe<Scalars['Boolean']['input']>;
  readonly quietHours?: InputMaybe<QuietHoursInput>;
  readonly quietMs?: InputMaybe<Scalars['Int']['input']>;
  readonly region?: InputMaybe<Scalars['String']['input']>;
  readonly script?: InputMaybe<Scalars['JSON']['input']>;
  readonly tagFunctions?: InputMaybe<Scalars['Boolean']['input']>;
  readonly timeZone?: InputMaybe<Scalars['String']['input']>;
};

export type CreateApiKeyInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly name: Scalars['String']['input'];
  readonly role: Role;
};

export type CreateFunctionInput = {
  readonly agentId: Scalars['ID']['input'];
  readonly answerPointer?: InputMaybe<Scalars['String']['input']>;
  readonly body?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly enabled?: InputMaybe<Scalars['Boolean']['input']>;
  readonly headers?: InputMaybe<ReadonlyArray<FunctionHeaderInput>>;
  readonly idempotent?: InputMaybe<Scalars['Boolean']['input']>;
  readonly kind: FunctionKind;
  readonly method?: InputMaybe<Scalars['String']['input']>;
  readonly name: Scalars['String']['input'];
  readonly needsApproval?: InputMaybe<Scalars['Boolean']['input']>;
  readonly parameters?: InputMaybe<Scalars['JSON']['input']>;
  readonly tag?: InputMaybe<Scalars['String']['input']>;
  readonly timeoutMs?: InputMaybe<Scalars['Int']['input']>;
  readonly url?: InputMaybe<Scalars['String']['input']>;
};

export type CreateIntegrationInput = {
  readonly agentIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly asymmetric?: InputMaybe<Scalars['Boolean']['input']>;
  readonly channels?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly eventTypes: ReadonlyArray<Scalars['String']['input']>;
  readonly name: Scalars['String']['input'];
  readonly ordering?: InputMaybe<Ordering>;
  readonly ratePerSecond?: InputMaybe<Scalars['Int']['input']>;
  readonly url: Scalars['String']['input'];
};

export type CreateModelProviderInput = {
  readonly baseUrl?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly defaultModel?: InputMaybe<Scalars['String']['input']>;
  readonly enabled?: InputMaybe<Scalars['Boolean']['input']>;
  readonly key?: InputMaybe<Scalars['String']['input']>;
  readonly kind: ModelProviderKind;
  readonly name: Scalars['String']['input'];
};

export type CreateReminderInput = {
  readonly cancelTags?: ReadonlyArray<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly dueAt: Scalars['Time']['input'];
  readonly instruction?: InputMaybe<Scalars['String']['input']>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
  readonly threadId: Scalars['ID']['input'];
};

export type CreateStreamTicketInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type CreateThreadInput = {
  readonly agentId: Scalars['ID']['input'];
  readonly channel?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly customer?: InputMaybe<CustomerInput>;
  readonly customerId?: InputMaybe<Scalars['ID']['input']>;
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

export type CreateThreadTokenInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly expiresInSeconds?: InputMaybe<Scalars['Int']['input']>;
  readonly threadId: Scalars['ID']['input'];
};

export type CustomerInput = {
  readonly email?: InputMaybe<Scalars['String']['input']>;
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly phone?: InputMaybe<Scalars['String']['input']>;
};

export type CustomerOrder = {
  readonly direction?: OrderDirection;
  readonly field: CustomerOrderField;
};

export type CustomerOrderField =
  | 'CREATED_AT'
  | 'NAME';

export type CustomerWhereInput = {
  readonly and?: InputMaybe<ReadonlyArray<CustomerWhereInput>>;
  readonly createdAtGTE?: InputMaybe<Scalars['Time']['input']>;
  readonly createdAtLT?: InputMaybe<Scalars['Time']['input']>;
  readonly email?: InputMaybe<Scalars['String']['input']>;
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  readonly externalIdIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  readonly idIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly nameContainsFold?: InputMaybe<Scalars['String']['input']>;
  readonly not?: InputMaybe<CustomerWhereInput>;
  readonly or?: InputMaybe<ReadonlyArray<CustomerWhereInput>>;
  readonly phone?: InputMaybe<Scalars['String']['input']>;
};

export type DeleteInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly id: Scalars['ID']['input'];
};

export type DeliveryLane =
  | 'LIVE'
  | 'REPLAY';

export type DeliveryOrder = {
  readonly direction?: OrderDirection;
  readonly field: DeliveryOrderField;
};

export type DeliveryOrderField =
  | 'CREATED_AT';

export type DeliveryState =
  | 'CANCELLED'
  | 'DONE'
  | 'EXHAUSTED'
  | 'HELD'
  | 'PENDING'
  | 'RUNNING';

export type DeliveryWhereInput = {
  readonly and?: InputMaybe<ReadonlyArray<DeliveryWhereInput>>;
  readonly createdAtGTE?: InputMaybe<Scalars['Time']['input']>;
  readonly createdAtLT?: InputMaybe<Scalars['Time']['input']>;
  readonly eventID?: InputMaybe<Scalars['ID']['input']>;
  readonly eventType?: InputMaybe<Scalars['String']['input']>;
  readonly eventTypeIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  readonly idIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly integrationID?: InputMaybe<Scalars['ID']['input']>;
  readonly not?: InputMaybe<DeliveryWhereInput>;
  readonly or?: InputMaybe<ReadonlyArray<DeliveryWhereInput>>;
  readonly state?: InputMaybe<DeliveryState>;
  readonly stateIn?: InputMaybe<ReadonlyArray<DeliveryState>>;
  readonly threadID?: InputMaybe<Scalars['ID']['input']>;
};

export type EndSessionsInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type EraseCustomerInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly customerId: Scalars['ID']['input'];
};

export type FollowUpInput = {
  readonly afterMinutes: Scalars['Int']['input'];
  readonly cancelTags?: ReadonlyArray<Scalars['String']['input']>;
  readonly instruction?: InputMaybe<Scalars['String']['input']>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

export type FunctionHeaderInput = {
  readonly name: Scalars['String']['input'];
  readonly secret?: Scalars['Boolean']['input'];
  readonly value: Scalars['String']['input'];
};

export type FunctionKind =
  | 'HTTP'
  | 'TAG';

export type IntegrationHolding =
  | 'KEPT'
  | 'NONE'
  | 'RELEASING';

export type IntegrationOrder = {
  readonly direction?: OrderDirection;
  readonly field: IntegrationOrderField;
};

export type IntegrationOrderField =
  | 'CREATED_AT'
  | 'NAME';

export type IntegrationState =
  | 'DISABLED'
  | 'ENABLED';

export type IntegrationStatus =
  | 'DISABLED'
  | 'FAILING'
  | 'HEALTHY'
  | 'OPEN'
  | 'PAUSED';

export type IntegrationWhereInput = {
  readonly and?: InputMaybe<ReadonlyArray<IntegrationWhereInput>>;
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  readonly idIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly nameContainsFold?: InputMaybe<Scalars['String']['input']>;
  readonly not?: InputMaybe<IntegrationWhereInput>;
  readonly or?: InputMaybe<ReadonlyArray<IntegrationWhereInput>>;
  readonly state?: InputMaybe<IntegrationState>;
  readonly urlContainsFold?: InputMaybe<Scalars['String']['input']>;
};

export type MarkReadInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly messageId?: InputMaybe<Scalars['ID']['input']>;
  readonly threadId: Scalars['ID']['input'];
};

export type MessageAuthor =
  | 'AGENT'
  | 'CUSTOMER'
  | 'OPERATOR'
  | 'SYSTEM';

export type ModelProviderKind =
  | 'GEMINI'
  | 'GEMINI_LEGACY'
  | 'OPENAI';

export type ModelProviderState =
  | 'DISABLED'
  | 'LISTED'
  | 'UNLISTED'
  | 'UNREACHABLE';

export type MoveThreadInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly threadId: Scalars['ID']['input'];
  readonly version?: InputMaybe<Scalars['Int']['input']>;
};

export type OnBusy =
  | 'ENQUEUE'
  | 'FOLD'
  | 'REJECT'
  | 'RESTART';

export type OrderDirection =
  | 'ASC'
  | 'DESC';

export type Ordering =
  | 'FIFO'
  | 'NONE'
  | 'THREAD';

export type PublishAgentInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly id: Scalars['ID']['input'];
  readonly moveThreads?: Scalars['Boolean']['input'];
  readonly note?: InputMaybe<Scalars['String']['input']>;
};

export type QuietHoursInput = {
  readonly from: Scalars['String']['input'];
  readonly to: Scalars['String']['input'];
};

export type RefuseCallInput = {
  readonly callId: Scalars['ID']['input'];
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type ReleaseHeldDeliveriesInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly integrationId: Scalars['ID']['input'];
};

export type ReminderKind =
  | 'FOLLOW_UP'
  | 'SCHEDULED';

export type ReminderState =
  | 'CANCELLED'
  | 'PENDING'
  | 'SENT';

export type RemoveTagInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly tag: Scalars['String']['input'];
  readonly threadId: Scalars['ID']['input'];
};

export type RenewThreadTokenInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type ReplayDeliveriesInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly integrationId: Scalars['ID']['input'];
  readonly since: Scalars['Time']['input'];
  readonly states?: InputMaybe<ReadonlyArray<DeliveryState>>;
  readonly types?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly until?: InputMaybe<Scalars['Time']['input']>;
};

export type ReplayState =
  | 'CANCELLED'
  | 'DONE'
  | 'RUNNING';

export type ResendDeliveryInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly deliveryId: Scalars['ID']['input'];
};

export type Role =
  | 'ADMIN'
  | 'APP'
  | 'INTEGRATOR'
  | 'OPERATOR'
  | 'THREAD';

export type RollbackAgentInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly id: Scalars['ID']['input'];
  readonly moveThreads?: Scalars['Boolean']['input'];
  readonly restoreDraft?: Scalars['Boolean']['input'];
  readonly version: Scalars['Int']['input'];
};

export type RotateIntegrationSecretInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly id: Scalars['ID']['input'];
  readonly overlapHours?: InputMaybe<Scalars['Int']['input']>;
};

export type SendMessageInput = {
  readonly clientMessageId?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly text: Scalars['String']['input'];
  readonly threadId: Scalars['ID']['input'];
};

export type SetModelPriceInput = {
  readonly cachedInput?: InputMaybe<Scalars['Decimal']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly currency: Scalars['String']['input'];
  readonly from?: InputMaybe<Scalars['Time']['input']>;
  readonly input: Scalars['Decimal']['input'];
  readonly model: Scalars['String']['input'];
  readonly output: Scalars['Decimal']['input'];
};

export type SetPresenceInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly present?: Scalars['Boolean']['input'];
  readonly threadId: Scalars['ID']['input'];
  readonly typing?: Scalars['Boolean']['input'];
};

export type SignInInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly key: Scalars['String']['input'];
};

export type SignOutInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
};

export type StartChatInput = {
  readonly agentId: Scalars['ID']['input'];
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  readonly name?: InputMaybe<Scalars['String']['input']>;
};

export type StatsBucket =
  | 'DAY'
  | 'HOUR';

export type SuggestReplyInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly instruction?: InputMaybe<Scalars['String']['input']>;
  readonly threadId: Scalars['ID']['input'];
};

export type TestAgentInput = {
  readonly agentId: Scalars['ID']['input'];
  readonly canned?: InputMaybe<ReadonlyArray<CannedAnswerInput>>;
  readonly channel?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly customer?: InputMaybe<CustomerInput>;
  readonly functions?: TestFunctions;
  readonly history?: InputMaybe<ReadonlyArray<TestMessageInput>>;
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  readonly text: Scalars['String']['input'];
  readonly version?: InputMaybe<Scalars['Int']['input']>;
};

export type TestFunctions =
  | 'CANNED'
  | 'LIVE'
  | 'REFUSE';

export type TestIntegrationInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly eventType?: InputMaybe<Scalars['String']['input']>;
  readonly id: Scalars['ID']['input'];
};

export type TestMessageInput = {
  readonly author: MessageAuthor;
  readonly text: Scalars['String']['input'];
};

export type TestModelProviderInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly id: Scalars['ID']['input'];
  readonly model?: InputMaybe<Scalars['String']['input']>;
};

export type ThreadExportFormat =
  | 'JSON_LINES'
  | 'MARKDOWN';

export type ThreadInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly threadId: Scalars['ID']['input'];
};

export type ThreadOrder = {
  readonly direction?: OrderDirection;
  readonly field: ThreadOrderField;
};

export type ThreadOrderField =
  | 'CREATED_AT'
  | 'LAST_ACTIVITY_AT'
  | 'MESSAGE_COUNT'
  | 'WAITING_SINCE';

export type ThreadStatus =
  | 'CLOSED'
  | 'OPEN'
  | 'OPERATOR'
  | 'WAITING_FOR_OPERATOR';

export type ThreadWhereInput = {
  readonly agentID?: InputMaybe<Scalars['ID']['input']>;
  readonly agentIDIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly and?: InputMaybe<ReadonlyArray<ThreadWhereInput>>;
  readonly channel?: InputMaybe<Scalars['String']['input']>;
  readonly channelIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly createdAtGTE?: InputMaybe<Scalars['Time']['input']>;
  readonly createdAtLT?: InputMaybe<Scalars['Time']['input']>;
  readonly customerID?: InputMaybe<Scalars['ID']['input']>;
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  readonly externalIdIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly id?: InputMaybe<Scalars['ID']['input']>;
  readonly idIn?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly lastActivityAtGTE?: InputMaybe<Scalars['Time']['input']>;
  readonly lastActivityAtLT?: InputMaybe<Scalars['Time']['input']>;
  readonly messageCountGTE?: InputMaybe<Scalars['Int']['input']>;
  readonly not?: InputMaybe<ThreadWhereInput>;
  readonly operatorID?: InputMaybe<Scalars['ID']['input']>;
  readonly operatorIDIsNil?: InputMaybe<Scalars['Boolean']['input']>;
  readonly or?: InputMaybe<ReadonlyArray<ThreadWhereInput>>;
  readonly status?: InputMaybe<ThreadStatus>;
  readonly statusIn?: InputMaybe<ReadonlyArray<ThreadStatus>>;
  readonly tag?: InputMaybe<Scalars['String']['input']>;
  readonly tagIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly text?: InputMaybe<Scalars['String']['input']>;
  readonly unread?: InputMaybe<Scalars['Boolean']['input']>;
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

export type TurnState =
  | 'DUE'
  | 'ENDED'
  | 'PARKED'
  | 'RUNNING';

export type UpdateAgentInput = {
  readonly allowedSites?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly answerSchema?: InputMaybe<Scalars['JSON']['input']>;
  readonly chat?: InputMaybe<ChatSettingsInput>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly dailyTokens?: InputMaybe<Scalars['Int']['input']>;
  readonly fallbackText?: InputMaybe<Scalars['String']['input']>;
  readonly followUps?: InputMaybe<ReadonlyArray<FollowUpInput>>;
  readonly id: Scalars['ID']['input'];
  readonly instructions?: InputMaybe<Scalars['String']['input']>;
  readonly maxCalls?: InputMaybe<Scalars['Int']['input']>;
  readonly maxSteps?: InputMaybe<Scalars['Int']['input']>;
  readonly maxTurnSeconds?: InputMaybe<Scalars['Int']['input']>;
  readonly maxTurnTokens?: InputMaybe<Scalars['Int']['input']>;
  readonly maxWaitMs?: InputMaybe<Scalars['Int']['input']>;
  readonly models?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly onBusy?: InputMaybe<OnBusy>;
  readonly public?: InputMaybe<Scalars['Boolean']['input']>;
  readonly quietHours?: InputMaybe<QuietHoursInput>;
  readonly quietMs?: InputMaybe<Scalars['Int']['input']>;
  readonly region?: InputMaybe<Scalars['String']['input']>;
  readonly script?: InputMaybe<Scalars['JSON']['input']>;
  readonly timeZone?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateFunctionInput = {
  readonly answerPointer?: InputMaybe<Scalars['String']['input']>;
  readonly body?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly enabled?: InputMaybe<Scalars['Boolean']['input']>;
  readonly headers?: InputMaybe<ReadonlyArray<FunctionHeaderInput>>;
  readonly id: Scalars['ID']['input'];
  readonly idempotent?: InputMaybe<Scalars['Boolean']['input']>;
  readonly method?: InputMaybe<Scalars['String']['input']>;
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly needsApproval?: InputMaybe<Scalars['Boolean']['input']>;
  readonly parameters?: InputMaybe<Scalars['JSON']['input']>;
  readonly tag?: InputMaybe<Scalars['String']['input']>;
  readonly timeoutMs?: InputMaybe<Scalars['Int']['input']>;
  readonly url?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateIntegrationInput = {
  readonly agentIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly asymmetric?: InputMaybe<Scalars['Boolean']['input']>;
  readonly channels?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly eventTypes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  readonly id: Scalars['ID']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly ordering?: InputMaybe<Ordering>;
  readonly ratePerSecond?: InputMaybe<Scalars['Int']['input']>;
  readonly state?: InputMaybe<IntegrationState>;
  readonly url?: InputMaybe<Scalars['String']['input']>;
};

export type UpdateModelProviderInput = {
  readonly baseUrl?: InputMaybe<Scalars['String']['input']>;
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly defaultModel?: InputMaybe<Scalars['String']['input']>;
  readonly enabled?: InputMaybe<Scalars['Boolean']['input']>;
  readonly id: Scalars['ID']['input'];
  readonly key?: InputMaybe<Scalars['String']['input']>;
};

export type UpdatePrivacyInput = {
  readonly clientMutationId?: InputMaybe<Scalars['String']['input']>;
  readonly eraseThreadsAfterDays?: InputMaybe<Scalars['Int']['input']>;
  readonly hiddenFromModels?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type UsageDimension =
  | 'AGENT'
  | 'DAY'
  | 'DRY_RUN'
  | 'MODEL'
  | 'THREAD';
