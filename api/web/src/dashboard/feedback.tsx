import { date, dictionary, number, quarter, say, share } from '../app/language';
import { Link } from '../app/router';
import { LineChart, Name, Tile } from '../app/ui';
import { Bars } from './bars';
import { Dashboard, type DashboardData, type DashboardVariables } from './dashboard.graphql';

const texts = dictionary(
  {
    recordedBy: '건의를 등록한 기관의 기록',
    kicker: '환류 – 현장의 말이 성과가 되기까지',
    none: (n: string) => `현장 건의 ${n}건 가운데 회신이 기록된 것은 아직 없습니다`,
    some: (n: string, a: string, d: string) => `현장 건의 ${n}건 가운데 ${a}건이 회신되고 ${d}건이 이행되었습니다`,
    empty: '등록된 건의가 없습니다',
    steps: ['제기', '소관 지정', '회신', '이행 완료', '성과 확인'],
    of: (part: string) => `제기의 ${part}%`,
    overdue: (n: string, all: string) => `기한이 정해진 건의 ${all}건 가운데 ${n}건이 회신 기한을 넘겼습니다`,
    noneDue: '회신 기한이 정해진 건의가 없어 지연을 셀 수 없습니다',
    notOverdue: (n: string) => `기한이 정해진 건의 ${n}건 가운데 지연은 없습니다`,
    days: (n: string) => `회신까지 중앙값 ${n}일`,
    noDays: '회신 소요 일수: 기록 없음',
    items: (n: string, m: string) => `발표된 묶음까지 세면 ${n}개 과제이며, ${m}건으로 등록되었습니다`,
    more: '성과가 이행보다 많은 것은, 회신·이행이 기록되기 전에 법안·사업으로 이어진 건의가 있기 때문입니다.',
    addressee: '소관 기관별 건의',
    nobody: '소관 기관 미지정',
    columns: ['소관 기관', '제기', '회신', '이행 완료', '성과', '기한 경과'],
    caption: '소관 기관별 건의와 처리',
    opinion: '왜 환류인가: 기업의 평가',
    byQuarter: '분기별 제기와 회신',
    byQuarterLabel: (from: string, to: string) => `분기별로 제기된 건의와 그 가운데 회신된 건의, ${from}부터 ${to}까지`,
    source: (name: string, document: string) => `출처: ${name}${document && `, ${document}`}`,
  },
  {
    recordedBy: 'Records of the institutions that entered them',
    kicker: 'Feedback loop – from what is said to what comes of it',
    none: (n: string) => `Of ${n} recommendations from the field, none has an answer on record yet`,
    some: (n: string, a: string, d: string) => `Of ${n} recommendations from the field, ${a} were answered and ${d} delivered`,
    empty: 'No recommendations on record',
    steps: ['Raised', 'Assigned', 'Answered', 'Delivered', 'With an effect'],
    of: (part: string) => `${part}% of raised`,
    overdue: (n: string, all: string) => `Of ${all} recommendations with a due date, ${n} ${n === '1' ? 'is' : 'are'} overdue`,
    noneDue: 'No recommendation has a due date, so delay cannot be counted',
    notOverdue: (n: string) => `Of ${n} recommendations with a due date, none is overdue`,
    days: (n: string) => `Median ${n} days to the answer`,
    noDays: 'Days to the answer: not on record',
    items: (n: string, m: string) => `Published totals included they stand for ${n} items, entered as ${m}`,
    more: 'Effects outnumber deliveries where a bill or programme followed before an answer was put on record.',
    addressee: 'Recommendations by addressee',
    nobody: 'No addressee yet',
    columns: ['Addressee', 'Raised', 'Answered', 'Delivered', 'Effects', 'Overdue'],
    caption: 'Recommendations by addressee and what became of them',
    opinion: 'Why it matters: what companies say',
    byQuarter: 'Raised and answered by quarter',
    byQuarterLabel: (from: string, to: string) => `Recommendations by the quarter in which they were raised, and those of them that were answered, from ${from} to ${to}`,
    source: (name: string, document: string) => `Source: ${name}${document && `, ${document}`}`,
  },
);

/** Columns joined by bands: each as high as its part of what was raised. */
function Flow({ steps }: { steps: { title: string; count: number }[] }) {
  const t = texts();
  const most = Math.max(1, ...steps.map((step) => step.count));
  const [height, width, gap] = [120, 26, 174];
  const tall = (count: number) => (count / most) * height;
  return (
    <div className="flow">
      <svg viewBox={`0 0 ${gap * (steps.length - 1) + width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {steps.slice(1).map((step, index) => {
          const before = steps[index] as { count: number };
          const [x0, x1] = [index * gap + width, (index + 1) * gap];
          const through = Math.min(before.count, step.count);
          const middle = (x0 + x1) / 2;
          const [a, b] = [height - tall(before.count), height - tall(through)];
          return <path key={step.title} className="band" d={`M${x0} ${a}C${middle} ${a} ${middle} ${b} ${x1} ${b}V${height}H${x0}Z`} />;
        })}
        {steps.map((step, index) => (
          <rect
            key={step.title}
            className={step.count === 0 ? 'column is-zero' : 'column'}
            x={index * gap}
            y={height - Math.max(tall(step.count), 2)}
            width={width}
            height={Math.max(tall(step.count), 2)}
          />
        ))}
      </svg>
      <ol>
        {steps.map((step, index) => (
          <li key={step.title}>
            <strong className={step.count === 0 ? 'is-zero' : undefined}>{number(step.count)}</strong>
            <span>{step.title}</span>
            {index > 0 && <small>{t.of(share(step.count, steps[0]?.count ?? 0))}</small>}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Code of the addressee that a row counts; null where none is named. */
const codeOf = (row: { keys: { code: string | null }[] }) => row.keys[0]?.code ?? null;

export function FeedbackTile({ data, variables }: { data: DashboardData; variables: DashboardVariables }) {
  const t = texts();
  const { total, rows } = data.feedback;
  const nobody = rows.find((row) => codeOf(row) === null)?.raised ?? 0;
  const counts = [total.raised, total.raised - nobody, total.answered, total.delivered, total.withEffect];
  const steps = t.steps.map((title, index) => ({ title, count: counts[index] ?? 0 }));
  const finding =
    total.raised === 0
      ? t.empty
      : total.answered === 0
        ? t.none(number(total.raised))
        : t.some(number(total.raised), number(total.answered), number(total.delivered));
  const label = (row: (typeof rows)[number]) => (codeOf(row) === null ? t.nobody : say(row.keys[0]?.label ?? null));
  // Both of the same list, or one would count what the other leaves out.
  const [due, overdue] = [data.dueAnswers.totalCount, data.overdue.totalCount];
  const opinion = data.opinion.nodes;
  const quarters = data.feedbackByQuarter.rows.filter((row) => row.keys[0]?.code);
  const quarterOf = (row?: (typeof quarters)[number]) => row?.keys[0]?.code ?? '';
  return (
    <Tile
      id="feedback"
      width="full"
      kicker={t.kicker}
      finding={finding}
      asOf={data.feedback.computedAt}
      basis={<span>{t.items(number(Number(total.items.sum ?? 0)), number(total.raised))}</span>}
      sources={{ rows: data.feedbackSources.nodes, recordedBy: t.recordedBy }}
      file={{ name: 'statistics/feedbackStatistics', args: { groupBy: 'ADDRESSEE', includeIllustrative: variables.hasExamples } }}
      query={{ operation: Dashboard, variables, only: ['feedback', 'feedbackByQuarter', 'dueAnswers', 'overdue', 'opinion'] }}
      table={{
        caption: t.caption,
        rows,
        keyOf: (row) => codeOf(row) ?? '',
        columns: [
          { title: t.columns[0] ?? '', value: label, isHead: true },
          { title: t.columns[1] ?? '', value: (row) => row.raised, isNumber: true },
          { title: t.columns[2] ?? '', value: (row) => row.answered, isNumber: true },
          { title: t.columns[3] ?? '', value: (row) => row.delivered, isNumber: true },
          { title: t.columns[4] ?? '', value: (row) => row.withEffect, isNumber: true },
          { title: t.columns[5] ?? '', value: (row) => row.overdue, isNumber: true },
        ],
      }}
    >
      <div className="feedback-loop">
        <div>
          <Flow steps={steps} />
          {total.withEffect > total.delivered && <p className="note">{t.more}</p>}
          {opinion.length > 0 && (
            <div className="why">
              <h4>{t.opinion}</h4>
              <ul className="opinion">
                {opinion.map((one) => (
                  <li key={one.code}>
                    <strong>{one.valueText}</strong> <Name of={one.title} />
                  </li>
                ))}
              </ul>
              <p className="note">{t.source(say(opinion[0]?.sourceName), say(opinion[0]?.citations.nodes[0]?.document?.title))}</p>
            </div>
          )}
        </div>
        <div className="loop-side">
          <p className={overdue > 0 ? 'alarm' : 'calm'}>
            {overdue > 0 ? t.overdue(number(overdue), number(due)) : due === 0 ? t.noneDue : t.notOverdue(number(due))}
          </p>
          <ul className="points">
            {data.overdue.nodes.map((one) => (
              <li key={one.code}>
                <Link to={`/recommendations/${one.code}`}>
                  <Name of={one.title} />
                </Link>{' '}
                <small>
                  {say(one.addressee?.name)} · {date(one.dueOn)}
                </small>
              </li>
            ))}
          </ul>
          <p className="note">{total.daysToAnswer.median === null ? t.noDays : t.days(number(total.daysToAnswer.median, 1))}</p>
          <h4>{t.addressee}</h4>
          <Bars label={t.addressee} rows={rows.slice(0, 6).map((row) => ({ key: codeOf(row) ?? '', label: label(row), count: row.raised }))} />
          {quarters.length > 1 && (
            <div className="why">
              <h4>{t.byQuarter}</h4>
              <LineChart
                positions={quarters.map((row) => quarterOf(row).slice(2).replace('-', ' '))}
                lines={[
                  { name: t.steps[0] ?? '', values: quarters.map((row) => row.raised) },
                  { name: t.steps[2] ?? '', values: quarters.map((row) => row.answered), isDashed: true },
                ]}
                label={t.byQuarterLabel(quarter(quarterOf(quarters[0])), quarter(quarterOf(quarters.at(-1))))}
                format={(value) => number(value, 0)}
                height={160}
                fromZero
              />
            </div>
          )}
        </div>
      </div>
    </Tile>
  );
}
