// Compiled by relay-compiler, never run.
import { graphql } from 'relay-runtime';

graphql`
  query InboxQuery($where: ThreadWhereInput) {
    viewer { role workspace { id name cursor } }
    ...Inbox_threads @arguments(where: $where)
  }
`;

graphql`
  fragment Inbox_threads on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "Cursor" }, where: { type: "ThreadWhereInput" })
  @refetchable(queryName: "InboxPaginationQuery") {
    threads(first: $first, after: $after, where: $where) @connection(key: "Inbox_threads") {
      totalCount
      edges { node { id ...Inbox_row } }
    }
  }
`;

graphql`
  fragment Inbox_row on Thread @refetchable(queryName: "InboxRowQuery") {
    status channel lastActivityAt messageCount tags { name }
    customer { id name email }
    operator { id name }
    lastMessage { id author text }
  }
`;

graphql`
  subscription InboxSubscription($after: Cursor, $where: ThreadWhereInput) {
    workspaceEvents(after: $after, where: $where) {
      type sequence cursor threadId
      ... on MessageCreated { message { id thread { ...Inbox_row } } }
      ... on StatusChanged { status }
      ... on TagChanged { tag text }
    }
  }
`;

graphql`
  mutation InboxCreateMutation($input: CreateThreadInput!, $connections: [ID!]!) {
    createThread(input: $input) {
      thread @prependNode(connections: $connections, edgeTypeName: "ThreadEdge") { id ...Inbox_row }
    }
  }
`;
