import { defineConfig, type Plugin } from 'vite';

import { licences } from './plugins/licences.mjs';
import { operations } from './plugins/operations.mjs';

declare const process: { env: Record<string, string | undefined> };

type Request = { url?: string; headers: Record<string, string | undefined> };

/** Documents by path, as the server gives them. */
function document(incoming: unknown, _response: unknown, next: () => void) {
  const request = incoming as Request;
  const path = request.url?.split('?')[0] ?? '';
  if (path === '/graphiql') request.url = '/graphiql.html';
  else if (request.headers.accept?.includes('text/html') && !path.includes('.') && !path.startsWith('/graphql')) request.url = '/app.html';
  next();
}

const documents: Plugin = {
  name: 'aiplus:documents',
  configureServer: (server) => void server.middlewares.use(document),
  configurePreviewServer: (server) => void server.middlewares.use(document),
};

export default defineConfig({
  plugins: [operations(), documents, licences()],
  // Where `npm run dev` finds a server to ask.
  server: {
    proxy: Object.fromEntries(
      ['/graphql', '/oauth', '/export', '/import', '/calendar', '/files', '/submissions'].map((path) => [path, process.env.AIPLUS_URL ?? 'http://127.0.0.1:8080']),
    ),
  },
  // GraphiQL's workers are made for the build; what prepares dependencies for `npm run dev` breaks on them.
  optimizeDeps: { entries: ['app.html'], exclude: ['graphiql', '@graphiql/react'] },
  build: {
    // GraphiQL 5 itself needs a browser of 2022 or later.
    target: 'es2022',
    // Monaco and its JSON worker are large by nature; the default limit would warn on every build.
    chunkSizeWarningLimit: 4096,
    // The policy of the pages lets no file in that is written into another.
    assetsInlineLimit: 0,
    // The polyfill serves browsers that the target above leaves out anyway.
    modulePreload: { polyfill: false },
    // The notices that the licences of the bundled libraries ask for travel with the bundle.
    license: { fileName: 'licenses.md' },
    sourcemap: false,
    rolldownOptions: {
      input: ['app.html', 'graphiql.html'],
      // React's "use client" means nothing in a page without server rendering.
      checks: { moduleLevelDirective: false },
    },
  },
});
