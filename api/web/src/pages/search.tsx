// Search over all: what was found by kind, the words marked; what to try when nothing was.

import { type FormEvent, type ReactNode, useMemo } from 'react';

import { date, language, languageOf, type Localized, say } from '../app/language';
import { useQuery } from '../app/query';
import { address, Link, navigate, useAddress } from '../app/router';
import { Badge, Failed, Loading, Page } from '../app/ui';
import { OriginMark } from './parts/facts';
import { Crumbs, kinds, Tools } from './parts/frame';
import { searchTypes } from './parts/labels';
import { word } from './parts/text';
import type { Word } from './parts/words';
import { SearchPage, type SearchPageData, SearchWords } from './queries/search.graphql';

type Group = keyof SearchPageData;
type Hit = SearchPageData['meetings']['nodes'][number];
type Subject = Hit['subject'];

const groups: Record<Group, Word> = {
  meetings: 'meetings',
  agenda: 'agenda',
  bodies: 'bodies',
  recommendations: 'recommendations',
  bills: 'bills',
  cases: 'cases',
  institutions: 'institutions',
  persons: 'persons',
  plans: 'plans',
  programmes: 'programmes',
  figures: 'figures',
  documents: 'documents',
};

const at = (kind: string, code: string | null | undefined, part = '') => (code ? `/${kind}/${encodeURIComponent(code)}${part}` : null);

/** The page that tells of what was found. */
function pageOf(subject: Subject): string | null {
  switch (subject.__typename) {
    case 'Institution':
      return at('institutions', subject.code);
    case 'Person':
      return at('persons', subject.code);
    case 'Body':
      return at('bodies', subject.code);
    case 'Meeting':
      return at('meetings', subject.code);
    case 'MeetingSeries':
      return at('bodies', subject.body?.code, '#record');
    case 'AgendaItem':
      return at('meetings', subject.item.code, `#item-${subject.position}`);
    case 'Statement':
      return at('meetings', subject.spoken?.code, `#${subject.code}`);
    case 'Barrier':
      return at('meetings', subject.met?.code, '#barriers') ?? at('recommendations', subject.recommendations.nodes[0]?.code) ?? at('institutions', subject.institution?.code);
    case 'Recommendation':
      return at('recommendations', subject.code);
    case 'RecommendationAnswer':
    case 'Effect':
      return at('recommendations', subject.recommendation.code);
    case 'PolicyPlan':
      return at('plans', subject.code);
    case 'PolicyTask':
      return at('plans', subject.plan?.code, `#${subject.code}`);
    case 'Milestone':
      return at('plans', subject.task.plan?.code, `#${subject.task.code}`);
    case 'LegislativeInitiative':
      return at('bills', subject.bills.nodes[0]?.number);
    case 'Bill':
      return at('bills', subject.number);
    case 'BillEvent':
    case 'Provision':
      return at('bills', subject.bill.number);
    case 'AdoptionCase':
      return at('cases', subject.code);
    case 'Outcome':
      return at('cases', subject.adoptionCase.code, '#outcomes');
    case 'Programme':
      return at('programmes', subject.code);
    case 'Indicator':
      return at('programmes', subject.programme.code, '#indicators');
    case 'Document':
      return at('documents', subject.code);
    case 'Observation':
      return (
        at('meetings', subject.seen?.code, '#figures') ??
        at('bodies', subject.body?.code, '#figures') ??
        at('plans', subject.plan?.code, '#figures') ??
        at('institutions', subject.institution?.code, '#figures') ??
        at('documents', subject.citations.nodes[0]?.document?.code)
      );
    case 'Activity':
      return at('institutions', subject.institution?.code, '#activities');
    case 'Appointment':
      return at('bodies', subject.body?.code, '#members');
    case 'Membership':
      return at('persons', subject.person?.code) ?? at('institutions', subject.institution?.code, '#people');
    default:
      return null;
  }
}

/** What is told of a hit beside its title. */
function detailOf(subject: Subject): Localized | null {
  switch (subject.__typename) {
    case 'Statement':
      return subject.said;
    case 'Recommendation':
    case 'PolicyPlan':
    case 'PolicyTask':
    case 'AdoptionCase':
    case 'Programme':
    case 'Document':
      return subject.summary;
    default:
      return null;
  }
}

function dayOf(subject: Subject): string | null {
  switch (subject.__typename) {
    case 'Meeting':
      return subject.heldOn;
    case 'Recommendation':
      return subject.raisedOn;
    case 'Document':
      return subject.publishedOn;
    case 'AgendaItem':
      return subject.item.heldOn;
    case 'Statement':
      return subject.spoken?.heldOn ?? null;
    default:
      return null;
  }
}

/** Words as they are compared: without case and width. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Where a word stands: a Latin one where it begins, as search finds it. */
function placeOf(word: string, text: string, from: number): number {
  for (let place = text.indexOf(word, from); place >= 0; place = text.indexOf(word, place + 1)) {
    if (!/^[a-z0-9]/.test(word) || place === 0 || !/[a-z0-9]/.test(text[place - 1] ?? '')) return place;
  }
  return -1;
}

/** A text with the words that were looked for marked; of a long one the part around the first of them. */
function Marked({ text, words, most }: { text: string; words: string[]; most?: number }) {
  const parts = useMemo(() => {
    const folded = fold(text);
    // Where folding changes lengths, places would not be those of the text.
    if (folded.length !== text.length) return [<span key="0">{text}</span>];
    const first = Math.min(...words.map((one) => placeOf(one, folded, 0)).filter((place) => place >= 0), text.length);
    const from = most && text.length > most && first < text.length ? Math.max(0, first - most / 3) : 0;
    const shown = most ? text.slice(from, from + most) : text;
    const made: ReactNode[] = from > 0 ? ['… '] : [];
    let rest = 0;
    const look = fold(shown);
    while (rest < shown.length) {
      const next = words
        .map((one) => ({ one, place: placeOf(one, look, rest) }))
        .filter(({ place }) => place >= 0)
        .sort((a, b) => a.place - b.place || b.one.length - a.one.length)[0];
      if (!next) break;
      made.push(shown.slice(rest, next.place), <mark key={next.place}>{shown.slice(next.place, next.place + next.one.length)}</mark>);
      rest = next.place + next.one.length;
    }
    made.push(shown.slice(rest));
    if (most && from + most < text.length) made.push(' …');
    return made;
  }, [text, words, most]);
  return parts;
}

function Hits({ of, words }: { of: Hit[]; words: string[] }) {
  return (
    <ul className="lines">
      {of.map((hit) => {
        const page = pageOf(hit.subject);
        const detail = detailOf(hit.subject);
        const day = dayOf(hit.subject);
        const title = (
          <span lang={languageOf(hit.title)}>
            <Marked text={say(hit.title)} words={words} />
          </span>
        );
        return (
          <li key={hit.id} className="line">
            <p className="line-title">{page ? <Link to={page}>{title}</Link> : title}</p>
            {detail && (
              <p className="snippet" lang={languageOf(detail)}>
                <Marked text={say(detail)} words={words} most={180} />
              </p>
            )}
            <p className="line-facts">
              <Badge>{typeName(hit.subject.__typename)}</Badge>
              {day && <span>{date(day)}</span>}
              <OriginMark of={hit.subject} />
            </p>
          </li>
        );
      })}
    </ul>
  );
}

function typeName(name: string): string {
  const [ko, en] = searchTypes[name] ?? [name, name];
  return language() === 'ko' ? ko : en;
}

/** What to try when nothing was found: each word alone, and what there is much of. */
function Nothing({ text, words }: { text: string; words: string[] }) {
  const [one = '', two = '', three = ''] = words;
  const asked = useQuery(SearchWords, { one: one || text, two: two || text, three: three || text });
  const alone = (
    [
      [one, asked.data?.one.totalCount],
      [two, asked.data?.two.totalCount],
      [three, asked.data?.three.totalCount],
    ] as const
  ).filter(([word, count]) => word && word !== fold(text) && count);
  const topics = asked.data?.topics.nodes ?? [];
  return (
    <div className="state">
      <h2>{word('nothingFound', { x: text })}</h2>
      <p>{word('nothingTips')}</p>
      {alone.length > 0 && (
        <p>
          {word('oneWord')}:{' '}
          {alone.map(([found, count]) => (
            <Link key={found} className="chip" to={`/search?q=${encodeURIComponent(found)}`}>
              {found} <span className="count">{count}</span>
            </Link>
          ))}
        </p>
      )}
      {topics.length > 0 && (
        <p>
          {word('tryThese')}:{' '}
          {topics.map((topic) => (
            <Link key={topic.code} className="chip" to={`/search?q=${encodeURIComponent(topic.name.ko.replace(/[()·]/g, ' '))}`}>
              {say(topic.name)}
            </Link>
          ))}
        </p>
      )}
    </div>
  );
}

function Results({ text }: { text: string }) {
  const variables = { text, first: 5 };
  const asked = useQuery(SearchPage, variables);
  const words = useMemo(() => fold(text).split(/\s+/).filter(Boolean), [text]);
  if (asked.state === 'loading') return <Loading height="40vh" />;
  if (asked.state === 'failed') return <Failed failure={asked.failure} retry={asked.reload} />;
  const found = (Object.keys(groups) as Group[]).map((name) => ({ name, hits: asked.data[name] })).filter(({ hits }) => hits.totalCount > 0);
  const total = found.reduce((sum, { hits }) => sum + hits.totalCount, 0);
  if (total === 0) return <Nothing text={text} words={words} />;
  return (
    <>
      <p className="count-line" role="status">
        {word('found', { x: text, n: total })}
      </p>
      <nav className="kinds no-print" aria-label={word('onThisPage')}>
        <ul>
          {found.map(({ name, hits }) => (
            <li key={name}>
              <a href={`#${name}`}>
                {word(groups[name])} <span className="count">{hits.totalCount}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {found.map(({ name, hits }) => (
        <section key={name} className="part" id={name} aria-labelledby={`${name}-heading`}>
          <h2 id={`${name}-heading`}>
            {word(groups[name])} <span className="count">{hits.totalCount}</span>
          </h2>
          <Hits of={hits.nodes} words={words} />
          {hits.totalCount > hits.nodes.length && (
            <p className="more">
              {word('partOf', { n: hits.totalCount, m: hits.nodes.length })}{' '}
              {(kinds as readonly string[]).includes(name) && <Link to={`/${name}?q=${encodeURIComponent(text)}`}>{word('seeAll')}</Link>}
            </p>
          )}
        </section>
      ))}
      <Tools operation={SearchPage} variables={variables} />
    </>
  );
}

export default function SearchView() {
  const here = useAddress();
  const text = here.searchParams.get('q')?.trim().slice(0, 100) ?? '';
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget).get('q') ?? '').trim();
    if (wanted) navigate(address('/search', { q: wanted }));
  };
  return (
    <Page title={text ? `${text} – ${word('search')}` : word('search')}>
      <Crumbs />
      <div className="headline">
        <h1>{word('search')}</h1>
      </div>
      <form className="search-form" role="search" aria-label={word('search')} onSubmit={submit} key={text}>
        <label htmlFor="search-q">{word('searchFor')}</label>
        <div className="row">
          <input id="search-q" name="q" type="search" maxLength={100} defaultValue={text} />
          <button type="submit" className="button primary">
            {word('go')}
          </button>
        </div>
        <p className="note">{word('searchHint')}</p>
      </form>
      {text ? (
        <Results text={text} />
      ) : (
        <nav className="kinds" aria-label={word('toList')}>
          <ul>
            {kinds.map((one) => (
              <li key={one}>
                <Link to={`/${one}`}>{word(one)}</Link>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </Page>
  );
}
