import { dictionary, krw, language, number, quarter, say, share } from '../app/language';
import { Link } from '../app/router';
import { Empty, Illustrative, LineChart, Name, Tile } from '../app/ui';
import { type Bar, Bars } from './bars';
import { DashboardCases, type DashboardCasesData, type DashboardCasesVariables } from './dashboard.graphql';
import { type Chosen, type Facet, facets } from './filters';
import { divisions, KoreaMap } from './map';

const texts = dictionary(
  {
    kicker: '지역 AI 도입 사례',
    recordedBy: '사례를 등록하고 검증한 기관의 기록',
    some: (n: string, region: string, m: string) => `공개된 AI 도입 사례 ${n}건, 가장 많은 곳은 ${region}(${m}건)`,
    one: (region: string, n: string, all: string) => `${region}의 AI 도입 사례는 ${n}건, 전국 ${all}건 가운데`,
    none: '조건에 맞는 공개 사례가 없습니다',
    noneYet: '공개된 AI 도입 사례가 아직 없습니다',
    basis: '공개된 사례만, 현행 16개 시·도 기준. 전국 단위 사례는 지도에 없고 목록에 있습니다.',
    published: '공개된 사례만.',
    examples: (n: string) => `이 가운데 ${n}건은 예시 자료`,
    map: (n: string) => `시·도별 AI 도입 사례 지도. 공개된 사례 ${n}건. 같은 수치가 옆의 목록에 있습니다.`,
    region: '시·도',
    count: '사례 수',
    investment: '투자액 중앙값',
    investmentBase: '투자액이 공개된 사례',
    withheld: '비공개·미기재',
    note: '광주와 전남은 2026년 7월 1일부터 하나의 시·도입니다. 군위군은 2023년 7월부터 대구에 속하지만 이 지도에는 경북으로 그려져 있습니다.',
    few: '적음',
    many: '많음',
    zero: '없음',
    industry: '업종',
    industryFinding: (name: string, part: string) => `가장 많은 업종은 ${name}, 전체의 ${part}%`,
    size: '기업 규모',
    sizeFinding: (name: string, part: string) => `가장 많은 규모는 ${name}, 전체의 ${part}%`,
    stage: '도입 단계',
    stageFinding: (part: string) => `${part}%가 운영 또는 확산 단계에 들어섰습니다`,
    barrier: '애로',
    barrierFinding: (name: string, n: string) => `가장 많이 부딪힌 애로는 ${name}(${n}건)`,
    barrierBasis: '한 사례가 여러 애로를 가지면 각각에 셉니다.',
    time: '도입 시작 시기',
    timeFinding: (when: string, n: string) => `도입 시작이 가장 많았던 때는 ${when}, ${n}건`,
    quarters: '분기',
    timeLabel: (from: string, to: string) => `분기별 도입 시작 사례 수, ${from}부터 ${to}까지`,
    outcomes: '측정된 성과',
    outcomesFinding: (name: string, change: string, n: string) => `가장 많이 잰 성과는 ${name}, 변화의 중앙값 ${change} (${n}건)`,
    outcomesBasis: (part: string, base: string) => `성과를 잰 사례 ${part}건 / ${base}건. 막대는 사분위 범위, 점은 중앙값.`,
    outcomesColumns: ['성과 지표', '잰 수', '변화율 중앙값', '제1사분위', '제3사분위'],
    noOutcomes: '측정된 성과가 없습니다',
    nothing: '조건에 맞는 사례가 없습니다',
    empty: '공개된 사례를 기다리고 있습니다',
    emptyHint: '사례는 기업의 동의를 받고 검증을 마친 뒤 공개됩니다. 공개되면 업종, 규모, 단계, 애로, 성과가 여기에 나타납니다.',
    newest: '최근 공개 사례',
    money: (median: string, n: string) => `투자액 중앙값 ${median} (공개된 ${n}건)`,
    noMoney: '투자액이 공개된 사례가 없습니다',
  },
  {
    kicker: 'AI adoption by region',
    recordedBy: 'Records of the institutions that entered and verified the cases',
    some: (n: string, region: string, m: string) => `${n} published cases of AI adoption, most of them in ${region} (${m})`,
    one: (region: string, n: string, all: string) => `${region} has ${n} of ${all} published cases of AI adoption`,
    none: 'No published case meets the conditions',
    noneYet: 'No case of AI adoption is published yet',
    basis: 'Published cases only, by the 16 divisions of today. Nationwide cases stand in the list, not on the map.',
    published: 'Published cases only.',
    examples: (n: string) => `${n} of them are illustrative`,
    map: (n: string) => `Map of AI adoption by division. ${n} published cases. The list beside it holds the same figures.`,
    region: 'Division',
    count: 'Cases',
    investment: 'Median investment',
    investmentBase: 'Cases that show it',
    withheld: 'Withheld or not given',
    note: 'Gwangju and Jeonnam have been one division since 1 July 2026. Gunwi has belonged to Daegu since July 2023 but is drawn within Gyeongbuk on this map.',
    few: 'few',
    many: 'many',
    zero: 'none',
    industry: 'Industry',
    industryFinding: (name: string, part: string) => `Most frequent industry: ${name}, ${part}% of all`,
    size: 'Size of company',
    sizeFinding: (name: string, part: string) => `Most frequent size: ${name}, ${part}% of all`,
    stage: 'Stage of adoption',
    stageFinding: (part: string) => `${part}% have reached production or scale`,
    barrier: 'Barriers',
    barrierFinding: (name: string, n: string) => `Barrier met most often: ${name} (${n} ${n === '1' ? 'case' : 'cases'})`,
    barrierBasis: 'A case with several barriers counts in each.',
    time: 'When it began',
    timeFinding: (when: string, n: string) => `Most began in ${when}: ${n} cases`,
    quarters: 'Quarter',
    timeLabel: (from: string, to: string) => `Cases by the quarter in which they began, from ${from} to ${to}`,
    outcomes: 'Measured outcomes',
    outcomesFinding: (name: string, change: string, n: string) => `Measured most often: ${name}, with a median change of ${change} (${n} ${n === '1' ? 'case' : 'cases'})`,
    outcomesBasis: (part: string, base: string) => `${part} of ${base} cases measured an outcome. Bars: the middle half; dots: the median.`,
    outcomesColumns: ['Metric', 'Measured', 'Median change', 'First quartile', 'Third quartile'],
    noOutcomes: 'No outcome was measured',
    nothing: 'No case meets the conditions',
    empty: 'Waiting for the first published case',
    emptyHint: 'A case is published once its company has agreed and it has been verified. Then its industry, size, stage, barriers and outcomes appear here.',
    newest: 'Published last',
    money: (median: string, n: string) => `Median investment ${median} (${n} cases show it)`,
    noMoney: 'No case shows its investment',
  },
);

interface Row {
  keys: { code: string | null; label: { ko: string; en: string | null } | null }[];
  count: number;
}

const codeOf = (row: Row) => row.keys[0]?.code ?? '';
const top = (rows: Bar[]) => rows.reduce<Bar | undefined>((best, row) => (row.key && (row.count ?? 0) > (best?.count ?? 0) ? row : best), undefined);
const change = (value: number | null) => (value === null ? '–' : `${value > 0 ? '+' : ''}${number(value, 1)}%`);

/** Where the middle half of the changes lies, and their median, for each metric. */
function Ranges({ rows }: { rows: DashboardCasesData['outcomes']['rows'] }) {
  const all = rows.flatMap(({ changePercent: { lowerQuartile, upperQuartile } }) => [lowerQuartile ?? 0, upperQuartile ?? 0]);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const at = (value: number) => ((value - low) / Math.max(1, high - low)) * 100;
  return (
    <ul className="ranges">
      {rows.map((row) => {
        const { lowerQuartile, median, upperQuartile } = row.changePercent;
        return (
          <li key={row.keys[0]?.code ?? say(row.keys[0]?.label)}>
            <span className="bar-label">
              <Name of={row.keys[0]?.label} /> <small>{number(row.count)}</small>
            </span>
            <span className="range" aria-hidden="true">
              <i className="range-zero" style={{ left: `${at(0)}%` }} />
              {lowerQuartile !== null && upperQuartile !== null && (
                <i className="range-bar" style={{ left: `${at(lowerQuartile)}%`, width: `${Math.max(at(upperQuartile) - at(lowerQuartile), 0.6)}%` }} />
              )}
              {median !== null && <i className="range-dot" style={{ left: `${at(median)}%` }} />}
            </span>
            <span className="bar-figure">{change(median)}</span>
          </li>
        );
      })}
    </ul>
  );
}

interface CasesProps {
  data: DashboardCasesData;
  variables: DashboardCasesVariables;
  isBusy: boolean;
  chosen: Chosen;
  set: (changes: Partial<Chosen>) => void;
}

export function CasesTiles({ data, variables, isBusy, chosen, set }: CasesProps) {
  const t = texts();
  const choose = (facet: Facet) => (value: string) => set({ [facet]: value });
  const total = data.all.total.count;
  const examples = total - data.facts.total.count;
  const isIllustrative = examples > 0;
  const bars = (rows: Row[]): Bar[] => rows.map((row) => ({ key: codeOf(row), label: say(row.keys[0]?.label) || t.withheld, count: row.count, isMissing: !codeOf(row) }));

  const byRegion = new Map(data.region.rows.map((row) => [codeOf(row), row]));
  const missing = byRegion.get('')?.count ?? 0;
  const regions: (Bar & { investment: { count: number; median: string | null } })[] = divisions
    .map((division) => ({
      key: division.code,
      label: language() === 'ko' ? division.ko : division.en,
      count: byRegion.get(division.code)?.count ?? 0,
      investment: byRegion.get(division.code)?.investment ?? { count: 0, median: null },
    }))
    .sort((a, b) => b.count - a.count);
  // What belongs to no division, such as cases of the whole country, is in the list and not on the map.
  const elsewhere = data.region.rows
    .filter((row) => codeOf(row) && row.count > 0 && !divisions.some((one) => one.code === codeOf(row)))
    .map((row) => ({ key: codeOf(row), label: say(row.keys[0]?.label) || codeOf(row), count: row.count, investment: row.investment }));
  const counts = new Map(regions.map((bar) => [bar.key, bar.count ?? 0]));
  const first = top(regions);
  const here = [...regions, ...elsewhere].find((bar) => bar.key === chosen.region);
  const industries = bars(data.industry.rows).sort((a, b) => (b.count ?? 0) - (a.count ?? 0));
  const sizes = bars(data.size.rows);
  const stages = bars(data.stage.rows);
  const barriers = bars(data.barrier.rows)
    .filter((bar) => bar.key)
    .sort((a, b) => (b.count ?? 0) - (a.count ?? 0));
  const running = stages.filter((bar) => ['PRODUCTION', 'SCALED'].includes(bar.key)).reduce((sum, bar) => sum + (bar.count ?? 0), 0);
  const time = data.time.rows.filter((row) => codeOf(row)).map((row) => ({ key: codeOf(row), label: codeOf(row).slice(2).replace('-', ' '), count: row.count }));
  const outcomes = data.outcomes.rows.filter((row) => !row.isOther && row.changePercent.count > 0);
  const measured = outcomes[0];
  const { investment, withOutcome } = data.all.total;

  const file = (groupBy: string, where: unknown) => ({
    name: 'statistics/adoptionCaseStatistics',
    args: { groupBy, where, includeIllustrative: variables.hasExamples, ...(groupBy === 'REGION' ? { regionBasis: 'CURRENT' } : {}) },
  });
  const query = (...only: (keyof DashboardCasesData)[]) => ({ operation: DashboardCases, variables, only });
  const shared = { sources: { rows: data.newest.nodes, recordedBy: t.recordedBy }, isIllustrative, isBusy, asOf: data.all.computedAt };
  const mark = isIllustrative && <span>{t.examples(number(examples))}</span>;
  const tableOf = (caption: string, rows: Bar[]) => ({
    caption,
    rows,
    keyOf: (row: Bar) => row.key,
    columns: [
      { title: caption, value: (row: Bar) => row.label, isHead: true },
      { title: t.count, value: (row: Bar) => number(row.count ?? 0), raw: (row: Bar) => row.count, isNumber: true },
    ],
  });
  const isEmpty = total === 0 && facets.every((name) => !chosen[name]);
  const [largest, biggest, hardest] = [top(industries), top(sizes), top(barriers)];
  const busiest = time.reduce<(typeof time)[number] | undefined>((best, one) => (one.count > (best?.count ?? 0) ? one : best), undefined);

  const rest = isEmpty ? (
    <div className="third">
      <Empty title={t.empty}>
        <p>{t.emptyHint}</p>
      </Empty>
    </div>
  ) : (
    <>
      <Tile
        {...shared}
        id="cases-stage"
        width="third"
        kicker={t.stage}
        finding={total > 0 ? t.stageFinding(share(running, data.stage.total.count)) : t.nothing}
        basis={
          <>
            <span>{t.published}</span>
            {mark}
          </>
        }
        file={file('STAGE', variables.ofStage)}
        query={query('stage', 'newest')}
        table={tableOf(t.stage, stages)}
      >
        <div className="stack">
          <Bars label={t.stage} rows={stages} total={data.stage.total.count} chosen={chosen.stage} choose={choose('stage')} />
          <p className="aside">{investment.median ? t.money(krw(investment.median), number(investment.count)) : t.noMoney}</p>
          <div>
            <h4>{t.newest}</h4>
            <ul className="points">
              {data.newest.nodes.map((one) => (
                <li key={one.code}>
                  <Link to={`/cases/${one.code}`}>
                    <Name of={one.title} />
                  </Link>{' '}
                  {one.origin === 'ILLUSTRATIVE' && <Illustrative />}
                </li>
              ))}
            </ul>
          </div>
        </div>
      </Tile>
      <Tile
        {...shared}
        id="cases-industry"
        width="half"
        kicker={t.industry}
        finding={largest ? t.industryFinding(largest.label, share(largest.count ?? 0, data.industry.total.count)) : t.nothing}
        basis={mark}
        file={file('INDUSTRY', variables.ofIndustry)}
        query={query('industry')}
        table={tableOf(t.industry, industries)}
      >
        <Bars label={t.industry} rows={industries.slice(0, 11)} total={data.industry.total.count} chosen={chosen.industry} choose={choose('industry')} />
      </Tile>
      <Tile
        {...shared}
        id="cases-barrier"
        width="half"
        kicker={t.barrier}
        finding={hardest ? t.barrierFinding(hardest.label, number(hardest.count ?? 0)) : t.nothing}
        basis={
          <>
            <span>{t.barrierBasis}</span>
            {mark}
          </>
        }
        file={file('BARRIER', variables.ofBarrier)}
        query={query('barrier')}
        table={tableOf(t.barrier, barriers)}
      >
        <Bars label={t.barrier} rows={barriers} total={data.barrier.total.count} chosen={chosen.barrier} choose={choose('barrier')} />
      </Tile>
      <Tile
        {...shared}
        id="cases-outcomes"
        width="two-thirds"
        kicker={t.outcomes}
        finding={measured ? t.outcomesFinding(say(measured.keys[0]?.label), change(measured.changePercent.median), number(measured.count)) : t.noOutcomes}
        basis={
          <>
            <span>{t.outcomesBasis(number(withOutcome.part), number(withOutcome.base))}</span>
            {mark}
          </>
        }
        file={{ name: 'statistics/outcomeStatistics', args: { groupBy: 'METRIC', where: variables.outcomes, includeIllustrative: variables.hasExamples } }}
        query={query('outcomes')}
        table={{
          caption: t.outcomes,
          rows: outcomes,
          columns: [
            { title: t.outcomesColumns[0] ?? '', value: (row) => say(row.keys[0]?.label), isHead: true },
            { title: t.outcomesColumns[1] ?? '', value: (row) => number(row.count), raw: (row) => row.count, isNumber: true },
            { title: t.outcomesColumns[2] ?? '', value: (row) => change(row.changePercent.median), raw: (row) => row.changePercent.median, isNumber: true },
            { title: t.outcomesColumns[3] ?? '', value: (row) => change(row.changePercent.lowerQuartile), raw: (row) => row.changePercent.lowerQuartile, isNumber: true },
            { title: t.outcomesColumns[4] ?? '', value: (row) => change(row.changePercent.upperQuartile), raw: (row) => row.changePercent.upperQuartile, isNumber: true },
          ],
        }}
      >
        {outcomes.length > 0 ? <Ranges rows={outcomes} /> : <Empty title={t.noOutcomes} />}
      </Tile>
      <Tile
        {...shared}
        id="cases-size"
        width="third"
        kicker={t.size}
        finding={biggest ? t.sizeFinding(biggest.label, share(biggest.count ?? 0, data.size.total.count)) : t.nothing}
        basis={mark}
        file={file('SIZE', variables.ofSize)}
        query={query('size')}
        table={tableOf(t.size, sizes)}
      >
        <Bars label={t.size} rows={sizes} total={data.size.total.count} chosen={chosen.size} choose={choose('size')} />
      </Tile>
      <Tile
        {...shared}
        id="cases-time"
        width="full"
        kicker={t.time}
        finding={busiest ? t.timeFinding(quarter(busiest.key), number(busiest.count)) : t.nothing}
        basis={mark}
        file={file('STARTED_QUARTER', variables.ofTime)}
        query={query('time')}
        table={tableOf(t.quarters, time)}
      >
        {time.length > 1 && (
          <LineChart
            positions={time.map((one) => one.label)}
            lines={[{ name: t.count, values: time.map((one) => one.count) }]}
            label={t.timeLabel(time[0]?.label ?? '', time.at(-1)?.label ?? '')}
            format={(value) => number(value, 0)}
            height={220}
            fromZero
          />
        )}
      </Tile>
    </>
  );

  return (
    <>
      <Tile
        {...shared}
        id="cases-region"
        width="two-thirds"
        kicker={t.kicker}
        finding={here ? t.one(here.label, number(here.count ?? 0), number(data.region.total.count)) : first ? t.some(number(total), first.label, number(first.count ?? 0)) : isEmpty ? t.noneYet : t.none}
        basis={
          <>
            <span>{t.basis}</span>
            {mark}
          </>
        }
        file={file('REGION', variables.ofRegion)}
        query={query('region')}
        table={{
          ...tableOf(t.region, regions),
          rows: [
            ...regions,
            ...elsewhere,
            ...(missing > 0 ? [{ key: '', label: t.withheld, count: missing, investment: byRegion.get('')?.investment ?? { count: 0, median: null } }] : []),
          ],
          columns: [
            { title: t.region, value: (row: (typeof regions)[number]) => row.label, isHead: true },
            { title: t.count, value: (row) => number(row.count ?? 0), raw: (row) => row.count, isNumber: true },
            { title: t.investment, value: (row) => (row.investment.median ? krw(row.investment.median) : '–'), raw: (row) => row.investment.median, isNumber: true },
            { title: t.investmentBase, value: (row) => number(row.investment.count), raw: (row) => row.investment.count, isNumber: true },
          ],
        }}
      >
        <div className="atlas">
          <div>
            <KoreaMap counts={counts} chosen={chosen.region} choose={choose('region')} label={t.map(number(total))} isKorean={language() === 'ko'} />
            <p className="legend" aria-hidden="true">
              <span>{t.few}</span>
              {[1, 2, 3, 4, 5].map((step) => (
                <i key={step} className={`swatch step-${step}`} />
              ))}
              <span>{t.many}</span>
              <i className="swatch step-0" />
              <span>{t.zero}</span>
            </p>
          </div>
          <Bars
            label={t.region}
            rows={[...regions, ...elsewhere, ...(missing > 0 ? [{ key: '', label: t.withheld, count: missing, isMissing: true }] : [])]}
            total={data.region.total.count}
            chosen={chosen.region}
            choose={choose('region')}
          />
        </div>
        <p className="note">{t.note}</p>
      </Tile>
      {rest}
    </>
  );
}

