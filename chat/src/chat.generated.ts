/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
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

/** What is said. */
export type SendMessageInput = {
  /** The client's own id, unique in the thread for ever: the same id returns the first message. */
  readonly clientMessageId?: string | null | undefined;
  /** The client's own id of this mutation; the same id within 24 hours returns the first result. */
  readonly clientMutationId?: string | null | undefined;
  /** 1 to 16,000 characters. */
  readonly text: string;
  /** The thread it belongs to. */
  readonly threadId: string | number;
};

/** Who is at a thread. */
export type SetPresenceInput = {
  /** The client's own id of this mutation, which the answer repeats. */
  readonly clientMutationId?: string | null | undefined;
  /** Whether the caller is there; false when it leaves. */
  readonly present?: boolean;
  /** The thread it belongs to. */
  readonly threadId: string | number;
  /** Whether the caller is typing. */
  readonly typing?: boolean;
};

/** A visitor who wants to talk. */
export type StartChatInput = {
  /** Id of the agent. */
  readonly agentId: string | number;
  /**
   * The page's own id of this mutation, 16 to 200 characters that nobody guesses: the same id from the same address within 24 hours
   * returns the same thread.
   */
  readonly clientMutationId?: string | null | undefined;
  /** The page's own facts, at most 4 KB, for `Thread.metadata`. Whoever asks can claim anything here. */
  readonly metadata?: unknown;
  /** What the visitor is called, at most 200 characters. */
  readonly name?: string | null | undefined;
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

export type StartChatMutationVariables = Exact<{
  input: StartChatInput;
}>;


export type StartChatMutation = { readonly startChat: { readonly threadId: string, readonly token: { readonly token: string, readonly expiresAt: string } } };

export type RenewTokenMutationVariables = Exact<{ [key: string]: never; }>;


export type RenewTokenMutation = { readonly renewThreadToken: { readonly token: string, readonly expiresAt: string } };

export type MessageFieldsFragment = { readonly id: string, readonly sequence: number, readonly author: MessageAuthor, readonly authorName: string, readonly text: string, readonly clientMessageId: string | null, readonly createdAt: string };

export type OpenThreadQueryVariables = Exact<{
  before?: string | null | undefined;
}>;


export type OpenThreadQuery = { readonly viewer: { readonly thread: { readonly id: string, readonly status: ThreadStatus, readonly cursor: string, readonly messages: { readonly pageInfo: { readonly hasPreviousPage: boolean, readonly startCursor: string | null }, readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly sequence: number, readonly author: MessageAuthor, readonly authorName: string, readonly text: string, readonly clientMessageId: string | null, readonly createdAt: string } | null } | null> | null } } | null } };

export type SendMessageMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMessageMutation = { readonly sendMessage: { readonly message: { readonly id: string, readonly sequence: number, readonly author: MessageAuthor, readonly authorName: string, readonly text: string, readonly clientMessageId: string | null, readonly createdAt: string } } };

export type SetPresenceMutationVariables = Exact<{
  input: SetPresenceInput;
}>;


export type SetPresenceMutation = { readonly setPresence: { readonly expiresAt: string | null } };

export type ThreadEventsSubscriptionVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;


export type ThreadEventsSubscription = { readonly threadEvents:
    | { readonly __typename: 'CallChanged', readonly cursor: string }
    | { readonly __typename: 'DialogueEvent', readonly cursor: string }
    | { readonly __typename: 'MessageCreated', readonly cursor: string, readonly message: { readonly id: string, readonly sequence: number, readonly author: MessageAuthor, readonly authorName: string, readonly text: string, readonly clientMessageId: string | null, readonly createdAt: string } }
    | { readonly __typename: 'MessageDelta', readonly messageId: string, readonly offset: number, readonly text: string, readonly dropped: boolean, readonly cursor: string }
    | { readonly __typename: 'NoteAdded', readonly cursor: string }
    | { readonly __typename: 'PresenceChanged', readonly author: MessageAuthor, readonly name: string, readonly present: boolean, readonly typing: boolean, readonly cursor: string }
    | { readonly __typename: 'ReminderChanged', readonly cursor: string }
    | { readonly __typename: 'StatusChanged', readonly status: ThreadStatus, readonly cursor: string }
    | { readonly __typename: 'TagChanged', readonly cursor: string }
    | { readonly __typename: 'TurnChanged', readonly cursor: string }
   };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const MessageFieldsFragmentDoc = new TypedDocumentString(`
    fragment MessageFields on Message {
  id
  sequence
  author
  authorName
  text
  clientMessageId
  createdAt
}
    `, {"fragmentName":"MessageFields"}) as unknown as TypedDocumentString<MessageFieldsFragment, unknown>;
export const StartChatDocument = new TypedDocumentString(`
    mutation StartChat($input: StartChatInput!) {
  startChat(input: $input) {
    threadId
    token {
      token
      expiresAt
    }
  }
}
    `) as unknown as TypedDocumentString<StartChatMutation, StartChatMutationVariables>;
export const RenewTokenDocument = new TypedDocumentString(`
    mutation RenewToken {
  renewThreadToken(input: {}) {
    token
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<RenewTokenMutation, RenewTokenMutationVariables>;
export const OpenThreadDocument = new TypedDocumentString(`
    query OpenThread($before: Cursor) {
  viewer {
    thread {
      id
      status
      cursor
      messages(last: 100, before: $before) {
        pageInfo {
          hasPreviousPage
          startCursor
        }
        edges {
          node {
            ...MessageFields
          }
        }
      }
    }
  }
}
    fragment MessageFields on Message {
  id
  sequence
  author
  authorName
  text
  clientMessageId
  createdAt
}`) as unknown as TypedDocumentString<OpenThreadQuery, OpenThreadQueryVariables>;
export const SendMessageDocument = new TypedDocumentString(`
    mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message {
      ...MessageFields
    }
  }
}
    fragment MessageFields on Message {
  id
  sequence
  author
  authorName
  text
  clientMessageId
  createdAt
}`) as unknown as TypedDocumentString<SendMessageMutation, SendMessageMutationVariables>;
export const SetPresenceDocument = new TypedDocumentString(`
    mutation SetPresence($input: SetPresenceInput!) {
  setPresence(input: $input) {
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<SetPresenceMutation, SetPresenceMutationVariables>;
export const ThreadEventsDocument = new TypedDocumentString(`
    subscription ThreadEvents($id: ID!, $after: Cursor) {
  threadEvents(threadId: $id, after: $after) {
    __typename
    cursor
    ... on MessageCreated {
      message {
        ...MessageFields
      }
    }
    ... on StatusChanged {
      status
    }
    ... on MessageDelta {
      messageId
      offset
      text
      dropped
    }
    ... on PresenceChanged {
      author
      name
      present
      typing
    }
  }
}
    fragment MessageFields on Message {
  id
  sequence
  author
  authorName
  text
  clientMessageId
  createdAt
}`) as unknown as TypedDocumentString<ThreadEventsSubscription, ThreadEventsSubscriptionVariables>;