// A meeting: agenda, attendance, statements, minutes, what it recommended.

import { useQuery } from '../app/query';
import { Link, type Params } from '../app/router';
import { date, number, quarter } from '../app/language';
import { Badge, Name } from '../app/ui';
import { Cite, Conflicts, Hidden, OriginMark } from './parts/facts';
import { Fact, NotFound, None, Part, Thing, WhenAsked } from './parts/frame';
import { Agenda, AttendanceTable, Venues, when } from './parts/meeting';
import { BodyLink, HolderLink, InstitutionLink, Lines, MeetingState, RecommendationLine, TitledLink, Topics } from './parts/rows';
import { DealtWith, Figures } from './parts/shared';
import { label, word } from './parts/text';
import { MeetingPage, type MeetingPageData } from './queries/meeting.graphql';

type Meeting = NonNullable<MeetingPageData['meeting']>;

function Statements({ of }: { of: Meeting['statements']['nodes'] }) {
  return (
    <ul className="lines">
      {of.map((one) => (
        <li key={one.id} className="line" id={one.code}>
          <p className="line-title">
            <HolderLink of={one.speaker} group={one.speakerGroup} />{' '}
            {one.post && (
              <span className="muted">
                <Name of={one.post} />
              </span>
            )}
          </p>
          <blockquote>
            <Name of={one.summary} /> <Cite of={one} />
          </blockquote>
          <p className="line-facts">
            <OriginMark of={one} />
            {one.agendaItem && (
              <span>
                {word('saidOn')}: <a href={`#item-${one.agendaItem.position}`}><Name of={one.agendaItem.title} /></a>
              </span>
            )}
            {one.recommendations.nodes.map((led) => (
              <span key={led.code}>
                {word('ledTo')}: <TitledLink kind="recommendations" of={led} />
              </span>
            ))}
          </p>
          <Conflicts of={one} />
        </li>
      ))}
    </ul>
  );
}

function MinutesAndPapers({ of }: { of: Meeting }) {
  return (
    <ul className="lines">
      {of.minutes.nodes.map((one) => (
        <li key={one.id} className="line">
          <p className="line-title">
            {word('minutes')} <Badge tone={one.status === 'APPROVED' ? 'good' : 'warn'}>{label('MinutesStatus', one.status)}</Badge> <Cite of={one} />
          </p>
          {one.text && (
            <p className="prose">
              <Name of={one.text} />
            </p>
          )}
          <p className="line-facts">
            {one.approvedOn && (
              <span>
                {word('approvedOn')} {date(one.approvedOn)}
              </span>
            )}
            {one.document && <TitledLink kind="documents" of={one.document} />}
            <OriginMark of={one} />
          </p>
        </li>
      ))}
      {of.documents.nodes.map((one) => (
        <li key={one.id} className="line">
          <p className="line-title">
            <TitledLink kind="documents" of={one.document} /> <Cite of={one} />
          </p>
          <p className="line-facts">
            <Badge>{label('MeetingDocumentRole', one.role)}</Badge>
            {one.document && <span>{date(one.document.publishedOn)}</span>}
            <OriginMark of={one} />
          </p>
        </li>
      ))}
    </ul>
  );
}

export default function MeetingView({ params }: { params: Params }) {
  const code = params.code ?? '';
  const asked = useQuery(MeetingPage, { code });
  return (
    <WhenAsked asked={asked} kind="meetings" code={code}>
      {(data, faults) => {
        const { meeting } = data;
        if (!meeting) return <NotFound kind="meetings" code={code} faults={faults} />;
        const papers = meeting.minutes.nodes.length + meeting.documents.nodes.length;
        const isOver = meeting.status === 'HELD';
        return (
          <Thing
            kind="meetings"
            fact={meeting}
            name={meeting.title}
            nameField="title.en"
            code={code}
            kicker={
              <>
                <BodyLink of={meeting.body} /> {when(meeting)}
              </>
            }
            badges={<MeetingState of={meeting} />}
            lead={meeting.purpose}
            answer={data}
            operation={MeetingPage}
            variables={{ code }}
            tools={
              <li>
                <Link to={`/meetings/${encodeURIComponent(code)}/pack`}>{word('packPrinted')}</Link>
              </li>
            }
            facts={
              <>
                <Fact title={word('when')} of={meeting} field="heldOn">
                  {when(meeting)}
                </Fact>
                {meeting.originallyOn && <Fact title={word('postponedFrom')}>{date(meeting.originallyOn)}</Fact>}
                <Fact title={word('venue')} of={meeting} field="venues" isCited={false}>
                  <Venues of={meeting.venues.nodes} />
                </Fact>
                <Fact title={word('body')} of={meeting} field="body">
                  {meeting.body && <BodyLink of={meeting.body} />}
                </Fact>
                {meeting.series && (
                  <Fact title={word('series')} of={meeting} field="series">
                    <Name of={meeting.series.name} />
                  </Fact>
                )}
                <Fact title={word('host')} of={meeting} field="host">
                  {meeting.host && <InstitutionLink of={meeting.host} />}
                </Fact>
                {meeting.heldOn.length >= 7 && meeting.quarter && <Fact title={word('quarter')}>{quarter(meeting.quarter)}</Fact>}
                <Fact title={word('press')} of={meeting} field="pressAccess">
                  {meeting.pressAccess !== 'UNKNOWN' && label('PressAccess', meeting.pressAccess)}
                </Fact>
                <Fact title={word('headcount')} of={meeting} field="headcountText">
                  {meeting.headcountText ?? (meeting.headcount !== null && word('people', { n: meeting.headcount }))}
                </Fact>
                {meeting.companyCount !== null && (
                  <Fact title={word('companyCount')} of={meeting} field="companyCount">
                    {number(meeting.companyCount)}
                  </Fact>
                )}
                {meeting.itemCount !== null && (
                  <Fact title={word('itemCount')} of={meeting} field="itemCount">
                    {number(meeting.itemCount)}
                  </Fact>
                )}
                <Fact title={word('countedAttendance')}>{(meeting.countedAttendance > 0 || meeting.attendance.totalCount > 0) && word('people', { n: meeting.countedAttendance })}</Fact>
                {meeting.topics.nodes.length > 0 && (
                  <Fact title={word('topics')}>
                    <Topics of={meeting.topics.nodes} />
                  </Fact>
                )}
              </>
            }
            sections={[
              { id: 'agenda', title: word('agendaOf'), count: meeting.agenda.nodes.length },
              { id: 'attendance', title: word('attendance'), count: meeting.attendance.totalCount },
              { id: 'statements', title: word('statements'), count: meeting.statements.totalCount },
              { id: 'recommendations', title: word('recommendations'), count: meeting.recommendations.totalCount },
              meeting.barriers.nodes.length > 0 && { id: 'barriers', title: word('barriers'), count: meeting.barriers.nodes.length },
              { id: 'minutes', title: `${word('minutes')}·${word('documentsOf')}`, count: papers },
              meeting.considerations.nodes.length > 0 && { id: 'dealt', title: word('dealtWith'), count: meeting.considerations.nodes.length },
              meeting.observations.nodes.length > 0 && { id: 'figures', title: word('publishedFigures'), count: meeting.observations.nodes.length },
            ]}
          >
            {meeting.note && (
              <p className="note">
                <Name of={meeting.note} />
              </p>
            )}
            <Part id="agenda">{meeting.agenda.nodes.length > 0 ? <Agenda of={meeting.agenda.nodes} withOutcome={isOver} /> : <None />}</Part>
            <Part id="attendance" all={{ total: meeting.attendance.totalCount, shown: meeting.attendance.nodes.length }}>
              {meeting.attendance.nodes.length > 0 ? <AttendanceTable of={meeting.attendance.nodes} /> : meeting.countedAttendance > 0 ? <Hidden /> : <None />}
            </Part>
            <Part id="statements" all={{ total: meeting.statements.totalCount, shown: meeting.statements.nodes.length }}>
              {meeting.statements.nodes.length > 0 ? <Statements of={meeting.statements.nodes} /> : <None />}
            </Part>
            <Part id="recommendations" all={{ total: meeting.recommendations.totalCount, shown: meeting.recommendations.nodes.length, to: `/recommendations?meeting=${code}` }}>
              {meeting.recommendations.nodes.length > 0 ? (
                <Lines>
                  {meeting.recommendations.nodes.map((one) => (
                    <RecommendationLine key={one.id} of={one} />
                  ))}
                </Lines>
              ) : (
                <None />
              )}
            </Part>
            {meeting.barriers.nodes.length > 0 && (
              <Part id="barriers">
                <ul className="lines">
                  {meeting.barriers.nodes.map((one) => (
                    <li key={one.id} className="line">
                      <p className="line-title">
                        <Name of={one.title} /> <Cite of={one} />
                      </p>
                      <p className="line-facts">
                        <Badge tone="warn">{label('BarrierKind', one.kind)}</Badge>
                        {one.summary && <Name of={one.summary} />}
                        <OriginMark of={one} />
                      </p>
                    </li>
                  ))}
                </ul>
              </Part>
            )}
            <Part id="minutes">{papers > 0 ? <MinutesAndPapers of={meeting} /> : <None />}</Part>
            <DealtWith id="dealt" of={meeting.considerations.nodes} without={['meeting', 'body']} />
            <Figures of={meeting.observations.nodes} />
          </Thing>
        );
      }}
    </WhenAsked>
  );
}
