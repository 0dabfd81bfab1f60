// What a secretariat hands out before a meeting: the last one, what moved since, this agenda. Made for A4.

import type { ReactNode } from 'react';

import { date, say, time } from '../app/language';
import { useQuery } from '../app/query';
import { Link, type Params } from '../app/router';
import { Badge, Name, Page, Table } from '../app/ui';
import { Cite, NotOnRecord, Sources, WithSources } from './parts/facts';
import { Crumbs, NotFound, None, Tools, WhenAsked } from './parts/frame';
import { Agenda, AttendanceTable, Venues, when } from './parts/meeting';
import { BillLink, CaseLine, InstitutionLink, Lines, reachedOn, type RecommendationRow, RecommendationState, TitledLink } from './parts/rows';
import { label, word } from './parts/text';
import { MeetingPackPage, type MeetingPackPageData } from './queries/pack.graphql';

type Pack = NonNullable<MeetingPackPageData['meetingPack']>;
type Answered = Pack['answeredRecommendations']['nodes'][number];

function Chapter({ number, title, count, children }: { number: number; title: string; count?: number; children: ReactNode }) {
  return (
    <section className="chapter" aria-labelledby={`chapter-${number}`}>
      <h2 id={`chapter-${number}`}>
        <span className="number">{number}</span> {title}
        {count !== undefined && <span className="count">{count}</span>}
      </h2>
      {children}
    </section>
  );
}

function Recommendations({ title, of }: { title: string; of: RecommendationRow[] }) {
  if (of.length === 0) return <None />;
  return (
    <Table<RecommendationRow>
      caption={title}
      rows={of}
      keyOf={(one) => one.id}
      columns={[
        {
          title: word('title'),
          isHead: true,
          value: (one) => (
            <>
              <TitledLink kind="recommendations" of={one} /> <Cite of={one} />
            </>
          ),
        },
        { title: word('raisedOn'), value: (one) => <span className="nowrap">{date(one.raisedOn)}</span> },
        { title: word('addressee'), value: (one) => (one.addressee ? <InstitutionLink of={one.addressee} /> : <NotOnRecord />) },
        { title: word('dueOn'), value: (one) => (one.dueOn ? date(one.dueOn) : <NotOnRecord />) },
        { title: word('status'), value: (one) => <RecommendationState of={one} /> },
      ]}
    />
  );
}

function Answers({ of }: { of: Answered[] }) {
  if (of.length === 0) return <None />;
  return (
    <Table<Answered>
      caption={word('answeredSince')}
      rows={of}
      keyOf={(one) => one.id}
      columns={[
        {
          title: word('title'),
          isHead: true,
          value: (one) => (
            <>
              <TitledLink kind="recommendations" of={one} /> <Cite of={one} />
            </>
          ),
        },
        { title: word('answered'), value: (one) => date(one.answers.nodes[0]?.answeredOn) || <NotOnRecord /> },
        {
          title: word('result'),
          value: (one) => {
            const answer = one.answers.nodes[0];
            return answer ? (
              <>
                <Badge>{label('Disposition', answer.disposition)}</Badge> {answer.reason && <Name of={answer.reason} />}
              </>
            ) : (
              <NotOnRecord />
            );
          },
        },
        { title: word('institution'), value: (one) => <InstitutionLink of={one.answers.nodes[0]?.institution} /> },
      ]}
    />
  );
}

function Bills({ of }: { of: Pack['bills']['nodes'] }) {
  if (of.length === 0) return <None />;
  return (
    <Table
      caption={word('billsNow')}
      rows={of}
      keyOf={(one) => one.id}
      columns={[
        {
          title: word('title'),
          isHead: true,
          value: (one) => (
            <>
              <BillLink of={one} /> <Cite of={one} />
            </>
          ),
        },
        { title: word('stageNow'), value: (one) => (one.stage ? label('BillStage', one.stage) : <NotOnRecord />) },
        { title: word('since'), value: (one) => reachedOn(one) || <NotOnRecord /> },
        { title: word('stayed'), value: (one) => (one.daysInStage === null ? <span className="unknown">{word('daysUnknown')}</span> : word('days', { n: one.daysInStage })) },
        { title: word('checkedAt'), value: (one) => (one.checkedAt ? date(one.checkedAt) : <span className="unknown">{word('neverChecked')}</span>) },
      ]}
    />
  );
}

export default function PackView({ params }: { params: Params }) {
  const code = params.code ?? '';
  const asked = useQuery(MeetingPackPage, { code });
  return (
    <WhenAsked asked={asked} kind="meetings" code={code}>
      {(data, faults) => {
        const pack = data.meetingPack;
        const meeting = pack?.meeting;
        if (!pack || !meeting) return <NotFound kind="meetings" code={code} faults={faults} />;
        const attendees = meeting.attendance.nodes;
        return (
          <Page title={`${word('pack')} – ${say(meeting.title)}`}>
            <WithSources answer={data}>
              <article className="pack">
                <Crumbs kind="meetings">
                  <li>
                    <Link to={`/meetings/${encodeURIComponent(code)}`}>
                      <Name of={meeting.title} />
                    </Link>
                  </li>
                </Crumbs>
                <header className="pack-head">
                  <p className="kicker">{word('pack')}</p>
                  <h1>
                    <Name of={meeting.title} />
                  </h1>
                  <dl className="record">
                    <dt>{word('when')}</dt>
                    <dd>
                      {when(meeting)} <Cite of={meeting} field="heldOn" />
                    </dd>
                    <dt>{word('venue')}</dt>
                    <dd>
                      <Venues of={meeting.venues.nodes} />
                    </dd>
                    <dt>{word('body')}</dt>
                    <dd>{meeting.body ? <Name of={meeting.body.name} /> : <NotOnRecord />}</dd>
                    <dt>{word('host')}</dt>
                    <dd>{meeting.host ? <InstitutionLink of={meeting.host} /> : <NotOnRecord />}</dd>
                    <dt>{word('press')}</dt>
                    <dd>{meeting.pressAccess === 'UNKNOWN' ? <NotOnRecord /> : label('PressAccess', meeting.pressAccess)}</dd>
                  </dl>
                  <div className="row no-print">
                    <button type="button" className="button primary" onClick={() => print()}>
                      {word('print')}
                    </button>
                    <Link className="button" to={`/meetings/${encodeURIComponent(code)}`}>
                      {word('backToMeeting')}
                    </Link>
                  </div>
                </header>
                <Chapter number={1} title={word('agendaOf')} count={meeting.agenda.nodes.length}>
                  {meeting.agenda.nodes.length > 0 ? <Agenda of={meeting.agenda.nodes} withOutcome={false} /> : <None />}
                </Chapter>
                <Chapter number={2} title={word('previousMeeting')}>
                  {pack.previous ? (
                    <>
                      <p>
                        <TitledLink kind="meetings" of={pack.previous} /> <Cite of={pack.previous} /> <span className="muted">{date(pack.previous.heldOn)}</span>
                      </p>
                      <ul className="plain-list">
                        {pack.previous.agenda.nodes.map((one) => (
                          <li key={one.id}>
                            {one.number} <Name of={one.title} /> {one.outcome && <Badge>{label('AgendaOutcome', one.outcome)}</Badge>}
                          </li>
                        ))}
                      </ul>
                    </>
                  ) : (
                    <p className="none">{word('firstMeeting')}</p>
                  )}
                </Chapter>
                <Chapter number={3} title={word('openRecommendations')} count={pack.openRecommendations.totalCount}>
                  <Recommendations title={word('openRecommendations')} of={pack.openRecommendations.nodes} />
                </Chapter>
                <Chapter number={4} title={word('openedSince')} count={pack.openedRecommendations.totalCount}>
                  {pack.previous ? <Recommendations title={word('openedSince')} of={pack.openedRecommendations.nodes} /> : <p className="none">{word('sameAsOpen')}</p>}
                </Chapter>
                <Chapter number={5} title={word('answeredSince')} count={pack.answeredRecommendations.totalCount}>
                  <Answers of={pack.answeredRecommendations.nodes} />
                </Chapter>
                <Chapter number={6} title={word('billsNow')} count={pack.bills.totalCount}>
                  <Bills of={pack.bills.nodes} />
                </Chapter>
                <Chapter number={7} title={word('casesSince')} count={pack.adoptionCases.totalCount}>
                  {pack.adoptionCases.nodes.length > 0 ? (
                    <Lines>
                      {pack.adoptionCases.nodes.map((one) => (
                        <CaseLine key={one.id} of={one} />
                      ))}
                    </Lines>
                  ) : (
                    <None />
                  )}
                </Chapter>
                <Chapter number={8} title={word('attendance')} count={meeting.attendance.totalCount}>
                  {attendees.length > 0 ? <AttendanceTable of={attendees} /> : <None />}
                </Chapter>
                <Sources />
                <footer className="thing-foot">
                  <p className="muted">
                    {word('asOf', { x: time(new Date().toISOString()) })} · <code>{code}</code>
                  </p>
                  <Tools operation={MeetingPackPage} variables={{ code }} />
                </footer>
              </article>
            </WithSources>
          </Page>
        );
      }}
    </WhenAsked>
  );
}
