// Builds the console into dist, and writes beside it what it was built from: a test compares that with the sources, so that
// nobody commits one without the other.
import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { build } from 'vite';

const sources = ['build.mjs', 'index.html', 'package-lock.json', 'package.json', 'tsconfig.json', 'vite.config.ts'];

/** The hash of all sources: of the lines "sha256 path", in the order of the paths. */
async function fingerprint() {
  const below = (await readdir('src', { recursive: true, withFileTypes: true })).filter((f) => f.isFile()).map((f) => `${f.parentPath}/${f.name}`);
  const lines = [];
  for (const path of [...sources, ...below].sort()) {
    lines.push(`${createHash('sha256').update(await readFile(path)).digest('hex')} ${path}\n`);
  }
  return createHash('sha256').update(lines.join('')).digest('hex');
}

await build();
await writeFile('dist/built-from', `${await fingerprint()}\n`);
