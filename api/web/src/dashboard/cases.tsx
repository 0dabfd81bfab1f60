import { dictionary, language, number, say } from '../app/language';
import { Link } from '../app/router';
import { Badge, Illustrative, Name, Tile } from '../app/ui';
import { type Bar, Bars } from './bars';
import { DashboardCases, type DashboardCasesData, type DashboardCasesVariables } from './dashboard.graphql';
import { divisions, KoreaMap } from './map';
import { words } from './words';

const texts = dictionary(
  {
    kicker: '지역 AI 도입 사례',
    some: (n: string, region: string, m: string) => `공개된 AI 도입 사례 ${n}건, 가장 많은 곳은 ${region}(${m}건)`,
    none: '공개된 AI 도입 사례가 아직 없습니다',
    basis: '공개된 사례만, 현행 16개 시·도 기준.',
    examples: (n: string) => `이 가운데 ${n}건은 예시 자료`,
    map: (n: string) => `시·도별 AI 도입 사례 지도. 공개된 사례 ${n}건. 같은 수치가 옆의 목록에 있습니다.`,
    region: '시·도',
    count: '사례 수',
    other: (missing: string) => `지역을 밝히지 않은 사례 ${missing}건은 지도에 없습니다.`,
    note: '광주와 전남은 2026년 7월 1일부터 하나의 시·도입니다. 군위군은 2023년 7월부터 대구에 속하지만 이 지도에는 경북으로 그려져 있습니다.',
    few: '적음',
    many: '많음',
    zero: '없음',
    industry: '업종',
    industryFinding: (name: string, part: string) => `${name}이 ${part}%로 가장 많습니다`,
    size: '기업 규모',
    sizeFinding: (name: string, part: string) => `${name}이 ${part}%를 차지합니다`,
    stage: '도입 단계',
    stageFinding: (part: string) => `${part}%가 운영 또는 확산 단계에 들어섰습니다`,
    nothing: '보일 사례가 없습니다',
    newest: '최근 공개 사례',
    all: (n: string) => `조건에 맞는 사례 ${n}건`,
    unknown: '업종 비공개',
  },
  {
    kicker: 'AI adoption by region',
    some: (n: string, region: string, m: string) => `${n} published cases of AI adoption, most of them in ${region} (${m})`,
    none: 'No case of AI adoption is published yet',
    basis: 'Published cases only, by the 16 divisions of today.',
    examples: (n: string) => `${n} of them are illustrative`,
    map: (n: string) => `Map of AI adoption by division. ${n} published cases. The list beside it holds the same figures.`,
    region: 'Division',
    count: 'Cases',
    other: (missing: string) => `${missing} cases without a published region are not on the map.`,
    note: 'Gwangju and Jeonnam have been one division since 1 July 2026. Gunwi has belonged to Daegu since July 2023 but is drawn within Gyeongbuk on this map.',
    few: 'few',
    many: 'many',
    zero: 'none',
    industry: 'Industry',
    industryFinding: (name: string, part: string) => `${name} leads with ${part}%`,
    size: 'Size of company',
    sizeFinding: (name: string, part: string) => `${name}: ${part}% of all`,
    stage: 'Stage of adoption',
    stageFinding: (part: string) => `${part}% have reached production or scale`,
    nothing: 'No cases to show',
    newest: 'Published last',
    all: (n: string) => `${n} cases match`,
    unknown: 'Industry withheld',
  },
);

interface Row {
  keys: { code: string | null; label: { ko: string; en: string | null } | null }[];
  count: number;
}

const codeOf = (row: Row) => row.keys[0]?.code ?? '';

const top = (rows: Bar[]) => rows.reduce<Bar | undefined>((best, row) => ((row.count ?? 0) > (best?.count ?? 0) ? row : best), undefined);
const percent = (part: number, whole: number) => number((part / Math.max(1, whole)) * 100, 0);

interface CasesProps {
  data: DashboardCasesData;
  variables: DashboardCasesVariables;
  isBusy: boolean;
  region: string;
  choose: (code: string) => void;
}

export function CasesTiles({ data, variables, isBusy, region, choose }: CasesProps) {
  const t = texts();
  const w = words();
  const total = data.region.total.count;
  const examples = total - data.facts.total.count;
  const isIllustrative = examples > 0;
  const known = new Map(data.region.rows.map((row) => [codeOf(row), row]));
  const regions: Bar[] = divisions
    .map((division) => {
      const row = known.get(division.code);
      return {
        key: division.code,
        label: language() === 'ko' ? division.ko : division.en,
        count: row ? row.count : 0,
      };
    })
    .sort((a, b) => (b.count ?? -1) - (a.count ?? -1));
  const counts = new Map(regions.map((bar) => [bar.key, bar.count ?? 0]));
  const placed = regions.reduce((sum, bar) => sum + (bar.count ?? 0), 0);
  const first = top(regions);
  const bars = (rows: Row[], names: Record<string, string>): Bar[] =>
    rows.map((row) => ({
      key: codeOf(row),
      label: names[codeOf(row)] || say(row.keys[0]?.label ?? null) || t.unknown,
      count: row.count,
    }));
  const industries = bars(data.industry.rows, {}).sort((a, b) => (b.count ?? -1) - (a.count ?? -1));
  const sizes = Object.keys(w.size).map((key) => ({
    key,
    label: w.size[key] ?? key,
    count: data.size.rows.find((row) => codeOf(row) === key)?.count ?? 0,
  }));
  const stages = Object.keys(w.stage).map((key) => ({
    key,
    label: w.stage[key] ?? key,
    count: data.stage.rows.find((row) => codeOf(row) === key)?.count ?? 0,
  }));
  const running = stages.filter((bar) => ['PRODUCTION', 'SCALED'].includes(bar.key)).reduce((sum, bar) => sum + (bar.count ?? 0), 0);
  const query = (only: keyof DashboardCasesData) => ({ operation: DashboardCases, variables, only: ['facts' as const, only] });
  const basis = (
    <>
      <span>{t.basis}</span>
      {isIllustrative && <span>{t.examples(number(examples))}</span>}
    </>
  );
  const tableOf = (caption: string, rows: Bar[]) => ({
    caption,
    rows,
    keyOf: (row: Bar) => row.key,
    columns: [
      { title: caption, value: (row: Bar) => row.label, isHead: true },
      {
        title: t.count,
        value: (row: Bar) => number(row.count ?? 0),
        raw: (row: Bar) => row.count,
        isNumber: true,
      },
    ],
  });
  const biggestIndustry = top(industries);
  const biggestSize = top(sizes);
  return (
    <>
      <Tile
        id="cases-region"
        width="two-thirds"
        kicker={t.kicker}
        finding={first ? t.some(number(total), first.label, number(first.count ?? 0)) : t.none}
        asOf={undefined}
        basis={basis}
        isIllustrative={isIllustrative}
        isBusy={isBusy}
        query={query('region')}
        table={tableOf(t.region, regions)}
      >
        <div className="atlas">
          <div>
            <KoreaMap counts={counts} chosen={region} choose={choose} label={t.map(number(total))} isKorean={language() === 'ko'} />
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
          <div>
            <Bars label={t.region} rows={regions} total={total} chosen={region} choose={choose} />
            {placed < total && <p className="note">{t.other(number(total - placed))}</p>}
          </div>
        </div>
        <p className="note">{t.note}</p>
      </Tile>
      <Tile
        id="cases-stage"
        width="third"
        kicker={t.stage}
        finding={total > 0 ? t.stageFinding(percent(running, total)) : t.nothing}
        basis={basis}
        isIllustrative={isIllustrative}
        isBusy={isBusy}
        query={query('stage')}
        table={tableOf(t.stage, stages)}
      >
        <div className="stack">
          <Bars label={t.stage} rows={stages} total={total} />
          <div>
            <h4>{t.newest}</h4>
            <ul className="lines">
              {data.newest.nodes.map((one) => (
                <li key={one.code}>
                  <Link to={`/cases/${one.code}`}>
                    <Name of={one.title} />
                  </Link>{' '}
                  {one.origin === 'ILLUSTRATIVE' && <Illustrative />}
                </li>
              ))}
            </ul>
            <p>
              <Badge>{t.all(number(data.newest.totalCount))}</Badge>
            </p>
          </div>
        </div>
      </Tile>
      <Tile
        id="cases-industry"
        width="two-thirds"
        kicker={t.industry}
        finding={biggestIndustry ? t.industryFinding(biggestIndustry.label, percent(biggestIndustry.count ?? 0, total)) : t.nothing}
        basis={basis}
        isIllustrative={isIllustrative}
        isBusy={isBusy}
        query={query('industry')}
        table={tableOf(t.industry, industries)}
      >
        <Bars label={t.industry} rows={industries.slice(0, 10)} total={total} />
      </Tile>
      <Tile
        id="cases-size"
        width="third"
        kicker={t.size}
        finding={biggestSize ? t.sizeFinding(biggestSize.label, percent(biggestSize.count ?? 0, total)) : t.nothing}
        basis={basis}
        isIllustrative={isIllustrative}
        isBusy={isBusy}
        query={query('size')}
        table={tableOf(t.size, sizes)}
      >
        <Bars label={t.size} rows={sizes} total={total} />
      </Tile>
    </>
  );
}
