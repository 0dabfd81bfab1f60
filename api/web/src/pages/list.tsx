// Lists of each kind of thing: filters and page in the address, twenty lines at a time.

import type { FormEvent, ReactNode } from 'react';

import { graphiqlAddress, type Operation } from '../app/client';
import { type Localized, say } from '../app/language';
import { useQuery } from '../app/query';
import { address, Link, navigate, useAddress } from '../app/router';
import { Failed, Loading, Page } from '../app/ui';
import { Sources, WithSources } from './parts/facts';
import { Crumbs, jsonAddress, type Kind, kinds } from './parts/frame';
import { BillLine, BodyLine, CaseLine, DocumentLine, InstitutionLine, Lines, MeetingLine, PersonLine, PlanLine, ProgrammeLine, RecommendationLine } from './parts/rows';
import { choices, word } from './parts/text';
import type { Word } from './parts/words';
import { Bills, Bodies, Cases, Documents, Institutions, Meetings, Persons, Plans, Programmes, Recommendations } from './queries/lists.graphql';

interface Rows {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  nodes: { id: string }[];
}

type Answered = { rows: Rows; bodies?: { nodes: { code: string; name: Localized }[] }; regions?: { nodes: { code: string; name: Localized }[] } };

interface Filter {
  /** In the address. */
  name: string;
  title: Word;
  where: (value: string) => object;
  /** To choose from; without, the filter is set by links only. */
  options?: (data: Answered | undefined) => [string, string][];
  isFlag?: boolean;
}

interface List {
  operation: Operation<Answered, object>;
  filters: Filter[];
  // Rows of a list are of its own operation.
  line: (row: never) => ReactNode;
}

const byEnum = (name: string, title: Word, type: Parameters<typeof choices>[0]): Filter => ({
  name,
  title,
  options: () => choices(type),
  where: (value) => ({ [name]: { eq: value } }),
});
const byCode = (name: string, title: Word, where: (code: object) => object = (code) => ({ [name]: { code } })): Filter => ({
  name,
  title,
  where: (value) => where({ eq: value }),
});
const flag = (name: string, title: Word, where: object): Filter => ({ name, title, isFlag: true, where: () => where });
const named = (all: { code: string; name: Localized }[] | undefined): [string, string][] => (all ?? []).map((one) => [one.code, say(one.name)]);

function list<Data, Variables>(operation: Operation<Data, Variables>, filters: Filter[], line: List['line']): List {
  return { operation: operation as unknown as List['operation'], filters, line };
}

const lists: Record<Kind, List> = {
  bodies: list(Bodies, [byEnum('kind', 'kind', 'BodyKind')], (row) => <BodyLine of={row} />),
  meetings: list(
    Meetings,
    [
      { ...byCode('body', 'body'), options: (data) => named(data?.bodies?.nodes) },
      byEnum('kind', 'kind', 'MeetingKind'),
      byEnum('status', 'status', 'MeetingStatus'),
      flag('open', 'onlyOpen', { hasOpenRecommendations: true }),
    ],
    (row) => <MeetingLine of={row} />,
  ),
  recommendations: list(
    Recommendations,
    [
      byEnum('status', 'status', 'RecommendationStatus'),
      byEnum('source', 'origin', 'RecommendationSource'),
      flag('overdue', 'onlyOverdue', { isOverdue: true }),
      byCode('addressee', 'addressee'),
      byCode('meeting', 'meeting'),
      byCode('body', 'body', (code) => ({ meeting: { body: { code } } })),
    ],
    (row) => <RecommendationLine of={row} />,
  ),
  bills: list(Bills, [byEnum('stage', 'stageNow', 'BillStage'), byEnum('result', 'result', 'BillResult'), flag('stalled', 'onlyStalled', { isStalled: true })], (row) => <BillLine of={row} />),
  cases: list(
    Cases,
    [
      { ...byCode('region', 'region', (code) => ({ currentRegion: { code } })), options: (data) => named(data?.regions?.nodes) },
      byEnum('size', 'size', 'BusinessSize'),
      byEnum('stage', 'adoptionStage', 'AdoptionStage'),
      byEnum('application', 'application', 'ApplicationArea'),
      byEnum('technology', 'technology', 'Technology'),
      byCode('industry', 'industry'),
    ],
    (row) => <CaseLine of={row} />,
  ),
  programmes: list(Programmes, [], (row) => <ProgrammeLine of={row} />),
  institutions: list(Institutions, [byEnum('kind', 'kind', 'InstitutionKind'), byEnum('sector', 'sector', 'Sector')], (row) => <InstitutionLine of={row} />),
  persons: list(Persons, [], (row) => <PersonLine of={row} />),
  plans: list(Plans, [byEnum('status', 'status', 'PlanStatus'), byEnum('kind', 'kind', 'PlanKind')], (row) => <PlanLine of={row} />),
  documents: list(Documents, [byEnum('kind', 'kind', 'DocumentKind')], (row) => <DocumentLine of={row} />),
};

const size = 20;

export default function ListView() {
  const here = useAddress();
  const kind = kinds.find((one) => here.pathname.split('/')[1] === one) ?? 'bodies';
  const { operation, filters, line } = lists[kind];
  const asked = here.searchParams;
  const text = asked.get('q')?.trim() ?? '';
  const set = filters.filter((one) => asked.get(one.name));
  const and = [...(text ? [{ search: text }] : []), ...set.map((one) => one.where(asked.get(one.name) ?? ''))];
  const before = asked.get('before');
  const variables = {
    where: and.length > 0 ? { and } : undefined,
    ...(before ? { last: size, before } : { first: size, after: asked.get('after') ?? undefined }),
  };
  const answer = useQuery(operation, variables);
  const rows = answer.data?.rows;
  const isFiltered = and.length > 0;

  /** The filters that stand, with others or another page. */
  const to = (changes: Record<string, string | null>) => {
    const kept = Object.fromEntries(['q', ...filters.map((one) => one.name)].map((name) => [name, asked.get(name)]));
    return address(`/${kind}`, { ...kept, ...changes });
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    navigate(to(Object.fromEntries(['q', ...filters.map((one) => one.name)].map((name) => [name, form.has(name) ? String(form.get(name)).trim() || null : asked.get(name) && filters.find((one) => one.name === name)?.isFlag ? null : asked.get(name)]))), {
      keepScroll: true,
    });
  };

  return (
    <Page title={word(kind)}>
      <Crumbs />
      <div className="headline">
        <h1>{word(kind)}</h1>
      </div>
      <nav className="kinds no-print" aria-label={word('toList')}>
        <ul>
          {kinds.map((one) => (
            <li key={one}>
              <Link to={`/${one}`} aria-current={one === kind ? 'page' : undefined}>
                {word(one)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <form className="filters panel" onSubmit={submit} role="search" aria-label={word('filter')} key={here.search}>
        <p className="field">
          <label htmlFor="filter-q">{word('words')}</label>
          <input id="filter-q" name="q" type="search" maxLength={100} defaultValue={text} />
        </p>
        {filters.map(({ name, title, options, isFlag }) =>
          isFlag ? (
            <p key={name} className="check">
              <input id={`filter-${name}`} name={name} type="checkbox" value="1" defaultChecked={!!asked.get(name)} />
              <label htmlFor={`filter-${name}`}>{word(title)}</label>
            </p>
          ) : options ? (
            <p key={name} className="field">
              <label htmlFor={`filter-${name}`}>{word(title)}</label>
              <select id={`filter-${name}`} name={name} defaultValue={asked.get(name) ?? ''} key={`${name} ${options(answer.data).length}`}>
                <option value="">{word('any')}</option>
                {options(answer.data).map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
            </p>
          ) : (
            asked.get(name) && (
              <p key={name} className="fixed">
                {word(title)} <code>{asked.get(name)}</code>
                <input type="hidden" name={name} value={asked.get(name) ?? ''} />
              </p>
            )
          ),
        )}
        <p className="row">
          <button type="submit" className="button primary">
            {word('apply')}
          </button>
          {isFiltered && (
            <Link className="button" to={`/${kind}`}>
              {word('clear')}
            </Link>
          )}
        </p>
      </form>
      {answer.state === 'loading' && <Loading height="40vh" />}
      {answer.state === 'failed' && <Failed failure={answer.failure} retry={answer.reload} />}
      {answer.state === 'ready' && rows && (
        <WithSources answer={rows}>
          <section className="results" aria-busy={answer.isRefreshing || undefined}>
            <h2 className="count-line" aria-live="polite">
              {word('count', { n: rows.totalCount })}
            </h2>
            {rows.nodes.length > 0 ? (
              <Lines>{rows.nodes.map((row) => <LineOf key={row.id} row={row} line={line} />)}</Lines>
            ) : (
              <div className="state">
                <p>{word(isFiltered ? 'nothing' : 'noneOnRecord')}</p>
                {isFiltered && (
                  <Link className="button" to={`/${kind}`}>
                    {word('clear')}
                  </Link>
                )}
              </div>
            )}
            {(rows.pageInfo.hasNextPage || rows.pageInfo.hasPreviousPage) && (
              <nav className="paging no-print" aria-label={word('paging')}>
                {rows.pageInfo.hasPreviousPage && (
                  <Link className="button" rel="prev" to={to({ before: rows.pageInfo.startCursor })}>
                    ‹ {word('previous')}
                  </Link>
                )}
                {rows.pageInfo.hasNextPage && (
                  <Link className="button" rel="next" to={to({ after: rows.pageInfo.endCursor })}>
                    {word('next')} ›
                  </Link>
                )}
              </nav>
            )}
          </section>
          {rows.nodes.length > 0 && <Sources />}
        </WithSources>
      )}
      <ul className="tools no-print">
        <li>
          <a href={graphiqlAddress(operation, variables)}>{word('openInGraphiql')}</a>
        </li>
        <li>
          <a href={jsonAddress(operation, variables)}>{word('asJson')}</a>
        </li>
      </ul>
    </Page>
  );
}

function LineOf({ row, line }: { row: { id: string }; line: List['line'] }) {
  return line(row as never);
}
