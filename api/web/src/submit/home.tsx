import { useState } from 'react';

import { quarter, say, time, today } from '../app/language';
import { Link } from '../app/router';
import { Badge, type Column, Empty, Illustrative, Loading, Name, Table } from '../app/ui';
import { useLoad } from './ask';
import { OfficerHome, ReviewerHome, type OfficerHomeData } from './operations.graphql';
import { addDays, Button, dayOf, endOf, Notice, sentence, Status } from './parts';
import type { Session } from './session';
import { texts } from './texts';

type Summary = NonNullable<OfficerHomeData['due']>['nodes'][number];
type Obligation = OfficerHomeData['next']['nodes'][number];

export function addressOf(id: string): string {
  return `/submit?submission=${encodeURIComponent(id)}`;
}

/** All pages of one list read so far, each after the one before. */
async function paged<Page extends { nodes: unknown[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } }>(
  pages: number,
  read: (after: string | null) => Promise<Page>,
): Promise<Page> {
  let page = await read(null);
  const nodes = [...page.nodes];
  for (let count = 1; count < pages && page.pageInfo.hasNextPage; count += 1) {
    page = await read(page.pageInfo.endCursor ?? null);
    nodes.push(...page.nodes);
  }
  return { ...page, nodes };
}

/** What an institution has to do, has done, and will have to do; nothing beside a reviewer's lists if it never has to. */
export function Officer({ institution, isBeside }: { institution: string; isBeside: boolean }) {
  const t = texts();
  const [pages, setPages] = useState(1);
  const { data, failure, isLoading, reload } = useLoad(async (session: Session) => {
    let first: OfficerHomeData | undefined;
    const past = await paged(pages, async (after) => {
      const answer = await session.ask(OfficerHome, { institution, after });
      first ??= answer;
      return answer.past ?? { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
    });
    return { due: first?.due?.nodes ?? [], obligations: first?.next.nodes ?? [], past };
  }, `officer ${institution} ${pages}`);

  if (!data) return failure ? <Trouble failure={failure} retry={reload} /> : <Loading />;
  const running = data.obligations.filter(({ endsOn }) => !endsOn || endsOn >= today());
  if (isBeside && data.due.length + running.length + data.past.nodes.length === 0) return null;
  return (
    <>
      <section aria-labelledby="due">
        <h2 id="due">{t.dueNow}</h2>
        {data.due.length > 0 ? (
          <ul className="duties">
            {data.due.map((one) => (
              <Duty key={one.id} of={one} />
            ))}
          </ul>
        ) : (
          <Empty title={t.nothingDue}>
            <p>{t.nothingDueLead}</p>
          </Empty>
        )}
      </section>
      <section aria-labelledby="coming">
        <h2 id="coming">{t.comingUp}</h2>
        {running.length > 0 ? (
          <ul className="coming">
            {running.map((one) => (
              <Coming key={one.programme.code} of={one} />
            ))}
          </ul>
        ) : (
          <p>{t.noObligation}</p>
        )}
      </section>
      <section aria-labelledby="past">
        <h2 id="past">{t.past}</h2>
        {data.past.nodes.length > 0 ? (
          <>
            <Table caption={t.past} columns={pastColumns()} rows={data.past.nodes} keyOf={(row) => row.id} />
            {data.past.pageInfo.hasNextPage && (
              <Button isOff={isLoading} onClick={() => setPages(pages + 1)}>
                {t.more}
              </Button>
            )}
          </>
        ) : (
          <p>{t.noPast}</p>
        )}
      </section>
    </>
  );
}

export function Trouble({ failure, retry }: { failure: unknown; retry: () => void }) {
  return (
    <Notice told={{ tone: 'bad', text: sentence(failure) }}>
      <button type="button" className="button" onClick={retry}>
        {texts().retry}
      </button>
    </Notice>
  );
}

/** One thing to be submitted: what, by when, and the way to it. */
function Duty({ of }: { of: Summary }) {
  const t = texts();
  const due = of.status === 'RETURNED' ? (of.returnDueOn ?? of.dueOn) : of.dueOn;
  const isClosed = !of.isRestatement && today() > of.locksOn;
  const tone = of.daysLeft === null ? 'plain' : of.daysLeft < 0 ? 'bad' : of.daysLeft <= 7 ? 'warn' : 'info';
  const verb = isClosed ? t.see : of.status === 'RETURNED' ? t.fix : t.write;
  return (
    <li className={`duty panel ${tone}`}>
      <div className="what">
        <p className="when">{quarter(of.quarter)}</p>
        <h3>
          <Name of={of.programme?.name} />
        </h3>
        <p className="marks">
          <Status of={of} />
          {of.origin === 'ILLUSTRATIVE' && <Illustrative />}
        </p>
      </div>
      <div className="by">
        <p className="label">{of.status === 'RETURNED' ? t.returnDeadline : t.deadline}</p>
        <p className="day">{dayOf(due)}</p>
        {of.daysLeft !== null && (
          <p>
            <Badge tone={tone}>{t.daysLeft(of.daysLeft)}</Badge>
          </p>
        )}
        {of.daysLeft !== null && of.daysLeft < 0 && !of.isRestatement && (
          <p className="note">{isClosed ? t.next.closed(dayOf(of.locksOn)) : t.locks(dayOf(of.locksOn))}</p>
        )}
      </div>
      <Link className="button primary" to={addressOf(of.id)}>
        {verb}
        <span className="sr-only">
          {' '}
          {quarter(of.quarter)} {say(of.programme?.name)}
        </span>
      </Link>
    </li>
  );
}

/** The quarter that runs now is the next one to be reported. */
function Coming({ of: { programme } }: { of: Obligation }) {
  const t = texts();
  const [year = 0, month = 1] = today().split('-').map(Number);
  const running = `${year}-Q${Math.ceil(month / 3)}`;
  return (
    <li>
      <strong>
        {quarter(running)} · <Name of={programme.name} />
      </strong>
      <span>
        {t.opensOn(dayOf(addDays(endOf(running), 1)))}, {t.comingUpRule(programme.dueDays, programme.rollRule !== 'NONE')}
      </span>
    </li>
  );
}

function pastColumns(): Column<Summary>[] {
  const t = texts();
  return [
    { title: t.quarter, value: (row) => quarter(row.quarter), isHead: true },
    {
      title: t.programme,
      value: (row) => (
        <Link to={addressOf(row.id)}>
          <Name of={row.programme?.name} />
          <span className="sr-only"> {quarter(row.quarter)}</span>
        </Link>
      ),
    },
    { title: t.state, value: (row) => <Status of={row} /> },
    { title: t.due, value: (row) => dayOf(row.dueOn) },
    { title: t.submittedAt, value: (row) => (row.submittedAt ? time(row.submittedAt) : '–') },
    {
      title: t.timeliness,
      value: (row) => (row.isOnTime === null ? '–' : <Badge tone={row.isOnTime ? 'good' : 'warn'}>{row.isOnTime ? t.onTime : t.late}</Badge>),
    },
  ];
}

/** What waits for a review, and what has not come. */
export function Reviewer() {
  const t = texts();
  const [pages, setPages] = useState(1);
  const { data, failure, isLoading, reload } = useLoad(async (session: Session) => {
    let queue: Summary[] | undefined;
    const missing = await paged(pages, async (after) => {
      const answer = await session.ask(ReviewerHome, { after });
      queue ??= answer.queue?.nodes;
      return answer.missing ?? { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
    });
    return { queue: queue ?? [], missing };
  }, `reviewer ${pages}`);

  if (!data) return failure ? <Trouble failure={failure} retry={reload} /> : <Loading />;
  return (
    <>
      <section aria-labelledby="queue">
        <h2 id="queue">{t.queue}</h2>
        {data.queue.length > 0 ? (
          <Table caption={t.queue} columns={queueColumns(true)} rows={data.queue} keyOf={(row) => row.id} />
        ) : (
          <Empty title={t.emptyQueue} />
        )}
      </section>
      <section aria-labelledby="missing">
        <h2 id="missing">{t.missing}</h2>
        {data.missing.nodes.length > 0 ? (
          <>
            <Table caption={t.missing} columns={queueColumns(false)} rows={data.missing.nodes} keyOf={(row) => row.id} />
            {data.missing.pageInfo.hasNextPage && (
              <Button isOff={isLoading} onClick={() => setPages(pages + 1)}>
                {t.more}
              </Button>
            )}
          </>
        ) : (
          <p>{t.nobodyMissing}</p>
        )}
      </section>
    </>
  );
}

function queueColumns(isQueue: boolean): Column<Summary>[] {
  const t = texts();
  const late: Column<Summary> = isQueue
    ? {
        title: t.timeliness,
        value: (row) => (row.isOnTime === null ? '–' : <Badge tone={row.isOnTime ? 'good' : 'warn'}>{row.isOnTime ? t.onTime : t.late}</Badge>),
      }
    : {
        title: t.due,
        value: (row) => (
          <>
            {dayOf(row.returnDueOn ?? row.dueOn)}{' '}
            {row.daysLeft !== null && <Badge tone={row.daysLeft < 0 ? 'bad' : 'plain'}>{t.daysLeft(row.daysLeft)}</Badge>}
          </>
        ),
      };
  return [
    { title: t.institution, value: (row) => <Name of={row.institution?.name} />, isHead: true },
    {
      title: t.programme,
      value: (row) => (
        <Link to={addressOf(row.id)}>
          <Name of={row.programme?.name} />
          <span className="sr-only">
            {' '}
            {quarter(row.quarter)} {say(row.institution?.name)}
          </span>
        </Link>
      ),
    },
    { title: t.quarter, value: (row) => quarter(row.quarter) },
    { title: t.state, value: (row) => <Status of={row} /> },
    ...(isQueue ? [{ title: t.submittedAt, value: (row: Summary) => time(row.submittedAt) }] : []),
    late,
  ];
}
