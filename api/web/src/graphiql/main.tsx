// The workers come first: Monaco asks for them as soon as it is loaded.
import 'graphiql/setup-workers/vite';
// `graphiql/style.css` would hold all of these, and Monaco's styles a second time, and fonts
// without Hangul.
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './main.css';

import { pick, useGraphiQL } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { StrictMode, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';

import { askedInAddress } from './asked';
import { replaceDocs } from './docs';
import { examples } from './examples';
import { fetcher } from './fetcher';
import { storage, storeFirstExample } from './storage';

/** What the headers editor of a new tab holds; the fetcher drops headers without a value. */
const headersHint = `{
  // "Bearer TOKEN"; not sent while empty
  "Authorization": ""
}`;

/**
 * GraphiQL keeps headers for each tab, and none in its stored history. Here most tabs are examples
 * which all want the same token, so headers that nobody has edited give way to those typed last.
 */
function SharedHeaders() {
  const headerEditor = useGraphiQL((state) => state.headerEditor);
  const typed = useRef<string>(undefined);

  useEffect(() => {
    const listener = headerEditor?.onDidChangeModelContent((event) => {
      const headers = headerEditor.getValue();
      // A flush is GraphiQL replacing the whole text, as it does when the tab changes.
      if (!event.isFlush) {
        typed.current = headers;
      } else if (headers === '' || headers === headersHint) {
        const shared = typed.current;
        // Monaco's own listeners have to see this change first.
        if (shared) queueMicrotask(() => headerEditor.setValue(shared));
      }
    });
    return () => listener?.dispose();
  }, [headerEditor]);

  return null;
}

/** Long lines wrap in these editors as they do in the answer. */
function WrappedLines() {
  const editors = useGraphiQL(pick('queryEditor', 'variableEditor', 'headerEditor'));

  useEffect(() => {
    for (const editor of Object.values(editors)) editor?.updateOptions({ wordWrap: 'on' });
  }, [editors]);

  return null;
}

replaceDocs();
const asked = askedInAddress();
if (!asked) storeFirstExample();

const root = document.getElementById('root');
if (root === null) throw new Error('graphiql.html has no element with the id "root".');

createRoot(root).render(
  <StrictMode>
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={asked ? [asked, ...examples] : examples}
      initialQuery={asked?.query}
      initialVariables={asked?.variables}
      defaultHeaders={headersHint}
      defaultEditorToolsVisibility
      isHeadersEditorEnabled
      shouldPersistHeaders={false}
      storage={storage}
    >
      <GraphiQL.Logo>aiplus</GraphiQL.Logo>
      <SharedHeaders />
      <WrappedLines />
    </GraphiQL>
  </StrictMode>,
);
