import { valid } from '../app/bill';
import { date, dictionary, number, say, today } from '../app/language';
import { Link } from '../app/router';
import { Badge, Illustrative, Name, Tile } from '../app/ui';
import { Dashboard, type DashboardData, type DashboardVariables } from './dashboard.graphql';
import { words } from './words';

const texts = dictionary(
  {
    recordedBy: '국회·정부 공표 이력을 옮긴 기록',
    kicker: '입법의 길',
    finding: (title: string, stage: string) => `${title}, 지금은 ${stage} 단계`,
    none: '추적 중인 법률안이 없습니다',
    basis: (n: string, open: string) => `법률안 ${n}건, 진행 중 ${open}건. 단계는 공표된 이력에서 계산하며, 정정된 기록은 빠집니다.`,
    stalled: (n: string) => `180일 넘게 같은 단계에 있는 법률안 ${n}건`,
    shown: (n: string) => `최근 움직인 ${n}건을 보입니다.`,
    allBills: '모든 법률안',
    steps: ['입안', '정부 심사', '국회 접수', '소관위', '법사위', '본회의', '공포', '시행'],
    days: (n: string) => `${n}일`,
    inStage: (n: string) => `이 단계에서 ${n}일째`,
    byDay: (day: string) => `${day}까지 도달한 것만 알려져 일수를 세지 않습니다`,
    checked: (day: string, n: string) => `${day}에 확인한 뒤 ${n}일 동안 새 확인이 없습니다`,
    neverChecked: '진행 상황을 확인한 기록이 없습니다',
    enacted: '법률로 제정',
    closed: '종결',
    open: '진행 중',
    reached: '도달',
    unrecorded: '지났으나 기록 없음',
    ahead: '앞으로',
    by: (day: string) => `${day}까지`,
    columns: ['법률안', '단계', '일자', '다음 단계까지'],
    caption: '법률안별 단계 이력',
    unknown: '알 수 없음',
    now: '현재',
  },
  {
    recordedBy: 'Events as the Assembly and the government published them',
    kicker: 'The way of the bill',
    finding: (title: string, stage: string) => `${title}: now at “${stage}”`,
    none: 'No bill is being followed',
    basis: (n: string, open: string) => `${n} bills, ${open} pending. Stages follow from published events; corrected ones are left out.`,
    stalled: (n: string) => `In one stage for more than 180 days: ${n}`,
    shown: (n: string) => `Shown are the ${n} that moved last.`,
    allBills: 'All bills',
    steps: ['Drafting', 'Government', 'Received', 'Committee', 'Judiciary', 'Plenary', 'Promulgated', 'In force'],
    days: (n: string) => `${n} days`,
    inStage: (n: string) => `${n} days in this stage`,
    byDay: (day: string) => `Only known to be reached by ${day}, so no days are counted`,
    checked: (day: string, n: string) => `Checked on ${day}; nobody has looked for ${n} days since`,
    neverChecked: 'No check of its progress is on record',
    enacted: 'Enacted',
    closed: 'Closed',
    open: 'Pending',
    reached: 'reached',
    unrecorded: 'passed, not on record',
    ahead: 'ahead',
    by: (day: string) => `by ${day}`,
    columns: ['Bill', 'Stage', 'Date', 'Until the next'],
    caption: 'Bills and their stages',
    unknown: 'not known',
    now: 'now',
  },
);

/** The step of the way that a stage belongs to. */
const stepOf: Record<string, number> = {
  DRAFTING: 0, CONSULTATION: 1, LEGISLATIVE_NOTICE: 1, REGULATORY_AND_MOLEG_REVIEW: 1, CABINET: 1, RECEIVED: 2, COMMITTEE_RECEIVED: 3, COMMITTEE_REVIEW: 3,
  COMMITTEE_DECIDED: 3, JUDICIARY_REQUESTED: 4, JUDICIARY_REVIEW: 4, PLENARY_READY: 5, PLENARY_NOT_TABLED: 5, PLENARY_DECIDED: 5, TEXT_FINALISED: 5, TRANSFERRED: 5,
  RECONSIDERATION_REQUESTED: 5, RECONSIDERATION_DECIDED: 5, PROMULGATED: 6, IN_FORCE: 7,
};

type Bill = DashboardData['bills']['nodes'][number];
type Event = Bill['events']['nodes'][number];

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000);
}

/** Days from one event to the next; none unless both days are known. */
function daysTo(event: Event, next: Event | undefined): number | null {
  const isKnown = (one: Event) => !one.isKnownBy && one.occurredOn.length === 10;
  return next && isKnown(event) && isKnown(next) ? daysBetween(event.occurredOn, next.occurredOn) : null;
}

/** The bill that the programme waits for, or else the pending one that moved last. */
export function pending(data: DashboardData): Bill | undefined {
  return data.leading.nodes[0] ?? data.bills.nodes.find((bill) => !bill.isClosed);
}

function Way({ bill }: { bill: Bill }) {
  const t = texts();
  const w = words();
  const events = valid(bill.events.nodes).filter((event) => event.stage !== 'CLOSED_WITHOUT_ENACTMENT');
  const reached = new Set(events.map((event) => stepOf[event.stage]));
  const last = Math.max(-1, ...events.map((event) => stepOf[event.stage] ?? -1));
  const state = (index: number) => (reached.has(index) ? 'reached' : index < last ? 'unrecorded' : 'ahead');
  return (
    <article className="bill-way">
      <h4>
        <Link to={`/bills/${encodeURIComponent(bill.number)}`}>
          <Name of={bill.title} />
        </Link>{' '}
        <Badge tone={bill.isEnacted ? 'good' : bill.isClosed ? 'plain' : 'accent'}>{bill.isEnacted ? t.enacted : bill.isClosed ? t.closed : t.open}</Badge>
        {bill.origin === 'ILLUSTRATIVE' && <Illustrative />}
      </h4>
      <ol className="steps">
        {t.steps.map((title, index) => {
          const own = events.filter((event) => stepOf[event.stage] === index);
          return (
            <li key={title} className={`${state(index)}${index === last ? ' is-last' : ''}`} aria-current={index === last && !bill.isClosed ? 'step' : undefined}>
              <span className="step-name">{title}</span>
              <span className="sr-only">, {t[state(index)]}</span>
              {own.slice(-1).map((event) => (
                <small key={event.stage}>
                  {w.bill[event.stage] !== title && (
                    <>
                      {w.bill[event.stage]}
                      <br />
                    </>
                  )}
                  {event.isKnownBy ? t.by(date(event.occurredOn)) : date(event.occurredOn)}
                </small>
              ))}
            </li>
          );
        })}
      </ol>
      {!bill.isClosed && (
        <p className="note">
          {bill.daysInStage !== null ? t.inStage(number(bill.daysInStage)) : bill.stageReachedOn ? t.byDay(date(bill.stageReachedOn)) : null}
          {'. '}
          {bill.checkedAt ? t.checked(date(bill.checkedAt), number(daysBetween(bill.checkedAt, today()))) : t.neverChecked}.
        </p>
      )}
    </article>
  );
}

export function BillsTile({ data, variables }: { data: DashboardData; variables: DashboardVariables }) {
  const t = texts();
  const w = words();
  const { count, pending: open, stalled } = data.billCounts.total;
  const first = pending(data);
  const others = data.bills.nodes.filter((bill) => bill.number !== first?.number);
  const sorted = [...(first ? [first] : []), ...others].sort((a, b) => Number(b === first) - Number(a === first) || Number(a.isClosed) - Number(b.isClosed));
  const rows = sorted.flatMap((bill) =>
    valid(bill.events.nodes).map((event, index, all) => ({ bill, event, days: daysTo(event, all[index + 1]), isLast: index === all.length - 1 })),
  );
  return (
    <Tile
      id="bills"
      width="full"
      kicker={t.kicker}
      finding={first?.stage ? t.finding(say(first.title), w.bill[first.stage] ?? first.stage) : t.none}
      asOf={data.billCounts.computedAt}
      basis={
        <>
          <span>{t.basis(number(count), number(open))}</span>
          {stalled > 0 && <span>{t.stalled(number(stalled))}</span>}
          {count > sorted.length && (
            <span>
              {t.shown(number(sorted.length))} <Link to="/bills">{t.allBills}</Link>
            </span>
          )}
        </>
      }
      sources={{ rows: sorted, recordedBy: t.recordedBy }}
      file={{ name: 'bills', args: variables.origin ? { where: { origin: variables.origin } } : {} }}
      query={{ operation: Dashboard, variables, only: ['billCounts', 'leading', 'bills'] }}
      table={{
        caption: t.caption,
        rows,
        columns: [
          { title: t.columns[0] ?? '', value: (row) => say(row.bill.title), isHead: true },
          { title: t.columns[1] ?? '', value: (row) => w.bill[row.event.stage] ?? row.event.stage },
          { title: t.columns[2] ?? '', value: (row) => (row.event.isKnownBy ? t.by(date(row.event.occurredOn)) : date(row.event.occurredOn)) },
          { title: t.columns[3] ?? '', value: (row) => (row.isLast ? t.now : row.days === null ? t.unknown : t.days(number(row.days))), isNumber: true },
        ],
      }}
    >
      <div className="bill-ways">
        {sorted.map((bill) => (
          <Way key={bill.number} bill={bill} />
        ))}
      </div>
    </Tile>
  );
}
