import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The built files are committed and embedded into the server: nothing in them may depend on when or where they were built.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    sourcemap: false,
    target: ['chrome123', 'firefox121', 'safari17.5'], // the first that know light-dark()
    modulePreload: { polyfill: false }, // it would be an inline script
    assetsInlineLimit: 0, // the policy of the page takes images of this server only
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:8080', ws: true }, '/exports': 'http://127.0.0.1:8080' } },
});
