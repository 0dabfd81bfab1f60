import { createLocalStorage, StorageAPI } from '@graphiql/toolkit';

import { examples } from './examples';

const local = createLocalStorage({ namespace: 'aiplus' });

/**
 * GraphiQL's storage in the browser, without headers: `shouldPersistHeaders` keeps them out of
 * the stored tabs, but the history would store them all the same, and with them bearer tokens.
 */
export const storage: typeof local = {
  getItem: (key) => local.getItem(key),
  removeItem: (key) => local.removeItem(key),
  clear: () => local.clear(),
  get length() {
    return local.length;
  },
  setItem(key, value) {
    const isHistory = key.endsWith(':queries') || key.endsWith(':favorites');
    local.setItem(key, isHistory ? withoutHeaders(value) : value);
  },
};

function withoutHeaders(json: string): string {
  return JSON.stringify(JSON.parse(json, (key, value) => (key === 'headers' ? undefined : value)));
}

/**
 * On the first visit GraphiQL opens `defaultTabs`, but fills the editors from its storage, and so
 * would leave out the first tab's variables. Storing them beforehand shows them, and lets
 * GraphiQL find the tab again on the next visit.
 */
export function storeFirstExample() {
  const graphiql = new StorageAPI(storage);
  const first = examples[0];
  if (first === undefined || graphiql.get('tabState') !== null) return;
  graphiql.set('query', first.query);
  graphiql.set('variables', first.variables ?? '');
}
