import { defineConfig } from 'vite';

export default defineConfig({
  // The server answers everything of the page below this path.
  base: '/graphiql/',
  build: {
    // GraphiQL 5 itself needs a browser of 2022 or later.
    target: 'es2022',
    // Monaco and its JSON worker are large by nature; the default limit would warn on every build.
    chunkSizeWarningLimit: 4096,
    // The polyfill serves browsers that the target above leaves out anyway.
    modulePreload: { polyfill: false },
    // The notices that the licences of the bundled libraries ask for travel with the bundle.
    license: { fileName: 'licenses.md' },
    sourcemap: false,
    // React's "use client" means nothing in a page without server rendering.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
