import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/app.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { App } from './app/App';
import { Boundary } from './app/Boundary';
import { theme } from './app/theme';
import { client } from './data/client';

// The server writes a fresh nonce into each page: styles that are made at run time carry it, see the policy in embed.go.
const nonce = document.querySelector('meta[name="style-nonce"]')?.getAttribute('content') ?? '';
setNonce(nonce); // for the library's own libraries

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <Notifications position="top-right" />
      <Boundary>
        <Provider value={client}>
          <App />
        </Provider>
      </Boundary>
    </MantineProvider>
  </StrictMode>,
);
