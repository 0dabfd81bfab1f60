// Who submitted, by institution and quarter: seen by whoever has signed in at `/submit`, as far as he may.

import './completeness.css';

import { dictionary, number, quarter, say, share } from '../app/language';
import { Link } from '../app/router';
import { Failed, Loading, Name, Tile } from '../app/ui';
import { useLoad } from '../submit/ask';
import { useStore } from '../submit/store';
import { DashboardResults } from './completeness.graphql';
import type { DashboardData } from './dashboard.graphql';

const texts = dictionary(
  {
    recordedBy: '확정된 제출 대상 명단과 제출 기록',
    kicker: '기관별 제출률',
    finding: (when: string, rate: string, n: string) => `${when}에는 제출 대상의 ${rate}%가 제출했고, ${n}건이 빠져 있습니다`,
    nothing: '보실 수 있는 제출 대상이 없습니다',
    basis: '확정된 제출 대상 명단 기준. 로그인한 기관이 볼 수 있는 것만 셉니다.',
    institution: '기관',
    cell: (when: string, part: string, base: string, missing: string) => `${when}: ${base}건 중 ${part}건 제출, 미제출 ${missing}건`,
    none: '대상 없음',
    all: '전체',
    legend: ['0%', '100%'],
  },
  {
    recordedBy: 'Fixed lists of those expected, and their submissions',
    kicker: 'Completeness by institution',
    finding: (when: string, rate: string, n: string) => `${rate}% of what was expected for ${when} was submitted; ${n} are missing`,
    nothing: 'Nothing is expected that you may see',
    basis: 'Of the fixed lists of those expected; counted is what your institution may see.',
    institution: 'Institution',
    cell: (when: string, part: string, base: string, missing: string) => `${when}: ${part} of ${base} submitted, ${missing} missing`,
    none: 'none expected',
    all: 'All',
    legend: ['0%', '100%'],
  },
);

type Rate = { expected: number; submitted: number; missing: number; submittedRate: { percent: number | null } };

/** The step of the scale that a rate stands on. */
const step = (rate: number | null) => (rate === null ? 'none' : rate === 0 ? '0' : String(Math.max(1, Math.ceil(rate / 20))));

interface GridProps {
  quarters: string[];
  hasExamples: boolean;
  isIllustrative: boolean;
}

function Grid({ quarters, hasExamples, isIllustrative }: GridProps) {
  const t = texts();
  const all = { quarters, hasExamples };
  const { data, failure, reload } = useLoad((session) => session.ask(DashboardResults, all), JSON.stringify(all));
  if (failure) return <Failed failure={failure} retry={reload} />;
  if (!data) return <Loading />;
  const found = data.grid?.rows ?? [];
  const totals = quarters.map((when) => ({ when, rate: data.all?.rows.find((row) => row.keys[0]?.code === when) }));
  const names = new Map(found.map((row) => [row.keys[0]?.code ?? '', row.keys[0]?.label ?? null] as const));
  const rows = [...names].map(([key, label]) => ({
    key,
    label,
    cells: quarters.map((when) => ({ when, rate: found.find((row) => (row.keys[0]?.code ?? '') === key && row.keys[1]?.code === when) })),
  }));
  // The last quarter in which something was expected.
  const last = totals.filter(({ rate }) => (rate?.expected ?? 0) > 0).at(-1);
  const total = last?.rate;
  const percent = (rate: Rate | undefined) => rate?.submittedRate.percent ?? null;
  const shown = (rate: Rate | undefined) => (percent(rate) === null ? '–' : share(percent(rate) ?? 0, 100));
  const cells = (list: { when: string; rate: Rate | undefined }[]) =>
    list.map(({ when, rate }) => (
      <td key={when} className={`heat step-${step(percent(rate))}`}>
        <span aria-hidden="true">{shown(rate)}</span>
        <span className="sr-only">{rate && rate.expected > 0 ? t.cell(quarter(when), number(rate.submitted), number(rate.expected), number(rate.missing)) : t.none}</span>
      </td>
    ));
  return (
    <Tile
      id="completeness"
      width="full"
      isIllustrative={isIllustrative}
      kicker={t.kicker}
      finding={last && total ? t.finding(quarter(last.when), share(percent(total) ?? 0, 100), number(total.missing)) : t.nothing}
      asOf={data.grid?.computedAt}
      basis={<span>{t.basis}</span>}
      sources={{ recordedBy: t.recordedBy }}
      query={{ operation: DashboardResults, variables: all }}
      table={{
        caption: t.kicker,
        rows,
        keyOf: (row) => row.key,
        columns: [
          { title: t.institution, value: (row) => say(row.label), isHead: true },
          ...quarters.map((when, index) => ({
            title: quarter(when),
            value: (row: (typeof rows)[number]) => shown(row.cells[index]?.rate),
            raw: (row: (typeof rows)[number]) => percent(row.cells[index]?.rate),
            isNumber: true,
          })),
        ],
      }}
    >
      <div className="table-frame" tabIndex={0} role="region" aria-label={t.kicker}>
        <table className="grid">
          <thead>
            <tr>
              <th scope="col">{t.institution}</th>
              {quarters.map((when) => (
                <th key={when} scope="col">
                  {when.slice(2).replace('-', ' ')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                <th scope="row">
                  <Link to={`/institutions/${row.key}`}>
                    <Name of={row.label} />
                  </Link>
                </th>
                {cells(row.cells)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t.all}</th>
              {cells(totals)}
            </tr>
          </tfoot>
        </table>
      </div>
    </Tile>
  );
}

export function CompletenessTile({ data, hasExamples }: { data: DashboardData; hasExamples: boolean }) {
  const { session } = useStore();
  const periods = data.periods.nodes;
  if (!session || periods.length === 0) return null;
  return (
    <Grid
      key={session.id}
      quarters={periods.map((one) => one.quarter).reverse()}
      hasExamples={hasExamples}
      isIllustrative={hasExamples && periods.some((one) => one.origin === 'ILLUSTRATIVE')}
    />
  );
}
