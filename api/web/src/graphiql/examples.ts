// The examples are files, one operation each, so that they can be read, run and tested without
// this page. Vite puts them into the bundle when it is built.
const queries = import.meta.glob<string>('../../examples/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const variables = import.meta.glob<string>('../../examples/*.variables.json', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export interface Example {
  query: string;
  variables?: string;
}

/** `2-x` comes before `10-x`. */
const byFileName = new Intl.Collator('en', { numeric: true }).compare;

/** Every `examples/NAME.graphql` in the order of the names, with its `NAME.variables.json` if there is one. */
export const examples: Example[] = Object.entries(queries)
  .sort(([a], [b]) => byFileName(a, b))
  .map(([path, query]) => ({
    query,
    variables: variables[path.replace(/\.graphql$/, '.variables.json')],
  }));
