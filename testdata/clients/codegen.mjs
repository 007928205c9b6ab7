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
  config: {
    strictScalars: true, // one that is not named here is an error
    scalars: { Cursor: 'string', Time: 'string', Decimal: 'string', JSON: 'unknown' },
    enumsAsTypes: true,
    useTypeImports: true,
  },
});
mkdirSync(folder, { recursive: true });
for (const file of files) {
  writeFileSync(join(folder, basename(file.filename)), await codegen(file));
}
