// Compiled by relay-compiler, never run.
import { graphql } from 'relay-runtime';

graphql`
  query TalkQuery($id: ID!) {
    thread(id: $id) { id status messageCount cursor ...Talk_messages }
  }
`;

graphql`
  query TalkNodeQuery($id: ID!, $ids: [ID!]!) {
    node(id: $id) { __typename ...Talk_messages @alias }
    nodes(ids: $ids) { id ... on Customer { name } ... on Message { text } }
  }
`;

graphql`
  fragment Talk_messages on Thread
  @argumentDefinitions(last: { type: "Int", defaultValue: 20 }, before: { type: "Cursor" })
  @refetchable(queryName: "TalkPaginationQuery") {
    messages(last: $last, before: $before) @connection(key: "Talk_messages") {
      edges { node { id author text createdAt } }
    }
  }
`;

graphql`
  subscription TalkSubscription($thread: ID!, $after: Cursor, $connections: [ID!]!) {
    threadEvents(threadId: $thread, after: $after) {
      type sequence cursor
      ... on MessageCreated {
        message @appendNode(connections: $connections, edgeTypeName: "MessageEdge") {
          id author text createdAt
          thread { id messageCount status }
        }
      }
    }
  }
`;

graphql`
  mutation TalkTakeOverMutation($input: ThreadInput!) {
    takeOver(input: $input) { thread { id status operator { id name } } }
  }
`;
