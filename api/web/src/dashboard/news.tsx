import { useEffect, useState } from 'react';

import { subscribe } from '../app/client';
import { date, dictionary, quarter, say, time } from '../app/language';
import { Link } from '../app/router';
import { Badge, Tile } from '../app/ui';
import { Dashboard, type DashboardData, type DashboardVariables, DashboardNews } from './dashboard.graphql';
import { words } from './words';

const texts = dictionary(
  {
    recordedBy: '이 시스템의 변경 기록',
    kicker: '최근 변경',
    finding: (what: string, when: string) => `가장 최근의 변경은 ${what} (${when})`,
    none: '아직 변경 내역이 없습니다',
    live: '실시간',
    waiting: '연결 중',
    basis: '공개된 변경만 보입니다.',
    columns: ['시각', '유형', '대상', '변경'],
    gone: '삭제된 항목',
    fresh: '새로 들어옴',
  },
  {
    recordedBy: 'The change feed of this system',
    kicker: 'Latest changes',
    finding: (what: string, when: string) => `The latest change: ${what} (${when})`,
    none: 'No changes yet',
    live: 'Live',
    waiting: 'Connecting',
    basis: 'Public changes only.',
    columns: ['When', 'Kind', 'What', 'Change'],
    gone: 'Removed',
    fresh: 'just in',
  },
);

type Edge = DashboardData['changes']['edges'][number];
type Subject = NonNullable<Edge['node']['subject']>;

const paths: Record<string, string> = {
  Institution: '/institutions/', Meeting: '/meetings/', Bill: '/bills/', Recommendation: '/recommendations/', AdoptionCase: '/cases/', Body: '/bodies/', Programme: '/programmes/',
};

function nameOf(subject: Subject): string {
  if ('name' in subject) return say(subject.name);
  if ('title' in subject) return say(subject.title);
  if ('publishedOn' in subject) return date(subject.publishedOn);
  return 'quarter' in subject ? quarter(subject.quarter) : '';
}

function addressOf(subject: Subject): string | undefined {
  const path = paths[subject.__typename];
  const code = 'code' in subject ? subject.code : 'number' in subject ? subject.number : undefined;
  return path && code ? `${path}${encodeURIComponent(code)}` : undefined;
}

const most = 8;

export function NewsTile({ data, variables, onNews }: { data: DashboardData; variables: DashboardVariables; onNews: () => void }) {
  const t = texts();
  const w = words();
  const [fresh, setFresh] = useState<Edge[]>([]);
  const [isOpen, setIsOpen] = useState(false);
  const last = data.changes.edges.at(-1)?.cursor ?? null;
  // From the cursor of the first answer on: what happens until the stream is open is told as well.
  const [from] = useState(last);

  useEffect(
    () =>
      subscribe(
        DashboardNews,
        { after: from },
        ({ changes }) => {
          setFresh((before) => [...before.filter((edge) => edge.cursor !== changes.cursor), changes].slice(-most));
          onNews();
        },
        setIsOpen,
      ),
    [from, onNews],
  );

  const known = new Set(data.changes.edges.map((edge) => edge.cursor));
  const edges = [...data.changes.edges, ...fresh.filter((edge) => !known.has(edge.cursor))].slice(-most).reverse();
  const isFresh = new Set(fresh.map((edge) => edge.cursor));
  const what = (edge: Edge) => {
    const name = edge.node.subject ? nameOf(edge.node.subject) : t.gone;
    return [w.type[edge.node.type] ?? edge.node.type, name].filter(Boolean).join(' · ');
  };
  const newest = edges[0];
  return (
    <Tile
      id="news"
      width="half"
      kicker={t.kicker}
      finding={newest ? t.finding(`${what(newest)} ${w.change[newest.node.kind]}`, time(newest.node.occurredAt)) : t.none}
      basis={<span>{t.basis}</span>}
      sources={{ recordedBy: t.recordedBy }}
      query={{ operation: Dashboard, variables, only: ['changes'] }}
      table={{
        caption: t.kicker,
        rows: edges,
        keyOf: (edge) => edge.cursor,
        columns: [
          { title: t.columns[0] ?? '', value: (edge) => time(edge.node.occurredAt), raw: (edge) => edge.node.occurredAt },
          { title: t.columns[1] ?? '', value: (edge) => w.type[edge.node.type] ?? edge.node.type },
          { title: t.columns[2] ?? '', value: (edge) => (edge.node.subject ? nameOf(edge.node.subject) : t.gone), isHead: true },
          { title: t.columns[3] ?? '', value: (edge) => w.change[edge.node.kind] ?? edge.node.kind },
        ],
      }}
    >
      <p className="live">
        <i className={isOpen ? 'pulse is-open' : 'pulse'} aria-hidden="true" />
        {isOpen ? t.live : t.waiting}
      </p>
      <ol className="news" aria-live="polite" aria-relevant="additions">
        {edges.map((edge) => {
          const to = edge.node.subject ? addressOf(edge.node.subject) : undefined;
          const name = edge.node.subject ? nameOf(edge.node.subject) : t.gone;
          return (
            <li key={edge.cursor} className={isFresh.has(edge.cursor) ? 'is-fresh' : undefined}>
              <time dateTime={edge.node.occurredAt}>{time(edge.node.occurredAt)}</time>
              <span>
                <Badge>{w.type[edge.node.type] ?? edge.node.type}</Badge> {to ? <Link to={to}>{name}</Link> : name} <small>{w.change[edge.node.kind]}</small>
                {isFresh.has(edge.cursor) && <Badge tone="good">{t.fresh}</Badge>}
              </span>
            </li>
          );
        })}
      </ol>
    </Tile>
  );
}
