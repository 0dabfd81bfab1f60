import { DOC_EXPLORER_PLUGIN, DocExplorer, type DocExplorerNavStackItem, useDocExplorer, useDocExplorerActions } from '@graphiql/plugin-doc-explorer';
import { useGraphiQL } from '@graphiql/react';
import { getNamedType, type GraphQLField, type GraphQLNamedType, type GraphQLSchema } from 'graphql';
import { useDeferredValue, useMemo, useRef, useState } from 'react';

import { byArea } from './areas';
import { type Entry, find, index } from './search';

const most = 60;

function useGo() {
  const { push, reset } = useDocExplorerActions();
  return (path: DocExplorerNavStackItem[]) => {
    reset();
    for (const item of path) push(item);
  };
}

function Results({ entries, text, onGo }: { entries: Entry[]; text: string; onGo: () => void }) {
  const go = useGo();
  const found = useMemo(() => find(entries, text), [entries, text]);
  return (
    <div className="find-results">
      <p role="status">
        {found.length === 0 ? '찾은 것이 없습니다. Nothing found.' : `${found.length}${found.length > most ? `, 앞의 ${most}개 the first ${most}` : ''}`}
      </p>
      <ul>
        {found.slice(0, most).map((entry) => (
          <li key={entry.title}>
            <button
              type="button"
              onClick={() => {
                go(entry.path);
                onGo();
              }}
            >
              <code>{entry.title}</code>
              <span>{entry.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** `회의. A meeting.` begins with the Korean term. */
const term = (of: { description?: string | null }) => /^[^.]*[가-힣][^.]*(?=\.)/.exec(of.description ?? '')?.[0] ?? '';

/** A list is called after what is in it. */
function termOf(field: GraphQLField<unknown, unknown>, schema: GraphQLSchema): string {
  const said = term(field);
  const row = schema.getType(getNamedType(field.type).name.replace(/Connection$/, ''));
  return said === '목록' && row ? `${term(row)} 목록` : said;
}

function Names({ types }: { types: GraphQLNamedType[] }) {
  const go = useGo();
  return (
    <ul>
      {types.map((type) => (
        <li key={type.name}>
          <button type="button" onClick={() => go([{ name: type.name, def: type }])}>
            <code>{type.name}</code> <span>{term(type)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Areas({ schema }: { schema: GraphQLSchema }) {
  const go = useGo();
  const areas = useMemo(() => byArea(schema), [schema]);
  return (
    <section className="areas" aria-labelledby="areas">
      <h3 id="areas">분야별 By area</h3>
      {areas.map(({ ko, en, roots, types, helpers }) => (
        <details key={en}>
          <summary>
            {ko} <span lang="en">{en}</span>
          </summary>
          {roots.length > 0 && (
            <ul className="areas-roots">
              {roots.map(({ root, name }) => {
                const type = schema.getType(root);
                const field = type && 'getFields' in type ? type.getFields()[name] : undefined;
                return (
                  <li key={`${root}.${name}`}>
                    <button type="button" onClick={() => type && field && go([{ name: root, def: type }, { name, def: field }] as DocExplorerNavStackItem[])}>
                      <small>{root.toLowerCase()}</small> <code>{name}</code> <span>{field && termOf(field as GraphQLField<unknown, unknown>, schema)}</span>
                    </button>
                  </li>
                );
              })}
            </ul>
          )}
          <Names types={types} />
          {helpers.length > 0 && (
            <details>
              <summary>조건·정렬·입력 Filters, orders, inputs ({helpers.length})</summary>
              <Names types={helpers} />
            </details>
          )}
        </details>
      ))}
    </section>
  );
}

/** The documentation with a search that reads descriptions, and types by area instead of eight hundred in a row. */
function Docs() {
  const schema = useGraphiQL((state) => state.schema);
  const entries = useMemo(() => (schema ? index(schema) : []), [schema]);
  const stack = useDocExplorer();
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const wanted = useDeferredValue(text.trim());
  return (
    <div className="docs">
      {/* GraphiQL's key for searching clicks what has this class. */}
      <label className="graphiql-doc-explorer-search-input find">
        <span>스키마 검색 Search the schema</span>
        <input
          ref={input}
          type="search"
          value={text}
          placeholder="회의, 기한, overdue …"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {wanted ? (
        <Results entries={entries} text={wanted} onGo={() => setText('')} />
      ) : (
        <>
          <DocExplorer />
          {schema && stack.length === 1 && <Areas schema={schema} />}
        </>
      )}
    </div>
  );
}

/** GraphiQL knows its documentation by this very object, so it keeps it and shows other content. */
export function replaceDocs() {
  DOC_EXPLORER_PLUGIN.content = Docs;
}
