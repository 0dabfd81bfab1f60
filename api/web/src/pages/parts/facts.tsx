// Where facts come from, where their sources disagree, and what is not known: said beside each fact.

import { createContext, type ReactNode, useContext, useMemo } from 'react';

import { date, language, type Localized, say } from '../../app/language';
import { Link } from '../../app/router';
import { Badge, Illustrative, Name } from '../../app/ui';
import { label, word } from './text';

export interface DocumentRef {
  code: string;
  title: Localized;
  publishedOn: string;
  publisher: { code: string; name: Localized } | null;
}

export interface Citation {
  field: string | null;
  basis: 'STATED' | 'INFERRED';
  locator: Localized | null;
  note: Localized | null;
  document: DocumentRef | null;
}

export interface Conflict {
  id: string;
  field: string;
  status: 'OPEN' | 'RESOLVED';
  summary: Localized;
  claims: { nodes: { value: Localized; locator: Localized | null; document: DocumentRef | null }[] };
}

/** What the fragment `Sourced` asks of a fact. */
export interface Sourced {
  id: string;
  origin: 'SOURCE' | 'REPORTED' | 'ILLUSTRATIVE';
  citations: { nodes: Citation[] };
  conflicts: { nodes: Conflict[] };
}

interface Source {
  number: number;
  document: DocumentRef;
  places: Map<string, Citation>;
}

function isSourced(value: object): value is Sourced {
  return 'citations' in value && 'conflicts' in value && Array.isArray((value as Sourced).citations.nodes);
}

/** Documents that an answer cites, numbered in the order in which the page comes to them. */
function collect(answer: unknown, sources = new Map<string, Source>()): Map<string, Source> {
  if (Array.isArray(answer)) for (const one of answer) collect(one, sources);
  else if (answer !== null && typeof answer === 'object') {
    if (isSourced(answer)) {
      for (const citation of answer.citations.nodes) add(sources, citation.document, citation);
      for (const conflict of answer.conflicts.nodes) for (const claim of conflict.claims.nodes) add(sources, claim.document);
    }
    for (const [name, value] of Object.entries(answer)) if (name !== 'citations' && name !== 'conflicts') collect(value, sources);
  }
  return sources;
}

function add(sources: Map<string, Source>, document: DocumentRef | null, citation?: Citation) {
  if (!document) return;
  const source = sources.get(document.code) ?? { number: sources.size + 1, document, places: new Map<string, Citation>() };
  sources.set(document.code, source);
  const place = citation?.locator?.ko ?? citation?.note?.ko;
  if (citation && place && !source.places.has(place)) source.places.set(place, citation);
}

const SourcesContext = createContext<Map<string, Source>>(new Map());

/** Numbers the sources of what a page shows. */
export function WithSources({ answer, children }: { answer: unknown; children: ReactNode }) {
  const sources = useMemo(() => collect(answer), [answer]);
  return <SourcesContext value={sources}>{children}</SourcesContext>;
}

/** Citations that speak of a field, or else those that speak of the whole fact. */
function citationsOf(fact: Sourced, field?: string): Citation[] {
  const all = fact.citations.nodes;
  const own = field === undefined ? [] : all.filter((one) => one.field === field);
  if (own.length > 0) return own;
  const whole = all.filter((one) => one.field === null);
  return whole.length > 0 || field !== undefined ? whole : all;
}

/** The numbers of a fact's sources, each a link to the source; with a mark where it is only implied. */
export function Cite({ of, field }: { of: Sourced; field?: string }) {
  const sources = useContext(SourcesContext);
  const citations = citationsOf(of, field);
  const numbers = new Map<number, string[]>();
  for (const { document, locator } of citations) {
    const source = document && sources.get(document.code);
    if (!source) continue;
    const places = numbers.get(source.number) ?? [say(source.document.title)];
    if (locator && !places.includes(say(locator))) places.push(say(locator));
    numbers.set(source.number, places);
  }
  const isInferred = citations.length > 0 && citations.every((one) => one.basis === 'INFERRED');
  const why = citations.find((one) => one.note)?.note;
  if (numbers.size === 0) return null;
  return (
    <span className="cite">
      {[...numbers].map(([number, places]) => (
        <a key={number} href={`#source-${number}`} title={places.join(', ')} aria-label={`${word('source')} ${number}: ${places.join(', ')}`}>
          {number}
        </a>
      ))}
      {isInferred && (
        <em title={why ? say(why) : word('inferredWhy')} className="inferred">
          {word('inferred')}
        </em>
      )}
    </span>
  );
}

/** Whether a row is made up, or was entered by an institution; facts of sources need no mark. */
export function OriginMark({ of }: { of: { origin: Sourced['origin'] } }) {
  if (of.origin === 'ILLUSTRATIVE') return <Illustrative />;
  return of.origin === 'REPORTED' ? <Badge tone="info">{word('reported')}</Badge> : null;
}

/** Nothing is known: neither none nor hidden. */
export function NotOnRecord() {
  return (
    <span className="unknown" title={word('notOnRecordWhy')}>
      {word('notOnRecord')}
    </span>
  );
}

/** Something is known and not shown to this reader. */
export function Hidden({ children }: { children?: ReactNode }) {
  return (
    <span className="hidden-value">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M4.5 7V5a3.5 3.5 0 0 1 7 0v2M3 7h10v7H3z" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
      </svg>
      <span>
        <b>{word('hidden')}</b>
        {children && <> – {children}</>}
      </span>
    </span>
  );
}

/** Every value that a source gives, where they disagree about a fact. */
export function Conflicts({ of }: { of: Sourced }) {
  const sources = useContext(SourcesContext);
  return of.conflicts.nodes.map((conflict) => (
    <aside key={conflict.id} className="conflict" aria-label={word('conflict')}>
      <p>
        <Badge tone="warn">{word(conflict.status === 'OPEN' ? 'conflict' : 'conflictResolved')}</Badge> <Name of={conflict.summary} />
      </p>
      <ul>
        {conflict.claims.nodes.map((claim, index) => {
          const source = claim.document && sources.get(claim.document.code);
          return (
            <li key={index}>
              <b>
                <Name of={claim.value} />
              </b>
              {source && (
                <span className="cite">
                  <a href={`#source-${source.number}`} aria-label={`${word('source')} ${source.number}: ${say(source.document.title)}`}>
                    {source.number}
                  </a>
                </span>
              )}
              {claim.locator && (
                <span className="muted">
                  {' '}
                  <Name of={claim.locator} />
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </aside>
  ));
}

/** The same in a list: what disagrees is told, and opens. */
export function FoldedConflicts({ of }: { of: Sourced }) {
  const count = of.conflicts.nodes.length;
  if (count === 0) return null;
  return (
    <details className="folded">
      <summary>
        {word('conflict')} <span className="count">{count}</span>
      </summary>
      <Conflicts of={of} />
    </details>
  );
}

/** The documents a page rests on. */
export function Sources() {
  const sources = useContext(SourcesContext);
  return (
    <section className="part sources" id="sources" aria-labelledby="sources-heading">
      <h2 id="sources-heading">{word('sources')}</h2>
      {sources.size === 0 ? (
        <p className="note">{word('noSources')}</p>
      ) : (
        <>
          <p className="note">{word('sourcesNote')}</p>
          <ol>
            {[...sources.values()].map(({ number, document, places }) => (
              <li key={number} id={`source-${number}`} value={number}>
                <span className="number" aria-hidden="true">
                  {number}
                </span>
                <div>
                  <Link to={`/documents/${document.code}`}>
                    <Name of={document.title} />
                  </Link>
                  <span className="muted">
                    {document.publisher && (
                      <>
                        {' '}
                        · <Name of={document.publisher.name} />
                      </>
                    )}{' '}
                    · {date(document.publishedOn)}
                  </span>
                  {places.size > 0 && (
                    <details>
                      <summary>
                        {word('place')} ({places.size})
                      </summary>
                      <ul>
                        {[...places.values()].map((place, index) => (
                          <li key={index}>
                            {place.locator && <Name of={place.locator} />}
                            {place.basis === 'INFERRED' && <em className="inferred">{label('Basis', 'INFERRED')}</em>}
                            {place.note && (
                              <>
                                {' '}
                                <Name of={place.note} />
                              </>
                            )}
                          </li>
                        ))}
                      </ul>
                    </details>
                  )}
                </div>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

/** A thing's English name where no source prints one. */
export function RenderingNote({ of }: { of: Sourced }) {
  const isOurs = language() === 'en' && of.citations.nodes.some((one) => (one.field === 'name.en' || one.field === 'title.en') && one.basis === 'INFERRED');
  return isOurs ? <p className="note">{word('ourRendering')}</p> : null;
}
