// A document that facts are taken from.

import { bytes, date, number, time } from '../app/language';
import { useQuery } from '../app/query';
import type { Params } from '../app/router';
import { Badge, Name } from '../app/ui';
import { Fact, NotFound, Part, Thing, WhenAsked } from './parts/frame';
import { InstitutionLink, Lines, MeetingLine, PersonLink, Topics } from './parts/rows';
import { label, word } from './parts/text';
import { DocumentPage } from './queries/others.graphql';

export default function DocumentView({ params }: { params: Params }) {
  const code = params.code ?? '';
  const asked = useQuery(DocumentPage, { code });
  return (
    <WhenAsked asked={asked} kind="documents" code={code}>
      {(data, faults) => {
        const of = data.document;
        if (!of) return <NotFound kind="documents" code={code} faults={faults} />;
        const meetings = of.meetings.nodes;
        const files = of.files.nodes;
        return (
          <Thing
            kind="documents"
            fact={of}
            name={of.title}
            nameField="title.en"
            code={code}
            kicker={
              <>
                {label('DocumentKind', of.kind)} <InstitutionLink of={of.publisher} />
              </>
            }
            lead={of.summary}
            answer={data}
            operation={DocumentPage}
            variables={{ code }}
            facts={
              <>
                <Fact title={word('publisher')}>
                  {of.publisher && (
                    <>
                      <InstitutionLink of={of.publisher} /> {of.unit && <Name of={of.unit} />}
                    </>
                  )}
                </Fact>
                <Fact title={word('date')}>{of.publishedAt ? time(of.publishedAt) : date(of.publishedOn)}</Fact>
                {of.authors.nodes.length > 0 && (
                  <Fact title={word('authors')}>
                    {of.authors.nodes.map((one, index) => (
                      <span key={index}>
                        {index > 0 && ' · '}
                        {one.person ? <PersonLink of={one.person} /> : <InstitutionLink of={one.institution} />}
                      </span>
                    ))}
                  </Fact>
                )}
                <Fact title={word('identifier')}>{of.identifier}</Fact>
                <Fact title={word('licence')}>{of.licenceText ?? label('Licence', of.licence)}</Fact>
                <Fact title={word('language')}>{of.language}</Fact>
                {of.pageCount !== null && <Fact title={word('pages')}>{number(of.pageCount)}</Fact>}
                <Fact title={word('citedBy')}>{word('count', { n: of.citedBy.totalCount })}</Fact>
                {of.topics.nodes.length > 0 && (
                  <Fact title={word('topics')}>
                    <Topics of={of.topics.nodes} />
                  </Fact>
                )}
              </>
            }
            sections={[files.length > 0 && { id: 'files', title: word('files'), count: files.length }, meetings.length > 0 && { id: 'meetings', title: word('meetings'), count: meetings.length }, of.titles.nodes.length > 0 && { id: 'titles', title: word('otherNames') }]}
          >
            <Part id="files">
              <ul className="plain-list">
                {files.map((one) => (
                  <li key={one.downloadPath}>
                    <a href={one.downloadPath} download>
                      {one.name}
                    </a>{' '}
                    <span className="note">{bytes(one.byteSize)}</span>
                  </li>
                ))}
              </ul>
            </Part>
            <Part id="meetings">
              <Lines>
                {meetings.map((one) => (
                  <MeetingLine key={one.meeting.id} of={one.meeting} />
                ))}
              </Lines>
            </Part>
            <Part id="titles">
              <ul className="plain-list">
                {of.titles.nodes.map((one) => (
                  <li key={one.language} lang={one.language}>
                    {one.title} <Badge>{one.language}</Badge>
                  </li>
                ))}
              </ul>
            </Part>
          </Thing>
        );
      }}
    </WhenAsked>
  );
}
