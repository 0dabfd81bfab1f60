import { date, dictionary, number, quarter, say } from '../app/language';
import { Link } from '../app/router';
import { Illustrative, Name, Tile } from '../app/ui';
import { Dashboard, type DashboardData, type DashboardVariables } from './dashboard.graphql';
import { words } from './words';

const texts = dictionary(
  {
    recordedBy: '회의를 등록한 기관의 기록',
    kicker: '회의',
    next: (title: string, day: string) => `다음 회의는 ${day} ${title}`,
    noneNext: (held: string, expected: string) => `예정된 회의가 없고, 정례 회의 ${expected}회 가운데 ${held}회만 개최가 기록되었습니다`,
    noneAtAll: '예정된 회의가 없습니다',
    basis: '주기가 정해진 회의만 셉니다. “기록 없음”은 열리지 않았다는 뜻이 아닙니다.',
    upcoming: '예정',
    nothing: '일정이 등록된 회의가 없습니다.',
    due: (what: string, period: string) => `${what}: ${period} 안에 열릴 차례입니다.`,
    last: '최근 개최',
    record: '정례 회의 개최 기록',
    status: { HELD: '개최', UNDATED: '날짜 미상', NOT_ON_RECORD: '기록 없음', MISSED: '미개최', DUE: '예정' } as Record<string, string>,
    columns: ['회의 계열', '기간', '상태'],
  },
  {
    recordedBy: 'Records of the institutions that entered them',
    kicker: 'Meetings',
    next: (title: string, day: string) => `The next meeting is ${title} on ${day}`,
    noneNext: (held: string, expected: string) => `No meeting is planned, and of ${expected} regular ones only ${held} are on record as held`,
    noneAtAll: 'No meeting is planned',
    basis: 'Series with a fixed cadence only. “Not on record” does not mean that none was held.',
    upcoming: 'Planned',
    nothing: 'No meeting has a date yet.',
    due: (what: string, period: string) => `${what}: one is due in ${period}.`,
    last: 'Held last',
    record: 'Record of the regular meetings',
    status: { HELD: 'Held', UNDATED: 'Date unknown', NOT_ON_RECORD: 'Not on record', MISSED: 'Not held', DUE: 'Due' },
    columns: ['Series', 'Period', 'Status'],
  },
);

type Line = DashboardData['planned']['nodes'][number];

function Meeting({ of }: { of: Line }) {
  return (
    <li className="meeting">
      <span className="day">{date(of.heldOn)}</span>
      <span>
        <Link to={`/meetings/${of.code}`}>
          <Name of={of.title} />
        </Link>
        <small>
          <Name of={of.body?.name} /> {of.origin === 'ILLUSTRATIVE' && <Illustrative />}
        </small>
      </span>
    </li>
  );
}

const period = (value: string) => (value.includes('Q') ? quarter(value) : date(value));

export function MeetingsTile({ data, variables }: { data: DashboardData; variables: DashboardVariables }) {
  const t = texts();
  const w = words();
  const series = data.bodies.nodes.flatMap((body) => body.series.nodes.map((one) => ({ ...one, body }))).filter((one) => one.record.periods.length > 0);
  const [expected, held] = [series.reduce((sum, one) => sum + one.record.expected, 0), series.reduce((sum, one) => sum + one.record.held, 0)];
  const next = data.planned.nodes[0];
  const due = series.flatMap((one) => one.record.periods.filter((each) => each.status === 'DUE').map((each) => ({ one, each })));
  return (
    <Tile
      id="meetings"
      width="half"
      kicker={t.kicker}
      finding={next ? t.next(say(next.title), date(next.heldOn)) : expected > 0 ? t.noneNext(number(held), number(expected)) : t.noneAtAll}
      basis={<span>{t.basis}</span>}
      sources={{ rows: [...data.planned.nodes, ...data.held.nodes], recordedBy: t.recordedBy }}
      file={{ name: 'meetings', args: variables.origin ? { where: { origin: variables.origin } } : {} }}
      query={{ operation: Dashboard, variables, only: ['planned', 'held', 'bodies'] }}
      table={{
        caption: t.record,
        rows: series.flatMap((one) => one.record.periods.map((each) => ({ one, each }))),
        columns: [
          { title: t.columns[0] ?? '', value: (row) => say(row.one.name), isHead: true },
          { title: t.columns[1] ?? '', value: (row) => period(row.each.period) },
          { title: t.columns[2] ?? '', value: (row) => t.status[row.each.status] ?? row.each.status },
        ],
      }}
    >
      <div className="stack">
        <div>
          <h4>{t.upcoming}</h4>
          {data.planned.nodes.length > 0 ? (
            <ul className="meetings">
              {data.planned.nodes.map((one) => (
                <Meeting key={one.code} of={one} />
              ))}
            </ul>
          ) : (
            <p className="quiet">
              {t.nothing}
              {due.map(({ one, each }) => (
                <span key={`${one.code} ${each.period}`}> {t.due(say(one.name), period(each.period))}</span>
              ))}
            </p>
          )}
        </div>
        <div>
          <h4>{t.record}</h4>
          <ul className="strips">
            {series.map((one) => (
              <li key={one.code}>
                <span className="strip-name">
                  <Link to={`/bodies/${one.body.code}`}>
                    <Name of={one.name} />
                  </Link>
                  <small>{w.cadence[one.cadence] ?? one.cadence}</small>
                </span>
                <ol className="strip">
                  {one.record.periods.slice(-12).map((each) => (
                    <li key={each.period} className={`cell ${each.status}`} title={`${period(each.period)}: ${t.status[each.status]}`}>
                      <span className="sr-only">
                        {period(each.period)}: {t.status[each.status]}
                      </span>
                    </li>
                  ))}
                </ol>
                <span className="strip-figure">
                  {number(one.record.held)}/{number(one.record.expected)}
                </span>
              </li>
            ))}
          </ul>
          <p className="legend" aria-hidden="true">
            {['HELD', 'UNDATED', 'NOT_ON_RECORD', 'MISSED', 'DUE'].map((status) => (
              <span key={status} className="row-tight">
                <i className={`cell ${status}`} /> {t.status[status]}
              </span>
            ))}
          </p>
        </div>
        <div>
          <h4>{t.last}</h4>
          <ul className="meetings">
            {data.held.nodes.map((one) => (
              <Meeting key={one.code} of={one} />
            ))}
          </ul>
        </div>
      </div>
    </Tile>
  );
}
