// Makes typed documents by GraphQL Code Generator's client preset. Its command line does the same, but wants a newer Node than
// the tests do.
//
//   node codegen.mjs SCHEMA DOCUMENTS FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse } from 'graphql';

const [schemaFile, documentsFile, folder] = process.argv.slice(2);
// The file that docs/clients.md shows has no types in it, so that any Node reads it.
const shown = readFileSync(new URL('typed/codegen.ts', import.meta.url), 'utf8');
const { default: settings } = await import(`data:text/javascript,${encodeURIComponent(shown)}`);
const sdl = readFileSync(schemaFile, 'utf8');
const rawSDL = readFileSync(documentsFile, 'utf8');
const files = await preset.buildGeneratesSection({
  baseOutputDir: `${folder}/`,
  presetConfig: {},
  schema: parse(sdl),
  schemaAst: buildSchema(sdl),
  documents: [{ location: documentsFile, document: parse(rawSDL), rawSDL, hash: '' }],
  plugins: [],
  pluginMap: {},
  config: settings.generates['generated/'].config,
});
mkdirSync(folder, { recursive: true });
for (const file of files) {
  writeFileSync(join(folder, basename(file.filename)), await codegen(file));
}
