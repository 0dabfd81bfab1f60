// The frame of a thing's page: what it is, its facts, its parts, where it comes from, how to ask for it.

import { createContext, type ReactNode, useContext, useEffect } from 'react';

import { type Failure, type GraphQLFault, graphiqlAddress, type Operation } from '../../app/client';
import { language, type Localized, say, time } from '../../app/language';
import { Link } from '../../app/router';
import type { Asked } from '../../app/query';
import { Failed, Loading, Name, Page } from '../../app/ui';
import { Cite, Conflicts, NotOnRecord, OriginMark, RenderingNote, type Sourced, Sources, WithSources } from './facts';
import { word } from './text';
import type { Word } from './words';
import './things.css';

/** An address that answers an operation as JSON, to keep and to share. */
export function jsonAddress<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): string {
  return `/graphql?${new URLSearchParams({ query: operation.text, variables: JSON.stringify(variables) })}`;
}

interface ToolsProps<Data, Variables> {
  operation: Operation<Data, Variables>;
  variables: Variables;
  children?: ReactNode;
}

/** The query behind a page, its answer as JSON, and print. */
export function Tools<Data, Variables>({ operation, variables, children }: ToolsProps<Data, Variables>) {
  return (
    <ul className="tools no-print">
      {children}
      <li>
        <a href={graphiqlAddress(operation, variables)}>{word('openInGraphiql')}</a>
      </li>
      <li>
        <a href={jsonAddress(operation, variables)}>{word('asJson')}</a>
      </li>
      <li>
        <button type="button" className="button link" onClick={() => print()}>
          {word('print')}
        </button>
      </li>
    </ul>
  );
}

/** The kinds of things, each with its list. */
export const kinds = ['bodies', 'meetings', 'recommendations', 'bills', 'cases', 'programmes', 'institutions', 'persons', 'plans', 'documents'] as const satisfies readonly Word[];
export type Kind = (typeof kinds)[number];

export function Crumbs({ kind, children }: { kind?: Kind; children?: ReactNode }) {
  return (
    <nav className="crumbs no-print" aria-label="Breadcrumb">
      <ol>
        <li>
          <Link to="/">{word('home')}</Link>
        </li>
        {kind && (
          <li>
            <Link to={`/${kind}`}>{word(kind)}</Link>
          </li>
        )}
        {children}
      </ol>
    </nav>
  );
}

/** What a page says when nothing public has its code: what has a like one, and where to look. */
export function NotFound({ kind, code, faults }: { kind: Kind; code: string; faults: GraphQLFault[] }) {
  // The API names the argument, the code, and then those near it.
  const near = faults.flatMap(({ message }) => [...message.matchAll(/`([^`]+)`/g)].map(([, one]) => one ?? '').slice(2));
  return (
    <Page title={word('notFound')}>
      <Crumbs kind={kind} />
      <div className="state not-found">
        <h1>{word('notFound')}</h1>
        <p>
          {word(kind)} <code>{code}</code>
        </p>
        <p>{word('notFoundWhy')}</p>
        {near.length > 0 && (
          <p>
            {word('similarCodes')}:{' '}
            {near.map((one) => (
              <Link key={one} className="chip" to={`/${kind}/${encodeURIComponent(one)}`}>
                {one}
              </Link>
            ))}
          </p>
        )}
        <p className="row">
          <Link className="button primary" to={`/${kind}`}>
            {word('toList')}
          </Link>
          <Link className="button" to={`/search?q=${encodeURIComponent(code.replaceAll(/[_-]+/g, ' '))}`}>
            {word('searchIt')}
          </Link>
        </p>
      </div>
    </Page>
  );
}

/** Draws a page from its answer, or says why there is none. */
export function WhenAsked<Data>({ asked, kind, code, children }: { asked: Asked<Data>; kind: Kind; code: string; children: (data: Data, faults: GraphQLFault[]) => ReactNode }) {
  if (asked.state === 'loading') {
    return (
      <Page title="">
        <Crumbs kind={kind} />
        <Loading height="60vh" />
      </Page>
    );
  }
  if (asked.state === 'failed') {
    if (isNotFound(asked.failure)) return <NotFound kind={kind} code={code} faults={asked.failure.faults} />;
    return (
      <Page title={word('failed')}>
        <Crumbs kind={kind} />
        <h1 className="sr-only">{word('failed')}</h1>
        <Failed failure={asked.failure} retry={asked.reload} />
      </Page>
    );
  }
  return children(asked.data, asked.faults);
}

function isNotFound(failure: Failure): boolean {
  return failure.code === 'NOT_FOUND' || failure.faults.some((one) => one.extensions?.code === 'NOT_FOUND');
}

/** Whether the API kept a field of the answer from this reader. */
export function isHidden(faults: GraphQLFault[], ...path: string[]): boolean {
  return faults.some((one) => path.every((step, index) => one.path?.[index] === step) && ['UNAUTHENTICATED', 'FORBIDDEN'].includes(one.extensions?.code ?? ''));
}

interface ThingProps<Data, Variables> extends ToolsProps<Data, Variables> {
  kind: Kind;
  fact: Sourced & { updatedAt: string };
  name: Localized;
  code: string;
  /** Above the heading: what it is. */
  kicker?: ReactNode;
  /** Below the heading: states. */
  badges?: ReactNode;
  lead?: Localized | null;
  facts?: ReactNode;
  tools?: ReactNode;
  answer: unknown;
  /** Of which the English name has a citation of its own, as `name.en`. */
  nameField?: string;
}

interface Section {
  id: string;
  title: string;
  count?: number;
}

const SectionsContext = createContext<Section[]>([]);

export function Thing<Data, Variables>(props: ThingProps<Data, Variables> & { sections: (Section | false | null | undefined)[] }) {
  const { kind, fact, name, code, kicker, badges, lead, facts, tools, answer, operation, variables, children } = props;
  const conflicts = fact.conflicts.nodes.length;
  const sections = [
    ...props.sections.filter((one) => !!one),
    ...(conflicts > 0 ? [{ id: 'conflicts', title: word('conflictsCount'), count: conflicts }] : []),
    { id: 'sources', title: word('sources') },
  ];
  // The address may name a part that was not there when the browser looked for it.
  useEffect(() => {
    try {
      document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
    } catch {
      // An address with a stray percent sign names no part.
    }
  }, []);
  return (
    <Page title={say(name)}>
      <WithSources answer={answer}>
        <SectionsContext value={sections}>
          <article className="thing" data-kind={kind}>
            <Crumbs kind={kind} />
            <header className="thing-head">
              {kicker && <p className="kicker">{kicker}</p>}
              <h1>
                <Name of={name} /> <Cite of={fact} field={language() === 'en' ? props.nameField : undefined} />
              </h1>
              {(badges || fact.origin !== 'SOURCE') && (
                <p className="row badges">
                  {badges}
                  <OriginMark of={fact} />
                  {fact.origin === 'ILLUSTRATIVE' && <span className="note">{word('illustrativeWhy')}</span>}
                </p>
              )}
              {lead && (
                <p className="lead">
                  <Name of={lead} />
                </p>
              )}
              <RenderingNote of={fact} />
              {conflicts > 0 && (
                <p>
                  <a className="badge warn" href="#conflicts">
                    {word('conflict')} {conflicts}
                  </a>
                </p>
              )}
            </header>
            <div className="thing-grid">
              <div className="thing-side">
                {facts && <dl className="facts">{facts}</dl>}
                <nav className="toc no-print" aria-label={word('onThisPage')}>
                  <h2>{word('onThisPage')}</h2>
                  <ul>
                    {sections.map(({ id, title, count }) => (
                      <li key={id}>
                        <a href={`#${id}`}>{title}</a>
                        {count !== undefined && <span className="count"> {count}</span>}
                      </li>
                    ))}
                  </ul>
                </nav>
              </div>
              <div className="thing-parts">
                {children}
                <Part id="conflicts">
                  <Conflicts of={fact} />
                </Part>
                <Sources />
              </div>
            </div>
            <footer className="thing-foot">
              <p className="muted">
                {word('code')} <code>{code}</code> · {word('lastChanged')} {time(fact.updatedAt)}
              </p>
              <Tools operation={operation} variables={variables}>
                {tools}
              </Tools>
            </footer>
          </article>
        </SectionsContext>
      </WithSources>
    </Page>
  );
}

/** One fact of a thing; without a value it is not on record. */
export function Fact({ title, of, field, isCited = true, children }: { title: string; of?: Sourced; field?: string; isCited?: boolean; children?: ReactNode }) {
  const isKnown = children !== null && children !== undefined && children !== '' && children !== false;
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        {isKnown ? children : <NotOnRecord />}
        {isKnown && of && isCited && <Cite of={of} field={field} />}
        {of && field && of.conflicts.nodes.some((one) => one.field === field) && (
          <a className="badge warn" href="#conflicts">
            {word('conflict')}
          </a>
        )}
      </dd>
    </div>
  );
}

/** A part of a page. Its title is that of the table of contents. */
export function Part({ id, note, all, children }: { id: string; note?: ReactNode; all?: { total: number; shown: number; to?: string }; children: ReactNode }) {
  const section = useContext(SectionsContext).find((one) => one.id === id);
  if (!section) return null;
  return (
    <section className="part" id={id} aria-labelledby={`${id}-heading`}>
      <h2 id={`${id}-heading`}>
        {section.title}
        {section.count !== undefined && <span className="count">{section.count}</span>}
      </h2>
      {note && <p className="note">{note}</p>}
      {children}
      {all && all.total > all.shown && (
        <p className="more">
          {word('partOf', { n: all.total, m: all.shown })} {all.to && <Link to={all.to}>{word('seeAll')}</Link>}
        </p>
      )}
    </section>
  );
}

/** A list in a part that is there and empty: nothing is on record. */
export function None() {
  return (
    <p className="none">
      <NotOnRecord /> {word('noneOnRecord')}
    </p>
  );
}
