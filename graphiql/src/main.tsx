import 'graphiql/style.css';
import './style.css';
import type { Fetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { useEffect, useState, type FormEvent } from 'react';
import { createRoot } from 'react-dom/client';

const socket = new URL('/graphql', location.href);
socket.protocol = socket.protocol.replace('http', 'ws');

/** Signed in by the session, or by an `Authorization` among the headers, which sockets send when they begin. */
const fetcher: Fetcher = async (params, options) => {
  const headers = (options?.headers ?? {}) as Record<string, string>;
  if (getOperationAST(parse(params.query), params.operationName || undefined)?.operation !== 'subscription') {
    const response = await fetch('/graphql', {
      method: 'POST', credentials: 'same-origin', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(params),
    });
    return response.json();
  }
  const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  const client = createClient({ url: socket.href, connectionParams: authorization ? { authorization } : {} });
  return client.iterate({ ...params, operationName: params.operationName || undefined });
};

const first = `# The API of Parley. Ctrl-Space completes; the book on the left is the schema.
# Subscriptions run over WebSocket.

query Inbox {
  threads(first: 10) {
    edges {
      node {
        id
        status
        customer { name }
        lastMessage { author text }
      }
    }
  }
}
`;

interface Who { name: string; role: string }

async function ask(query: string, variables?: object): Promise<{ data?: { viewer?: Who; signIn?: { viewer: Who } }; errors?: { message: string }[] }> {
  const response = await fetch('/graphql', {
    method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

function SignIn({ done }: { done: (who: Who) => void }) {
  const [failure, setFailure] = useState('');
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    try {
      const answer = await ask('mutation($key: String!) { signIn(input: {key: $key}) { viewer { name role } } }', { key });
      if (answer.data?.signIn) done(answer.data.signIn.viewer);
      else setFailure(answer.errors?.[0]?.message ?? 'no answer');
    } catch (error) {
      setFailure(String(error));
    }
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <label>Key <input name="key" type="password" autoComplete="current-password" required /></label>
      <button type="submit">Sign in</button>
      <span role="status">{failure}</span>
    </form>
  );
}

function App() {
  const [who, setWho] = useState<Who | null | undefined>(undefined);
  useEffect(() => {
    ask('{ viewer { name role } }').then((answer) => setWho(answer.data?.viewer ?? null), () => setWho(null));
  }, []);
  if (who === undefined) return null;
  const signOut = () => { void ask('mutation { signOut(input: {}) { clientMutationId } }').then(() => setWho(null)); };
  return (
    <>
      {who ? <p className="who">{who.name} ({who.role}) <button type="button" onClick={signOut}>Sign out</button></p> : <SignIn done={setWho} />}
      <GraphiQL key={who ? 'in' : 'out'} fetcher={fetcher} defaultQuery={first} shouldPersistHeaders={false} defaultEditorToolsVisibility="variables" />
    </>
  );
}

createRoot(document.getElementById('graphiql')!).render(<App />);
