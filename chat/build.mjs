// Builds the page and the widget into dist, and writes beside them what they were built from: a test compares that with the
// sources, so that nobody commits one without the other.
import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { build } from 'vite';

const sources = ['build.mjs', 'index.html', 'package-lock.json', 'package.json', 'tsconfig.json'];

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
const common = { configFile: false, logLevel: 'warn', publicDir: false };
await build({
  ...common,
  base: '/chat/',
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
});
await build({
  ...common,
  build: {
    outDir: 'dist', emptyOutDir: false, target: 'es2020', copyPublicDir: false,
    lib: { entry: 'src/widget.ts', formats: ['iife'], name: 'parleyWidget', fileName: () => 'widget.js' },
  },
});
await writeFile('dist/built-from', `${await fingerprint()}\n`);
