import './dashboard.css';

import { type ReactNode, useCallback, useDeferredValue, useRef } from 'react';

import { date, dictionary, language, type Localized, number, say, today } from '../app/language';
import { useQuery } from '../app/query';
import { Boundary, Failed, Loading, Page, Stale } from '../app/ui';
import { PublishedTile } from '../pages/parts/published';
import { BillsTile, pending } from './bills';
import { CasesTiles } from './cases';
import { CompletenessTile } from './completeness';
import { Dashboard, DashboardCases, type DashboardCasesData, type DashboardData } from './dashboard.graphql';
import { FeedbackTile } from './feedback';
import { type Chosen, dashboardVariables, type Facet, facets, useChosen, variablesOf } from './filters';
import { divisions } from './map';
import { MeetingsTile } from './meetings';
import { NewsTile } from './news';
import { PeriodsTile, TargetsTile } from './results';
import { words } from './words';

const texts = dictionary(
  {
    title: '현황판',
    heading: '중소·벤처 AI 대전환, 지금 어디까지 왔나',
    lead: (day: string) => `${day} 기준. 건의가 답을 얻었는지, 법안이 어디에 있는지, 어느 지역이 AI를 쓰고 있는지를 한 화면에서 봅니다.`,
    raised: '현장 건의',
    answered: (n: string) => `회신 ${n}건`,
    bill: '중소기업 AI 법안',
    noBill: '추적 중인 법안 없음',
    since: (n: string) => `${n}일째`,
    by: (day: string) => `${day}까지 도달`,
    cases: '도입 사례',
    divisions: (n: string) => `${n}개 시·도`,
    examples: '예시 자료 포함',
    meetings: '정례 회의 기록',
    held: '열릴 차례 가운데 개최가 기록된 회의',
    loop: '환류와 입법',
    adoption: '지역의 AI 도입',
    run: '운영: 회의, 실적, 변경',
    filters: '사례 조건',
    facets: { region: '시·도', industry: '업종', size: '기업 규모', stage: '도입 단계', barrier: '애로', year: '도입 시작' } as Record<Facet, string>,
    all: '전체',
    show: '예시 자료',
    with: '포함',
    without: '제외',
    reset: '조건 지우기',
    partial: '일부 자료를 불러오지 못했습니다',
  },
  {
    title: 'Dashboard',
    heading: 'How far AI has come in Korea’s small firms',
    lead: (day: string) => `As of ${day}. Whether recommendations get an answer, where the bill stands, and which regions use AI, on one page.`,
    raised: 'Recommendations',
    answered: (n: string) => `${n} answered`,
    bill: 'The SME AI bill',
    noBill: 'No bill is followed',
    since: (n: string) => `for ${n} days`,
    by: (day: string) => `reached by ${day}`,
    cases: 'Adoption cases',
    divisions: (n: string) => `in ${n} divisions`,
    examples: 'illustrative rows included',
    meetings: 'Regular meetings',
    held: 'of those due, on record as held',
    loop: 'Feedback and legislation',
    adoption: 'AI adoption by region',
    run: 'Running it: meetings, results, changes',
    filters: 'Which cases',
    facets: { region: 'Division', industry: 'Industry', size: 'Size', stage: 'Stage', barrier: 'Barrier', year: 'Began in' },
    all: 'All',
    show: 'Illustrative rows',
    with: 'Included',
    without: 'Left out',
    reset: 'Clear',
    partial: 'Some of this could not be loaded',
  },
);

/** Four figures that open the page, each leading to its tile. */
function Lede({ data, cases }: { data: DashboardData; cases?: DashboardCasesData }) {
  const t = texts();
  const w = words();
  const bill = pending(data);
  const records = data.bodies.nodes.flatMap((body) => body.series.nodes.map((one) => one.record));
  const [held, expected] = [records.reduce((sum, one) => sum + one.held, 0), records.reduce((sum, one) => sum + one.expected, 0)];
  const placed = cases?.region.rows.filter((row) => row.count > 0 && divisions.some((one) => one.code === row.keys[0]?.code)).length ?? 0;
  const hasExamples = cases !== undefined && cases.all.total.count > cases.facts.total.count;
  return (
    <ul className="lede">
      <li>
        <a href="#feedback">
          <span>{t.raised}</span>
          <strong>{number(data.feedback.total.raised)}</strong>
          <small className={data.feedback.total.answered === 0 ? 'is-low' : undefined}>{t.answered(number(data.feedback.total.answered))}</small>
        </a>
      </li>
      <li>
        <a href="#bills">
          <span>{t.bill}</span>
          <strong className="is-text">{bill?.stage ? w.bill[bill.stage] : t.noBill}</strong>
          <small>{bill && (bill.daysInStage !== null ? t.since(number(bill.daysInStage)) : bill.stageReachedOn ? t.by(date(bill.stageReachedOn)) : '')}</small>
        </a>
      </li>
      <li>
        <a href="#cases-region">
          <span>{t.cases}</span>
          <strong>{cases ? number(cases.all.total.count) : '…'}</strong>
          <small>
            {t.divisions(number(placed))}
            {hasExamples && `, ${t.examples}`}
          </small>
        </a>
      </li>
      <li>
        <a href="#meetings">
          <span>{t.meetings}</span>
          <strong>
            {number(held)}
            <em>/{number(expected)}</em>
          </strong>
          <small>{t.held}</small>
        </a>
      </li>
    </ul>
  );
}

/** What stands below the first figures is drawn once they are painted. */
function Later({ children }: { children: ReactNode }) {
  const isTime = useDeferredValue(true, false);
  return isTime ? children : <Loading height="40rem" />;
}

interface FiltersProps {
  data?: DashboardCasesData;
  chosen: Chosen;
  hasExamples: boolean;
  set: (changes: Partial<Record<Facet | 'examples', string>>) => void;
}

/** Where a tile stands that could not be drawn. */
const broken = (width: string) => (what: ReactNode) => <section className={`tile ${width}`}>{what}</section>;

function Filters({ data, chosen, hasExamples, set }: FiltersProps) {
  const t = texts();
  type Option = { value: string; label: string };
  const options = (rows: { keys: { code: string | null; label: Localized | null }[] }[] | undefined): Option[] =>
    (rows ?? []).flatMap(({ keys: [key] }) => (key?.code ? [{ value: key.code, label: say(key.label) || key.code }] : []));
  const years = [...new Set(data?.time.rows.flatMap(({ keys: [key] }) => (key?.code ? [key.code.slice(0, 4)] : [])))].sort().reverse();
  const selects: [Facet, Option[]][] = [
    ['region', divisions.map((one) => ({ value: one.code, label: language() === 'ko' ? one.ko : one.en }))],
    ['industry', options(data?.industry.rows)],
    ['size', options(data?.size.rows)],
    ['stage', options(data?.stage.rows)],
    ['barrier', options(data?.barrier.rows)],
    ['year', years.map((year) => ({ value: year, label: year }))],
  ];
  return (
    <form className="facets" aria-label={t.filters} onSubmit={(event) => event.preventDefault()}>
      {selects.map(([name, values]) => (
        <div className="field" key={name}>
          <label htmlFor={name}>{t.facets[name]}</label>
          <select id={name} value={chosen[name]} onChange={(event) => set({ [name]: event.target.value })}>
            <option value="">{t.all}</option>
            {/* What the address names stays chosen, even where no case is left with it. */}
            {chosen[name] && !values.some((one) => one.value === chosen[name]) && <option value={chosen[name]}>{chosen[name]}</option>}
            {values.map((one) => (
              <option key={one.value} value={one.value}>
                {one.label}
              </option>
            ))}
          </select>
        </div>
      ))}
      <div className="field">
        <label htmlFor="examples">{t.show}</label>
        <select id="examples" value={hasExamples ? '' : 'off'} onChange={(event) => set({ examples: event.target.value })}>
          <option value="">{t.with}</option>
          <option value="off">{t.without}</option>
        </select>
      </div>
      {(facets.some((name) => chosen[name]) || !hasExamples) && (
        <button type="button" className="button" onClick={() => set({ ...Object.fromEntries(facets.map((name) => [name, ''])), examples: '' })}>
          {t.reset}
        </button>
      )}
    </form>
  );
}

export default function DashboardPage() {
  const t = texts();
  const { chosen, hasExamples, set } = useChosen();
  const ofAll = dashboardVariables(hasExamples);
  const asked = useQuery(Dashboard, ofAll);
  const variables = variablesOf(chosen, hasExamples);
  const cases = useQuery(DashboardCases, variables);

  // Something changed: the figures are asked for again, but not for each of a row of changes.
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const reload = useRef(() => {});
  reload.current = () => {
    asked.reload();
    cases.reload();
  };
  const onNews = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => reload.current(), 1500);
  }, []);

  return (
    <Page title={t.title}>
      <div className="opening">
        <div className="headline">
          <h1>{t.heading}</h1>
          <p className="lead">{t.lead(date(today()))}</p>
        </div>
        {asked.state === 'ready' && (
          <Boundary>
            <Lede data={asked.data} cases={cases.data} />
          </Boundary>
        )}
        {asked.state === 'loading' && <div className="lede is-waiting" aria-hidden="true" />}
      </div>
      {asked.state === 'loading' && <Loading height="40rem" />}
      {asked.state === 'failed' && <Failed failure={asked.failure} retry={asked.reload} />}
      {asked.state === 'ready' && (
        <>
          {asked.stale && <Stale failure={asked.stale} retry={asked.reload} />}
          <h2 className="section">{t.loop}</h2>
          <div className="tiles">
            <Boundary frame={broken('full')}>
              <FeedbackTile data={asked.data} variables={ofAll} />
            </Boundary>
            <Boundary frame={broken('full')}>
              <BillsTile data={asked.data} variables={ofAll} />
            </Boundary>
          </div>
          <Later>
            <div className="section">
              <h2>{t.adoption}</h2>
              <Filters data={cases.data} chosen={chosen} hasExamples={hasExamples} set={set} />
            </div>
            {cases.state === 'loading' && <Loading />}
            {cases.state === 'failed' && <Failed failure={cases.failure} retry={cases.reload} />}
            {cases.state === 'ready' && (
              <div className="tiles">
                <Boundary frame={broken('full')}>
                  <CasesTiles data={cases.data} variables={variables} isBusy={cases.isRefreshing} chosen={chosen} set={set} />
                </Boundary>
              </div>
            )}
            <h2 className="section">{t.run}</h2>
            <div className="tiles">
              <Boundary frame={broken('half')}>
                <MeetingsTile data={asked.data} variables={ofAll} />
              </Boundary>
              <Boundary frame={broken('half')}>
                <NewsTile data={asked.data} variables={ofAll} onNews={onNews} />
              </Boundary>
              <Boundary frame={broken('full')}>
                <PublishedTile data={asked.data} operation={Dashboard} variables={ofAll} />
              </Boundary>
              <Boundary frame={broken('full')}>
                <CompletenessTile data={asked.data} hasExamples={hasExamples} />
              </Boundary>
              <Boundary frame={broken('third')}>
                <PeriodsTile data={asked.data} variables={ofAll} />
              </Boundary>
              <Boundary frame={broken('two-thirds')}>
                <TargetsTile data={asked.data} variables={ofAll} />
              </Boundary>
            </div>
          </Later>
        </>
      )}
    </Page>
  );
}
