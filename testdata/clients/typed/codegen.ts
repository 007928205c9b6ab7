// What GraphQL Code Generator writes: typed documents, from the schema of a server and the .graphql files of an app.
export default {
  schema: 'http://127.0.0.1:8080/schema.graphql',
  documents: '*.graphql',
  generates: {
    'generated/': {
      preset: 'client',
      config: {
        strictScalars: true, // one that is not named here is an error
        scalars: { Cursor: 'string', Time: 'string', Decimal: 'string', JSON: 'unknown' },
        enumsAsTypes: true,
        useTypeImports: true,
      },
    },
  },
};
