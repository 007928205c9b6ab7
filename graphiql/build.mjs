// Builds the page into dist, and writes beside it what it was built from: a test compares that with the sources, so that nobody
// commits one without the other.
import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const sources = ['build.mjs', 'index.html', 'package-lock.json', 'package.json'];

/** The hash of all sources: of the lines "sha256 path", in the order of the paths. */
async function fingerprint() {
  const below = (await readdir('src', { recursive: true, withFileTypes: true })).filter((f) => f.isFile()).map((f) => `${f.parentPath}/${f.name}`);
  const lines = [];
  for (const path of [...sources, ...below].sort()) {
    lines.push(`${createHash('sha256').update(await readFile(path)).digest('hex')} ${path}\n`);
  }
  return createHash('sha256').update(lines.join('')).digest('hex');
}

// Nothing in the files may depend on when or where they were built.
await build({
  configFile: false, logLevel: 'error', publicDir: false, base: '/graphiql/', plugins: [react()],
  define: { 'process.env.NODE_ENV': '"production"' },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 3000 },
});
await writeFile('dist/built-from', `${await fingerprint()}\n`);
