// A body: its seats and members, its meetings held, missed and not on record, what it recommended.

import { useQuery } from '../app/query';
import type { Params } from '../app/router';
import { date, language, number } from '../app/language';
import { Badge, Name, Table } from '../app/ui';
import { Cite, Conflicts, NotOnRecord, OriginMark } from './parts/facts';
import { Fact, NotFound, None, Part, Thing, WhenAsked } from './parts/frame';
import { HolderLink, InstitutionLink, Lines, MeetingLine, RecommendationLine, Topics } from './parts/rows';
import { DealtWith, Figures } from './parts/shared';
import { label, span, word } from './parts/text';
import type { Word } from './parts/words';
import { BodyPage, type BodyPageData } from './queries/body.graphql';

type Body = NonNullable<BodyPageData['body']>;
type Series = Body['series']['nodes'][number];
type Seat = Body['appointments']['nodes'][number];

/** The periods of a series, each with what is known of its meeting. */
function SeriesRecord({ of }: { of: Series }) {
  const { record } = of;
  // Without a rhythm nothing is expected: only what is on record counts.
  const tally: [Word, number][] =
    of.cadence === 'IRREGULAR'
      ? [['meetings', record.meetingsOnRecord]]
      : [
          ['expected', record.expected],
          ['held', record.held],
          ['missed', record.missed],
          ['notOnRecord', record.notOnRecord],
          ...(record.undated > 0 ? ([['undated', record.undated]] as [Word, number][]) : []),
        ];
  const reasons = new Map(of.missed.nodes.map((one) => [one.period, one]));
  return (
    <section className="series">
      <h3>
        <Name of={of.name} /> <Cite of={of} />
      </h3>
      <p className="line-facts">
        <Badge>{label('Cadence', of.cadence)}</Badge>
        {of.format && (
          <span>
            <Name of={of.format} />
          </span>
        )}
        <span>{span(of.startsOn, of.endsOn)}</span>
        <OriginMark of={of} />
      </p>
      <dl className="tally">
        {tally.map(([name, count]) => (
          <div key={name} className={`is-${name}`}>
            <dt>{word(name)}</dt>
            <dd>{number(count)}</dd>
          </div>
        ))}
      </dl>
      {record.periods.length > 0 && (
        <ol className="periods">
          {record.periods.map((period) => (
            <li key={period.period} className={`period is-${period.status.toLowerCase()}`}>
              <b>{period.period}</b>
              <span>{label('SeriesPeriodStatus', period.status)}</span>
              {period.held > 1 && <span> {word('count', { n: period.held })}</span>}
              {reasons.get(period.period)?.reason && (
                <small>
                  <Name of={reasons.get(period.period)?.reason} /> <Cite of={reasons.get(period.period)!} />
                </small>
              )}
            </li>
          ))}
        </ol>
      )}
      <Conflicts of={of} />
    </section>
  );
}

function Members({ of }: { of: Seat[] }) {
  return (
    <Table<Seat>
      caption={word('members')}
      rows={of}
      keyOf={(seat) => seat.id}
      columns={[
        {
          title: word('name'),
          isHead: true,
          value: (seat) => (
            <>
              <HolderLink of={seat.holder} group={seat.groupLabel} /> <Cite of={seat} /> <OriginMark of={seat} />
              {seat.headCount > 1 && <span className="muted"> {word('people', { n: seat.headCount })}</span>}
              <Conflicts of={seat} />
            </>
          ),
        },
        { title: word('role'), value: (seat) => label('AppointmentRole', seat.role) },
        { title: word('sector'), value: (seat) => label('Sector', seat.sector) || <NotOnRecord /> },
        {
          title: word('post'),
          value: (seat) =>
            seat.post || seat.expertise ? (
              <>
                <Name of={seat.post} /> {seat.expertise && <Name of={seat.expertise} />}
              </>
            ) : (
              <NotOnRecord />
            ),
        },
        { title: word('term'), value: (seat) => span(seat.startsOn, seat.endsOn) || <NotOnRecord /> },
      ]}
    />
  );
}

export default function BodyView({ params }: { params: Params }) {
  const code = params.code ?? '';
  const asked = useQuery(BodyPage, { code });
  return (
    <WhenAsked asked={asked} kind="bodies" code={code}>
      {(data, faults) => {
        const { body, recommendations } = data;
        if (!body) return <NotFound kind="bodies" code={code} faults={faults} />;
        const seats = body.appointments.nodes;
        return (
          <Thing
            kind="bodies"
            fact={body}
            name={body.name}
            nameField="name.en"
            code={code}
            kicker={label('BodyKind', body.kind)}
            lead={body.remit}
            answer={data}
            operation={BodyPage}
            variables={{ code }}
            tools={
              <li>
                <a href={`/calendar/bodies/${encodeURIComponent(code)}.ics?lang=${language()}`}>{word('calendar')}</a>
              </li>
            }
            facts={
              <>
                <Fact title={word('host')} of={body} field="host">
                  {body.host && <InstitutionLink of={body.host} />}
                </Fact>
                <Fact title={word('secretariat')} of={body} field="secretariat">
                  {body.secretariat && <InstitutionLink of={body.secretariat} />}
                </Fact>
                <Fact title={word('since')} of={body} field="startedOn">
                  {date(body.startedOn)}
                </Fact>
                <Fact title={word('seats')} of={body} field="seats">
                  {body.seats !== null && number(body.seats)}
                </Fact>
                <Fact title={word('filledSeats')}>{number(body.filledSeats)}</Fact>
                <Fact title={word('expiringSeats')}>{number(body.expiringSeats)}</Fact>
                {body.topics.nodes.length > 0 && (
                  <Fact title={word('topics')}>
                    <Topics of={body.topics.nodes} />
                  </Fact>
                )}
              </>
            }
            sections={[
              { id: 'record', title: word('record') },
              { id: 'meetings', title: word('meetings'), count: body.meetings.totalCount },
              { id: 'members', title: word('members'), count: body.appointments.totalCount },
              { id: 'recommendations', title: word('recommendations'), count: recommendations.totalCount },
              body.considerations.nodes.length > 0 && { id: 'dealt', title: word('dealtWith'), count: body.considerations.nodes.length },
              body.observations.nodes.length > 0 && { id: 'figures', title: word('publishedFigures'), count: body.observations.nodes.length },
            ]}
          >
            <Part id="record" note={word('recordNote')}>
              {body.series.nodes.length > 0 ? body.series.nodes.map((one) => <SeriesRecord key={one.id} of={one} />) : <None />}
            </Part>
            <Part id="meetings" all={{ total: body.meetings.totalCount, shown: body.meetings.nodes.length, to: `/meetings?body=${code}` }}>
              {body.meetings.nodes.length > 0 ? (
                <Lines>
                  {body.meetings.nodes.map((one) => (
                    <MeetingLine key={one.id} of={one} isInBody />
                  ))}
                </Lines>
              ) : (
                <None />
              )}
            </Part>
            <Part id="members">{seats.length > 0 ? <Members of={seats} /> : <None />}</Part>
            <Part id="recommendations" all={{ total: recommendations.totalCount, shown: recommendations.nodes.length, to: `/recommendations?body=${code}` }}>
              {recommendations.nodes.length > 0 ? (
                <Lines>
                  {recommendations.nodes.map((one) => (
                    <RecommendationLine key={one.id} of={one} />
                  ))}
                </Lines>
              ) : (
                <None />
              )}
            </Part>
            <DealtWith id="dealt" of={body.considerations.nodes} without={['body']} />
            <Figures of={body.observations.nodes} />
          </Thing>
        );
      }}
    </WhenAsked>
  );
}
