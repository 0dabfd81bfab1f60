import { date, dictionary, language, number, quarter, say, unit } from '../app/language';
import { Link } from '../app/router';
import { Illustrative, LineChart, Name, Tile } from '../app/ui';
import { Dashboard, type DashboardData, type DashboardVariables } from './dashboard.graphql';
import { words } from './words';

const texts = dictionary(
  {
    kicker: '분기 실적',
    recordedBy: '사업 운영 기관이 등록한 보고기간과 목표',
    open: (what: string, n: string) => `${what} 실적을 접수하고 있으며, 앞선 ${n}개 분기는 확정되었습니다`,
    closed: (n: string) => `접수 중인 분기가 없고, ${n}개 분기가 확정되었습니다`,
    none: '열린 보고기간이 없습니다',
    basis: '기관별 제출 여부와 값은 제출 기관과 운영 기관만 봅니다. 공표된 합계는 공표 통계에 있습니다.',
    withheld: '기관별 제출률: 비공개',
    signIn: '실적 제출 화면에서 로그인',
    columns: ['분기', '상태', '접수 시작'],
    opened: (day: string) => `${day} 접수 시작`,
    programmes: '실적을 내는 사업',
    operator: (name: string) => `운영 ${name}`,
    targets: '지표와 목표',
    targetsFinding: (name: string, value: string, unit: string, when: string) => `${when} ${name} 목표는 ${value}${unit}`,
    noTargets: '공개된 목표가 없습니다',
    targetsBasis: (n: string) => `사업 전체 목표 ${n}개 지표. 공표된 실적은 공표 통계에 있습니다.`,
    target: '목표',
    chart: (name: string, from: string, to: string) => `${name}의 분기별 목표, ${from}부터 ${to}까지`,
    targetColumns: ['지표', '분기', '목표', '단위'],
  },
  {
    kicker: 'Quarterly results',
    recordedBy: 'Periods and targets as the operating institutions entered them',
    open: (what: string, n: string) => `Results of ${what} are being taken in; ${n} earlier quarters are final`,
    closed: (n: string) => `No quarter is open; ${n} are final`,
    none: 'No reporting period is open',
    basis: 'Who submitted, and the values, are seen by the submitting and operating institutions only. Published totals stand under published results.',
    withheld: 'Rate by institution: withheld',
    signIn: 'Sign in where results are submitted',
    columns: ['Quarter', 'State', 'Opens'],
    opened: (day: string) => `open since ${day}`,
    programmes: 'Programmes that report',
    operator: (name: string) => `run by ${name}`,
    targets: 'Indicators and targets',
    targetsFinding: (name: string, value: string, unit: string, when: string) => `Target of ${name} for ${when}: ${value}${unit === '%' ? '' : ' '}${unit}`,
    noTargets: 'No target is public',
    targetsBasis: (n: string) => `Targets of ${n} indicators for programmes as a whole. What of the results is published stands under published results.`,
    target: 'Target',
    chart: (name: string, from: string, to: string) => `Targets of ${name} by quarter, from ${from} to ${to}`,
    targetColumns: ['Indicator', 'Quarter', 'Target', 'Unit'],
  },
);

export function PeriodsTile({ data, variables }: { data: DashboardData; variables: DashboardVariables }) {
  const t = texts();
  const w = words();
  const periods = data.periods.nodes;
  const open = periods.filter((one) => one.state === 'OPEN');
  const final = periods.filter((one) => one.state === 'FINAL').length;
  return (
    <Tile
      id="results"
      width="third"
      kicker={t.kicker}
      isIllustrative={periods.some((one) => one.origin === 'ILLUSTRATIVE')}
      finding={open[0] ? t.open(quarter(open[0].quarter), number(final)) : final > 0 ? t.closed(number(final)) : t.none}
      basis={<span>{t.basis}</span>}
      sources={{ recordedBy: t.recordedBy }}
      query={{ operation: Dashboard, variables, only: ['periods', 'programmes'] }}
      table={{
        caption: t.kicker,
        rows: periods,
        keyOf: (row) => row.quarter,
        columns: [
          { title: t.columns[0] ?? '', value: (row) => quarter(row.quarter), raw: (row) => row.quarter, isHead: true },
          { title: t.columns[1] ?? '', value: (row) => w.period[row.state] ?? row.state },
          { title: t.columns[2] ?? '', value: (row) => date(row.opensOn), raw: (row) => row.opensOn },
        ],
      }}
    >
      <div className="stack">
        <ol className="quarter-cells">
          {[...periods].reverse().map((one) => (
            <li key={one.quarter} className={one.state}>
              <strong>{one.quarter.slice(2).replace('-', ' ')}</strong>
              <small>{w.period[one.state] ?? one.state}</small>
            </li>
          ))}
        </ol>
        <p className="withheld">
          {t.withheld} · <Link to="/submit">{t.signIn}</Link>
        </p>
        <div>
          <h4>{t.programmes}</h4>
          <ul className="points">
            {data.programmes.nodes.map((one) => (
              <li key={one.code}>
                <Link to={`/programmes/${one.code}`}>
                  <Name of={one.name} />
                </Link>{' '}
                {one.origin === 'ILLUSTRATIVE' && <Illustrative />} {one.operator && <small>{t.operator(say(one.operator.name))}</small>}
              </li>
            ))}
          </ul>
        </div>
      </div>
    </Tile>
  );
}

/** The unit of a chart and what its values are divided by: one for all of them, however small some are. */
function scaleOf(values: number[], of: string): { by: number; unit: string } {
  const most = Math.max(...values.map(Math.abs));
  if (of !== '원' || most < 1e8) return { by: 1, unit: unit(of) };
  return language() === 'ko' ? { by: 1e8, unit: '억 원' } : { by: 1e6, unit: 'KRW m' };
}

export function TargetsTile({ data, variables }: { data: DashboardData; variables: DashboardVariables }) {
  const t = texts();
  const whole = data.targets.nodes.filter((one) => one.institution === null);
  const groups = new Map<string, typeof whole>();
  for (const one of whole) {
    const key = `${one.indicator.programme?.code} ${one.indicator.code}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const charts = [...groups.values()].map((rows) => {
    const sorted = [...rows].sort((a, b) => a.quarter.localeCompare(b.quarter));
    const { indicator } = sorted[0] as (typeof rows)[number];
    return { indicator, rows: sorted, scale: scaleOf(sorted.map((row) => Number(row.value)), indicator.unit) };
  });
  const first = charts[0];
  const last = first?.rows.at(-1);
  return (
    <Tile
      id="targets"
      width="two-thirds"
      kicker={t.targets}
      isIllustrative={whole.some((one) => one.origin === 'ILLUSTRATIVE')}
      finding={first && last ? t.targetsFinding(say(last.indicator.name), number(Number(last.value) / first.scale.by, 1), first.scale.unit, quarter(last.quarter)) : t.noTargets}
      basis={<span>{t.targetsBasis(number(charts.length))}</span>}
      sources={{ recordedBy: t.recordedBy }}
      query={{ operation: Dashboard, variables, only: ['targets'] }}
      table={{
        caption: t.targets,
        rows: charts.flatMap((chart) => chart.rows),
        columns: [
          { title: t.targetColumns[0] ?? '', value: (row) => say(row.indicator.name), isHead: true },
          { title: t.targetColumns[1] ?? '', value: (row) => quarter(row.quarter), raw: (row) => row.quarter },
          { title: t.targetColumns[2] ?? '', value: (row) => number(Number(row.value)), raw: (row) => row.value, isNumber: true },
          { title: t.targetColumns[3] ?? '', value: (row) => unit(row.indicator.unit) },
        ],
      }}
    >
      <div className="multiples">
        {charts.slice(0, 4).map(({ indicator, rows, scale }) => (
          <figure key={`${indicator.programme?.code} ${indicator.code}`}>
            <figcaption>
              <Name of={indicator.name} /> <small>({scale.unit})</small>
            </figcaption>
            <LineChart
              positions={rows.map((row) => row.quarter.slice(2).replace('-', ' '))}
              lines={[{ name: t.target, values: rows.map((row) => Number(row.value) / scale.by), isDashed: true }]}
              label={t.chart(say(indicator.name), quarter(rows[0]?.quarter), quarter(rows.at(-1)?.quarter))}
              format={(value) => number(value, 1)}
              most={indicator.unit === '%' ? 100 : undefined}
            />
          </figure>
        ))}
      </div>
    </Tile>
  );
}
