// An institution: roles, people, what it hosts, runs and reports, what it was asked and what it asked.

import { date, language, quarter } from '../app/language';
import { useQuery } from '../app/query';
import type { Params } from '../app/router';
import { Badge, Name, Table } from '../app/ui';
import { Cite, Conflicts, Hidden, NotOnRecord, OriginMark } from './parts/facts';
import { Fact, isHidden, NotFound, None, Part, Thing, WhenAsked } from './parts/frame';
import {
  BodyLine,
  BodyLink,
  CaseLine,
  DocumentLine,
  InstitutionLine,
  InstitutionLink,
  Lines,
  MeetingLine,
  PersonLink,
  ProgrammeLine,
  RecommendationLine,
  TitledLink,
} from './parts/rows';
import { DealtWith, Figures, ItemsPresented, MeetingsAttended, StatementsMade } from './parts/shared';
import { label, span, word } from './parts/text';
import { InstitutionPage, type InstitutionPageData } from './queries/institution.graphql';

type Institution = NonNullable<InstitutionPageData['institution']>;
type Post = Institution['staff']['nodes'][number];
type Submission = NonNullable<Institution['submissions']>['nodes'][number];

/** People with their posts; those of a unit stand with the unit as well. */
function People({ of }: { of: Post[] }) {
  return (
    <Table<Post>
      caption={word('staff')}
      rows={of}
      keyOf={(one) => one.id}
      columns={[
        {
          title: word('name'),
          isHead: true,
          value: (one) => (
            <>
              {one.person ? <PersonLink of={one.person} /> : <NotOnRecord />} <Cite of={one} /> <OriginMark of={one} />
            </>
          ),
        },
        {
          title: word('post'),
          value: (one) => (
            <>
              {one.unit && (
                <span className="muted">
                  <Name of={one.unit} />{' '}
                </span>
              )}
              <Name of={one.post} /> {one.isHead && <Badge tone="accent">{word('head')}</Badge>} {one.isActing && <Badge>{word('acting')}</Badge>}
              <Conflicts of={one} />
            </>
          ),
        },
        {
          title: word('period'),
          value: (one) => span(one.startsOn, one.endsOn) || (one.observedOn ? word('asOf', { x: date(one.observedOn) }) : <NotOnRecord />),
        },
      ]}
    />
  );
}

function Submissions({ of }: { of: Submission[] }) {
  return (
    <Table<Submission>
      caption={word('submissions')}
      rows={of}
      keyOf={(one) => one.id}
      columns={[
        { title: word('quarter'), isHead: true, value: (one) => quarter(one.quarter) },
        { title: word('programme'), value: (one) => one.programme && <TitledLink kind="programmes" of={{ code: one.programme.code, title: one.programme.name }} /> },
        { title: word('status'), value: (one) => label('SubmissionStatus', one.status) },
        { title: word('dueOn'), value: (one) => date(one.dueOn) },
        { title: word('firstSubmitted'), value: (one) => (one.firstSubmittedAt ? date(one.firstSubmittedAt) : <span className="unknown">{label('Completeness', one.completeness)}</span>) },
      ]}
    />
  );
}

export default function InstitutionView({ params }: { params: Params }) {
  const code = params.code ?? '';
  const asked = useQuery(InstitutionPage, { code });
  return (
    <WhenAsked asked={asked} kind="institutions" code={code}>
      {(data, faults) => {
        const of = data.institution;
        if (!of) return <NotFound kind="institutions" code={code} faults={faults} />;
        const areResultsHidden = isHidden(faults, 'institution', 'submissions');
        const submissions = of.submissions?.nodes ?? [];
        const seen = new Set<string>();
        const people = [...of.staff.nodes, ...of.memberships.nodes].filter((one) => !seen.has(one.id) && seen.add(one.id));
        const reports = of.obligations.nodes.length > 0 || submissions.length > 0;
        const website = of.website && /^https?:\/\//.test(of.website) ? of.website : null;
        return (
          <Thing
            kind="institutions"
            fact={of}
            name={of.name}
            nameField="name.en"
            code={code}
            kicker={
              <>
                {label('InstitutionKind', of.kind)} <InstitutionLink of={of.parent} />
              </>
            }
            lead={of.summary}
            answer={data}
            operation={InstitutionPage}
            variables={{ code }}
            tools={
              <li>
                <a href={`/calendar/institutions/${encodeURIComponent(code)}.ics?lang=${language()}`}>{word('calendar')}</a>
              </li>
            }
            facts={
              <>
                <Fact title={word('sector')} of={of} field="sector">
                  {of.sector && label('Sector', of.sector)}
                </Fact>
                <Fact title={word('region')} of={of} field="region">
                  {of.region && <Name of={of.region.name} />}
                </Fact>
                <Fact title={word('founded')} of={of} field="foundedOn">
                  {date(of.foundedOn)}
                </Fact>
                {of.parent && (
                  <Fact title={word('parent')} of={of} field="parent">
                    <InstitutionLink of={of.parent} />
                  </Fact>
                )}
                <Fact title={word('website')} of={of} field="website">
                  {of.website && (website ? <a href={website} rel="external noreferrer">{website.replace(/^https?:\/\/(www\.)?|\/$/g, '')}</a> : of.website)}
                </Fact>
                {of.names.nodes.length > 0 && (
                  <Fact title={word('otherNames')}>
                    <ul>
                      {of.names.nodes.map((one) => (
                        <li key={one.id}>
                          <Name of={one.name} /> <span className="muted">{label('NameKind', one.kind)} {span(one.startsOn, one.endsOn)}</span>
                          <Cite of={one} />
                        </li>
                      ))}
                    </ul>
                  </Fact>
                )}
                {of.identifiers.nodes.map((one) => (
                  <Fact key={one.id} title={label('IdentifierScheme', one.scheme)} of={one}>
                    {one.value}
                  </Fact>
                ))}
                <Fact title={word('contacts')}>
                  {of.contactPoints.nodes.length > 0 && (
                    <ul>
                      {of.contactPoints.nodes.map((one) => (
                        <li key={one.id}>
                          {label('ContactKind', one.kind)} {one.value} {one.note && <Name of={one.note} />}
                          <Cite of={one} />
                        </li>
                      ))}
                    </ul>
                  )}
                </Fact>
              </>
            }
            sections={[
              of.appointments.nodes.length > 0 && { id: 'seats', title: word('seatsHeld'), count: of.appointments.nodes.length },
              of.hostedBodies.nodes.length > 0 && { id: 'bodies', title: word('hostedBodies'), count: of.hostedBodies.nodes.length },
              data.ran.nodes.length > 0 && { id: 'programmes', title: word('ran'), count: data.ran.nodes.length },
              { id: 'addressed', title: word('addressed'), count: of.addressedRecommendations.totalCount },
              of.raisedRecommendations.totalCount > 0 && { id: 'raised', title: word('raised'), count: of.raisedRecommendations.totalCount },
              of.ownedTasks.totalCount > 0 && { id: 'tasks', title: word('tasks'), count: of.ownedTasks.totalCount },
              reports && { id: 'results', title: word('submissions') },
              data.owned.totalCount > 0 && { id: 'cases', title: word('ownCases'), count: data.owned.totalCount },
              of.hostedMeetings.totalCount > 0 && { id: 'meetings', title: word('hostedMeetings'), count: of.hostedMeetings.totalCount },
              of.attendances.nodes.length > 0 && { id: 'attended', title: word('attended'), count: of.attendances.totalCount },
              of.presentations.nodes.length > 0 && { id: 'presented', title: word('presented'), count: of.presentations.nodes.length },
              of.statements.nodes.length > 0 && { id: 'statements', title: word('statements'), count: of.statements.totalCount },
              of.activities.nodes.length > 0 && { id: 'activities', title: word('activities'), count: of.activities.nodes.length },
              people.length > 0 && { id: 'people', title: word('staff'), count: people.length },
              of.units.totalCount > 0 && { id: 'units', title: word('units'), count: of.units.totalCount },
              of.considerations.nodes.length > 0 && { id: 'dealt', title: word('dealtWith'), count: of.considerations.nodes.length },
              of.documents.totalCount > 0 && { id: 'documents', title: word('ownDocuments'), count: of.documents.totalCount },
              of.observations.nodes.length > 0 && { id: 'figures', title: word('publishedFigures'), count: of.observations.nodes.length },
            ]}
          >
            <Part id="seats">
              <ul className="lines">
                {of.appointments.nodes.map((one) => (
                  <li key={one.id} className="line">
                    <p className="line-title">
                      <BodyLink of={one.body} /> <Cite of={one} />
                    </p>
                    <p className="line-facts">
                      <Badge>{label('AppointmentRole', one.role)}</Badge> {one.post && <Name of={one.post} />} <span>{span(one.startsOn, one.endsOn)}</span>
                      <OriginMark of={one} />
                    </p>
                  </li>
                ))}
              </ul>
            </Part>
            <Part id="bodies">
              <Lines>
                {of.hostedBodies.nodes.map((one) => (
                  <BodyLine key={one.id} of={one} />
                ))}
              </Lines>
            </Part>
            <Part id="programmes">
              <Lines>
                {data.ran.nodes.map((one) => (
                  <ProgrammeLine key={one.id} of={one} />
                ))}
              </Lines>
            </Part>
            <Part id="addressed" all={{ total: of.addressedRecommendations.totalCount, shown: of.addressedRecommendations.nodes.length, to: `/recommendations?addressee=${code}` }}>
              {of.addressedRecommendations.nodes.length > 0 ? (
                <Lines>
                  {of.addressedRecommendations.nodes.map((one) => (
                    <RecommendationLine key={one.id} of={one} />
                  ))}
                </Lines>
              ) : (
                <None />
              )}
            </Part>
            <Part id="raised" all={{ total: of.raisedRecommendations.totalCount, shown: of.raisedRecommendations.nodes.length }}>
              <Lines>
                {of.raisedRecommendations.nodes.map((one) => (
                  <RecommendationLine key={one.id} of={one} />
                ))}
              </Lines>
            </Part>
            <Part id="tasks" all={{ total: of.ownedTasks.totalCount, shown: of.ownedTasks.nodes.length }}>
              <ul className="lines">
                {of.ownedTasks.nodes.map((one) => (
                  <li key={one.id} className="line">
                    <p className="line-title">
                      <Name of={one.title} /> <Cite of={one} />
                    </p>
                    <p className="line-facts">
                      <Badge tone="accent">{label('PlanStatus', one.status)}</Badge> {one.isOverdue && <Badge tone="bad">{word('overdue')}</Badge>}
                      {one.dueOn && <span>{word('dueBy', { x: date(one.dueOn) })}</span>} <TitledLink kind="plans" of={one.plan} />
                      <OriginMark of={one} />
                    </p>
                  </li>
                ))}
              </ul>
            </Part>
            <Part id="results">
              {of.obligations.nodes.length > 0 && (
                <>
                  <h3>{word('obligations')}</h3>
                  <ul className="lines">
                    {of.obligations.nodes.map((one) => (
                      <li key={one.id} className="line">
                        <p className="line-title">
                          <TitledLink kind="programmes" of={{ code: one.programme.code, title: one.programme.name }} /> <Cite of={one} />
                        </p>
                        <p className="line-facts">
                          <span>{span(one.startsOn, one.endsOn)}</span>
                          <OriginMark of={one} />
                        </p>
                      </li>
                    ))}
                  </ul>
                </>
              )}
              {areResultsHidden ? (
                <p>
                  <Hidden>{word('resultsHidden')}</Hidden>
                </p>
              ) : submissions.length > 0 ? (
                <Submissions of={submissions} />
              ) : (
                <None />
              )}
            </Part>
            <Part id="cases" all={{ total: data.owned.totalCount, shown: data.owned.nodes.length }}>
              <Lines>
                {data.owned.nodes.map((one) => (
                  <CaseLine key={one.id} of={one} />
                ))}
              </Lines>
            </Part>
            <Part id="meetings" all={{ total: of.hostedMeetings.totalCount, shown: of.hostedMeetings.nodes.length }}>
              <Lines>
                {of.hostedMeetings.nodes.map((one) => (
                  <MeetingLine key={one.id} of={one} />
                ))}
              </Lines>
            </Part>
            <MeetingsAttended of={of.attendances.nodes} total={of.attendances.totalCount} />
            <ItemsPresented of={of.presentations.nodes} />
            <StatementsMade of={of.statements.nodes} total={of.statements.totalCount} />
            <Part id="activities">
              <ul className="lines">
                {of.activities.nodes.map((one) => (
                  <li key={one.id} className="line">
                    <p className="line-title">
                      <Name of={one.title} /> <Cite of={one} />
                    </p>
                    {one.summary && (
                      <p>
                        <Name of={one.summary} />
                      </p>
                    )}
                    <p className="line-facts">
                      <Badge>{label('ActivityKind', one.kind)}</Badge> <span>{span(one.startsOn, one.endsOn)}</span>
                      {one.partner && (
                        <span>
                          {word('partner')} <Name of={one.partner} />
                        </span>
                      )}
                      <OriginMark of={one} />
                    </p>
                    <Conflicts of={one} />
                  </li>
                ))}
              </ul>
            </Part>
            <Part id="people">
              <People of={people} />
            </Part>
            <Part id="units" all={{ total: of.units.totalCount, shown: of.units.nodes.length }}>
              <Lines>
                {of.units.nodes.map((one) => (
                  <InstitutionLine key={one.id} of={one} />
                ))}
              </Lines>
            </Part>
            <DealtWith id="dealt" of={of.considerations.nodes} without={['institution']} />
            <Part id="documents" all={{ total: of.documents.totalCount, shown: of.documents.nodes.length }}>
              <Lines>
                {of.documents.nodes.map((one) => (
                  <DocumentLine key={one.id} of={one} />
                ))}
              </Lines>
            </Part>
            <Figures of={of.observations.nodes} />
          </Thing>
        );
      }}
    </WhenAsked>
  );
}
