// A person in public office or who spoke in public: posts, seats, what was said. Contacts are personal and not here.

import { date } from '../app/language';
import { useQuery } from '../app/query';
import type { Params } from '../app/router';
import { Badge, Name, Table } from '../app/ui';
import { Cite, Conflicts, NotOnRecord, OriginMark } from './parts/facts';
import { NotFound, None, Part, Thing, WhenAsked } from './parts/frame';
import { BodyLink, DocumentLine, InstitutionLink, Lines, RecommendationLine } from './parts/rows';
import { ItemsPresented, MeetingsAttended, StatementsMade } from './parts/shared';
import { label, span, word } from './parts/text';
import { PersonPage } from './queries/others.graphql';

export default function PersonView({ params }: { params: Params }) {
  const code = params.code ?? '';
  const asked = useQuery(PersonPage, { code });
  return (
    <WhenAsked asked={asked} kind="persons" code={code}>
      {(data, faults) => {
        const of = data.person;
        if (!of) return <NotFound kind="persons" code={code} faults={faults} />;
        const documents = of.authorships.nodes.flatMap((one) => (one.document ? [one.document] : []));
        return (
          <Thing
            kind="persons"
            fact={of}
            name={of.name}
            nameField="name.en"
            code={code}
            kicker={word('persons')}
            answer={data}
            operation={PersonPage}
            variables={{ code }}
            sections={[
              { id: 'posts', title: word('post'), count: of.posts.nodes.length },
              of.appointments.nodes.length > 0 && { id: 'seats', title: word('seatsHeld'), count: of.appointments.nodes.length },
              of.attendances.nodes.length > 0 && { id: 'attended', title: word('attended'), count: of.attendances.totalCount },
              of.presentations.nodes.length > 0 && { id: 'presented', title: word('presented'), count: of.presentations.nodes.length },
              of.statements.nodes.length > 0 && { id: 'statements', title: word('statements'), count: of.statements.totalCount },
              of.recommendations.nodes.length > 0 && { id: 'recommendations', title: word('recommendations'), count: of.recommendations.totalCount },
              documents.length > 0 && { id: 'documents', title: word('documents'), count: documents.length },
            ]}
          >
            <Part id="posts">
              {of.posts.nodes.length > 0 ? (
                <Table
                  caption={word('post')}
                  rows={of.posts.nodes}
                  keyOf={(one) => one.id}
                  columns={[
                    { title: word('institution'), isHead: true, value: (one) => (one.institution ? <InstitutionLink of={one.institution} /> : <NotOnRecord />) },
                    {
                      title: word('post'),
                      value: (one) => (
                        <>
                          {one.unit && (
                            <span className="muted">
                              <Name of={one.unit} />{' '}
                            </span>
                          )}
                          <Name of={one.post} /> {one.isHead && <Badge tone="accent">{word('head')}</Badge>} {one.isActing && <Badge>{word('acting')}</Badge>} <Cite of={one} />
                          <OriginMark of={one} />
                          <Conflicts of={one} />
                        </>
                      ),
                    },
                    { title: word('period'), value: (one) => span(one.startsOn, one.endsOn) || (one.observedOn ? word('asOf', { x: date(one.observedOn) }) : <NotOnRecord />) },
                  ]}
                />
              ) : (
                <None />
              )}
            </Part>
            <Part id="seats">
              <ul className="lines">
                {of.appointments.nodes.map((one) => (
                  <li key={one.id} className="line">
                    <p className="line-title">
                      <BodyLink of={one.body} /> <Cite of={one} />
                    </p>
                    <p className="line-facts">
                      <Badge>{label('AppointmentRole', one.role)}</Badge> {one.post && <Name of={one.post} />} {one.expertise && <Name of={one.expertise} />} <span>{span(one.startsOn, one.endsOn)}</span>
                    </p>
                  </li>
                ))}
              </ul>
            </Part>
            <MeetingsAttended of={of.attendances.nodes} total={of.attendances.totalCount} />
            <ItemsPresented of={of.presentations.nodes} />
            <StatementsMade of={of.statements.nodes} total={of.statements.totalCount} />
            <Part id="recommendations">
              <Lines>
                {of.recommendations.nodes.map((one) => (
                  <RecommendationLine key={one.id} of={one} />
                ))}
              </Lines>
            </Part>
            <Part id="documents">
              <Lines>
                {documents.map((one) => (
                  <DocumentLine key={one.id} of={one} />
                ))}
              </Lines>
            </Part>
          </Thing>
        );
      }}
    </WhenAsked>
  );
}
