// Published results: the newest release of an indicator's figures, quarter by quarter, what was reported before what is
// made up. On the dashboard, too, so its words are its own.

import './published.css';

import type { Operation } from '../../app/client';
import { dictionary, figure, type Localized, number, quarter, say, unit } from '../../app/language';
import { Link } from '../../app/router';
import { Name, Tile } from '../../app/ui';
import type { Cited } from '../../app/ui/parts';

const texts = dictionary(
  {
    kicker: '공표 통계',
    none: '아직 공표된 지표가 없습니다',
    noneWhy: '부처가 공표하기로 한 지표는 분기가 확정된 뒤 여기에 분기별로 나타납니다. 기관별 값은 공표하지 않으며, 한 기관의 값이 드러나는 칸은 비공개로 둡니다.',
    programmes: '사업과 지표 보기',
    finding: (n: string, name: string, value: string, when: string) => `지표 ${n}개를 공표했습니다. ${when} ${name}: ${value}`,
    nameOf: (name: string, programme: string) => `‘${programme}’ ${name}`,
    allHidden: (n: string) => `지표 ${n}개를 공표했으며, 값은 모두 비공개이거나 미보고입니다`,
    basis: '확정된 분기의 승인된 실적. 기관별 값은 공표하지 않습니다.',
    counted: (all: string, withheld: string, missing: string) => `${all}칸 가운데 비공개 ${withheld}칸, 미보고 ${missing}칸`,
    part: (n: string) => `전체 ${n}칸 가운데 최근 것만`,
    recordedBy: (code: string) => `통계 공표 ${code}`,
    columns: ['지표', '분기', '구분', '사유', '값', '단위', '기관 수', '사업'],
    state: { SHOWN: '공표', WITHHELD: '비공개', NOT_REPORTED: '미보고' },
    reason: { CONFIDENTIAL: '비밀보호', RESTATEMENT: '정정 보호' },
    why: {
      CONFIDENTIAL: '비밀보호: 그 값이나 다른 값과의 차이로 한 기관의 실적이 드러날 수 있어 가렸습니다.',
      RESTATEMENT: '정정 보호: 앞선 공표 뒤에 정정되어, 두 공표의 차이로 정정한 기관의 실적이 드러날 수 있어 가렸습니다.',
    },
    aggregation: { SUM: '합계', AVERAGE: '평균', NONE: '' },
    base: (n: string) => `기관 ${n}곳`,
    revised: '정의 개정',
  },
  {
    kicker: 'Published results',
    none: 'No indicator has been published yet',
    noneWhy: 'Indicators that the ministry decides to publish appear here by quarter, once a quarter is final. Figures of single institutions are never published, and a figure that would reveal one is withheld.',
    programmes: 'Programmes and their indicators',
    finding: (n: string, name: string, value: string, when: string) => `${n} ${n === '1' ? 'indicator is' : 'indicators are'} published. ${name} in ${when}: ${value}`,
    nameOf: (name: string, programme: string) => `${name} under ‘${programme}’`,
    allHidden: (n: string) => `${n} ${n === '1' ? 'indicator is' : 'indicators are'} published; all figures are withheld or not reported`,
    basis: 'Accepted results of final quarters. Figures of single institutions are not published.',
    counted: (all: string, withheld: string, missing: string) => `${all} figures, of which ${withheld} withheld and ${missing} not reported`,
    part: (n: string) => `the newest of ${n}`,
    recordedBy: (code: string) => `Statistics release ${code}`,
    columns: ['Indicator', 'Quarter', 'State', 'Reason', 'Value', 'Unit', 'Institutions', 'Programme'],
    state: { SHOWN: 'Shown', WITHHELD: 'Withheld', NOT_REPORTED: 'Not reported' },
    reason: { CONFIDENTIAL: 'confidential', RESTATEMENT: 'restated' },
    why: {
      CONFIDENTIAL: 'Confidential: this figure, alone or compared with others, could reveal the results of one institution.',
      RESTATEMENT: 'Restated: since an earlier release it was corrected, and the difference could reveal the results of the institution that corrected it.',
    },
    aggregation: { SUM: 'sum', AVERAGE: 'mean', NONE: '' },
    base: (n: string) => `${n} ${n === '1' ? 'institution' : 'institutions'}`,
    revised: 'new definition',
  },
);

interface Cell {
  id: string;
  quarter: string;
  state: 'SHOWN' | 'NOT_REPORTED' | 'WITHHELD';
  reason: 'CONFIDENTIAL' | 'RESTATEMENT' | null;
  value: string | null;
  number: number | null;
  institutions: number | null;
  indicator: {
    code: string;
    revision: number;
    unit: string;
    valueType: string;
    decimals: number;
    aggregation: 'SUM' | 'AVERAGE' | 'NONE';
    name: Localized;
    programme: { code: string; name: Localized };
  } | null;
}

type Release = Cited & { code: string; origin: string; publishedOn: string; note: Localized | null; cells: { totalCount: number; nodes: Cell[] } };

/** The newest release of each kind, if there is one. */
interface Releases {
  published: { nodes: Release[] };
  publishedExamples?: { nodes: Release[] };
}

interface PublishedProps<Data extends Releases, Variables> {
  data: Data;
  operation: Operation<Data, Variables>;
  variables: Variables;
  /** The one whose indicators they are; of all where it is left out. */
  programme?: string;
}

type Known = Cell & { indicator: NonNullable<Cell['indicator']> };

/** The unit, where the figure does not bear it. */
const unitOf = ({ unit: text, valueType }: Known['indicator']) => (['KRW', 'PERCENT'].includes(valueType) ? '' : unit(text));

const whole = ({ value, indicator }: Known) => [figure(value ?? '', indicator), unitOf(indicator)].filter(Boolean).join(/[가-힣]/.test(unitOf(indicator)) ? '' : ' ');

/** An indicator's quarters, the newest first: bars from nought, with each figure and what it is of, or why there is none. */
function Quarters({ cells, isNamesake }: { cells: Known[]; isNamesake: boolean }) {
  const t = texts();
  const [newest] = cells;
  if (!newest) return null;
  const { indicator } = newest;
  const most = indicator.valueType === 'PERCENT' ? 100 : Math.max(...cells.map((cell) => cell.number ?? 0), 1e-9);
  return (
    <figure>
      <figcaption>
        <Name of={indicator.name} /> <small>{[t.aggregation[indicator.aggregation], unitOf(indicator)].filter(Boolean).join(', ')}</small>
        {isNamesake && (
          <small className="of">
            <Name of={indicator.programme.name} />
          </small>
        )}
      </figcaption>
      <ol>
        {cells.map((cell, index) => {
          const before = cells[index + 1];
          return (
            <li key={cell.id} className={cell.state}>
              <span>{quarter(cell.quarter)}</span>
              <span className="measure" aria-hidden="true">
                {cell.state === 'SHOWN' && cell.number !== 0 && <i style={{ width: `${(Math.max(0, cell.number ?? 0) / most) * 100}%` }} />}
              </span>
              <b>{cell.state === 'SHOWN' ? figure(cell.value ?? '', cell.indicator) : t.state[cell.state]}</b>
              <small>
                {cell.state === 'SHOWN' ? t.base(number(cell.institutions ?? 0)) : cell.reason && t.reason[cell.reason]}
                {before && before.indicator.revision !== cell.indicator.revision && ` · ${t.revised}`}
              </small>
            </li>
          );
        })}
      </ol>
    </figure>
  );
}

export function PublishedTile<Data extends Releases, Variables>({ data, operation, variables, programme }: PublishedProps<Data, Variables>) {
  const t = texts();
  const release = data.published.nodes[0] ?? data.publishedExamples?.nodes[0];
  const cells = (release?.cells.nodes ?? []).filter((cell): cell is Known => cell.indicator !== null);
  const shared = { id: 'published', width: 'full', kicker: t.kicker, query: { operation, variables, only: ['published', 'publishedExamples'] } } as const;
  if (!release || cells.length === 0) {
    return (
      <Tile {...shared} finding={t.none} sources={{ recordedBy: t.kicker }} basis={<span>{t.basis}</span>}>
        <div className="state">
          <p>{t.noneWhy}</p>
          <Link to="/programmes">{t.programmes}</Link>
        </div>
      </Tile>
    );
  }
  const series = new Map<string, Known[]>();
  for (const cell of cells) {
    // A revision may measure in another unit: such figures stand on scales of their own.
    const key = [cell.indicator.programme.code, cell.indicator.code, cell.indicator.valueType, cell.indicator.unit].join(' ');
    series.set(key, [...(series.get(key) ?? []), cell]);
  }
  const groups = [...series];
  /** Whether another programme, too, publishes something of this name. */
  const isNamesake = ({ indicator: one }: Known) => cells.some(({ indicator }) => indicator.programme.code !== one.programme.code && say(indicator.name) === say(one.name));
  const nameOf = (cell: Known) => {
    const { name, programme: of } = cell.indicator;
    return isNamesake(cell) ? t.nameOf(say(name), say(of.name)) : say(name);
  };
  // They come with the newest quarter first.
  const first = cells.find((cell) => cell.state === 'SHOWN');
  const count = (state: Cell['state']) => number(cells.filter((cell) => cell.state === state).length);
  const reasons = (['CONFIDENTIAL', 'RESTATEMENT'] as const).filter((reason) => cells.some((cell) => cell.reason === reason));
  const title = (index: number) => t.columns[index] ?? '';
  return (
    <Tile
      {...shared}
      isIllustrative={release.origin === 'ILLUSTRATIVE'}
      finding={first ? t.finding(number(groups.length), nameOf(first), whole(first), quarter(first.quarter)) : t.allHidden(number(groups.length))}
      asOf={release.publishedOn}
      file={{ name: 'published', args: { where: { release: { code: { eq: release.code } }, table: { eq: 'TOTAL' }, ...(programme && { indicator: { programme: { code: { eq: programme } } } }) } } }}
      basis={
        <>
          <span>{t.basis}</span>
          <span>{t.counted(number(cells.length), count('WITHHELD'), count('NOT_REPORTED'))}</span>
          {release.cells.totalCount > release.cells.nodes.length && <span>{t.part(number(release.cells.totalCount))}</span>}
        </>
      }
      sources={{ rows: [release], recordedBy: t.recordedBy(release.code) }}
      table={{
        caption: t.kicker,
        rows: groups.flatMap(([, of]) => of),
        keyOf: (row) => row.id,
        columns: [
          { title: title(0), value: (row) => say(row.indicator.name), isHead: true },
          { title: title(1), value: (row) => quarter(row.quarter), raw: (row) => row.quarter },
          { title: title(2), value: (row) => t.state[row.state] },
          { title: title(3), value: (row) => (row.reason ? t.reason[row.reason] : '–'), raw: (row) => row.reason },
          { title: title(4), value: (row) => (row.value === null ? '–' : number(Number(row.value), row.indicator.decimals)), raw: (row) => row.value, isNumber: true },
          { title: title(5), value: (row) => unit(row.indicator.unit), raw: (row) => row.indicator.unit },
          { title: title(6), value: (row) => (row.institutions === null ? '–' : number(row.institutions)), raw: (row) => row.institutions, isNumber: true },
          { title: title(7), value: (row) => say(row.indicator.programme.name) },
        ],
      }}
    >
      <div className="published">
        {groups.map(([key, of]) => (
          <Quarters key={key} cells={of} isNamesake={of.some(isNamesake)} />
        ))}
        <div className="published-notes">
          {release.note && (
            <p>
              <Name of={release.note} />
            </p>
          )}
          {reasons.map((reason) => (
            <p key={reason}>{t.why[reason]}</p>
          ))}
        </div>
      </div>
    </Tile>
  );
}
