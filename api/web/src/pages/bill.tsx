// A bill: its titles, the stages with the days in each, events with their evidence, provisions, absorption.

import { valid } from '../app/bill';
import { date, time } from '../app/language';
import { useQuery } from '../app/query';
import type { Params } from '../app/router';
import { Badge, Name, Table } from '../app/ui';
import { Cite, Conflicts, NotOnRecord, OriginMark } from './parts/facts';
import { Fact, NotFound, None, Part, Thing, WhenAsked } from './parts/frame';
import { BillLine, BillLink, BillState, InstitutionLink, Lines, reachedOn, RecommendationLine } from './parts/rows';
import { DealtWith } from './parts/shared';
import { daysBetween, label, span, word } from './parts/text';
import { BillPage, type BillPageData } from './queries/bill.graphql';

type Bill = NonNullable<BillPageData['bill']>;
type Event = Bill['events']['nodes'][number];

interface Step {
  event: Event;
  days: number | null;
  isNow: boolean;
}

/** Stages in their order with how long each lasted; a date known less than to the day counts no days. */
function steps(bill: Bill): Step[] {
  const all = valid(bill.events.nodes);
  return all.map((event, index) => {
    const next = all[index + 1];
    if (!next) return { event, days: bill.isClosed ? null : bill.daysInStage, isNow: true };
    const isKnown = !event.isKnownBy && !next.isKnownBy;
    return { event, days: isKnown ? daysBetween(event.occurredOn, next.occurredOn) : null, isNow: false };
  });
}

function Way({ of }: { of: Bill }) {
  const all = steps(of);
  const most = Math.max(1, ...all.map((one) => one.days ?? 0));
  return (
    <Table<Step>
      caption={word('way')}
      rows={all}
      keyOf={(step) => step.event.id}
      columns={[
        {
          title: word('stage'),
          isHead: true,
          value: ({ event, isNow }) => (
            <>
              {label('BillStage', event.stage)} {isNow && <Badge tone="accent">{word('stageNow')}</Badge>} <Cite of={event} /> <OriginMark of={event} />
            </>
          ),
        },
        { title: word('reached'), value: ({ event }) => (event.isKnownBy ? word('reachedBy', { x: date(event.occurredOn) }) : date(event.occurredOn)) },
        {
          title: word('stayed'),
          value: ({ days, isNow }) =>
            days === null ? (
              isNow && of.isClosed ? <span className="muted">–</span> : <span className="unknown">{word('daysUnknown')}</span>
            ) : (
              <span className="bar">
                <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                  <rect width={(100 * days) / most} height="8" rx="1" />
                </svg>
                {isNow ? word('daysInStage', { n: days }) : word('days', { n: days })}
              </span>
            ),
        },
        {
          title: word('evidence'),
          value: ({ event }) => (
            <>
              {event.institution && <InstitutionLink of={event.institution} />} {event.rawText && <q lang="ko">{event.rawText}</q>} {event.note && <Name of={event.note} />}
              {event.corrects && <Badge tone="warn">{word('correction')}</Badge>}
              <Conflicts of={event} />
            </>
          ),
        },
      ]}
    />
  );
}

export default function BillView({ params }: { params: Params }) {
  const code = params.code ?? '';
  const asked = useQuery(BillPage, { code });
  return (
    <WhenAsked asked={asked} kind="bills" code={code}>
      {(data, faults) => {
        const { bill, absorbed, recommendations } = data;
        if (!bill) return <NotFound kind="bills" code={code} faults={faults} />;
        const { initiative } = bill;
        const siblings = initiative?.bills.nodes.filter((one) => one.number !== bill.number) ?? [];
        const dealt = [...bill.considerations.nodes, ...(initiative?.considerations.nodes ?? [])];
        return (
          <Thing
            kind="bills"
            fact={bill}
            name={bill.title}
            nameField="title.en"
            code={code}
            kicker={
              <>
                {word('bills')} {initiative && <Name of={initiative.title} />}
              </>
            }
            badges={<BillState of={bill} />}
            lead={initiative?.purpose}
            answer={data}
            operation={BillPage}
            variables={{ code }}
            facts={
              <>
                <Fact title={word('stageNow')} of={bill} field="stage">
                  {bill.stage && (
                    <>
                      {label('BillStage', bill.stage)}{' '}
                      <span className="muted">
                        {reachedOn(bill)}
                        {!bill.isClosed && bill.daysInStage !== null && `, ${word('daysInStage', { n: bill.daysInStage })}`}
                      </span>
                    </>
                  )}
                </Fact>
                <Fact title={word('checkedAt')}>{bill.checkedAt ? <span title={word('checkedNote')}>{time(bill.checkedAt)}</span> : <span className="unknown">{word('neverChecked')}</span>}</Fact>
                <Fact title={word('result')}>{label('BillResult', bill.result)}</Fact>
                <Fact title={word('effect')}>{label('BillEffect', bill.effect)}</Fact>
                <Fact title={word('proposer')} of={bill} field="proposer">
                  {(bill.proposer || bill.proposerKind) && (
                    <>
                      <Name of={bill.proposer} /> {bill.proposerKind && <span className="muted">{label('ProposerKind', bill.proposerKind)}</span>}
                    </>
                  )}
                </Fact>
                <Fact title={word('proposedOn')} of={bill} field="proposedOn">
                  {date(bill.proposedOn)}
                </Fact>
                <Fact title={word('committee')} of={bill} field="committee">
                  {bill.committee && <Name of={bill.committee} />}
                </Fact>
                {initiative && (
                  <Fact title={word('owner')} of={initiative} field="owner">
                    {initiative.owner && <InstitutionLink of={initiative.owner} />}
                  </Fact>
                )}
                {bill.absorbedInto && (
                  <Fact title={word('absorbedInto')}>
                    <BillLink of={bill.absorbedInto} />
                  </Fact>
                )}
              </>
            }
            sections={[
              { id: 'way', title: word('way'), count: bill.events.nodes.length },
              initiative && { id: 'titles', title: word('titles'), count: initiative.titles.nodes.length },
              { id: 'provisions', title: word('provisions'), count: bill.provisions.nodes.length },
              dealt.length > 0 && { id: 'dealt', title: word('dealtWithIn'), count: dealt.length },
              absorbed.nodes.length > 0 && { id: 'absorbed', title: word('absorbed'), count: absorbed.nodes.length },
              siblings.length > 0 && { id: 'siblings', title: word('sameInitiative'), count: siblings.length },
              { id: 'recommendations', title: word('relatedRecommendations'), count: recommendations.totalCount },
            ]}
          >
            <Part id="way">{bill.events.nodes.length > 0 ? <Way of={bill} /> : <None />}</Part>
            {initiative && (
              <Part id="titles">
                <ul className="lines">
                  {initiative.titles.nodes.map((one) => (
                    <li key={one.id} className="line">
                      <p className="line-title">
                        <Name of={one.title} /> {one.isTentative && <Badge tone="warn">{word('tentative')}</Badge>} <Cite of={one} />
                      </p>
                      <p className="line-facts">
                        <span>{span(one.startsOn, one.endsOn) || <NotOnRecord />}</span>
                        <OriginMark of={one} />
                      </p>
                      <Conflicts of={one} />
                    </li>
                  ))}
                </ul>
                <Conflicts of={initiative} />
              </Part>
            )}
            <Part id="provisions">
              {bill.provisions.nodes.length > 0 ? (
                <ul className="lines">
                  {bill.provisions.nodes.map((one) => (
                    <li key={one.id} className="line">
                      <p className="line-title">
                        {one.article && <b>{one.article} </b>}
                        <Name of={one.title} /> <Cite of={one} /> <OriginMark of={one} />
                      </p>
                      {one.summary && (
                        <p>
                          <Name of={one.summary} />
                        </p>
                      )}
                    </li>
                  ))}
                </ul>
              ) : (
                <None />
              )}
            </Part>
            <DealtWith id="dealt" of={dealt} without={['bill', 'initiative']} />
            {absorbed.nodes.length > 0 && (
              <Part id="absorbed">
                <Lines>
                  {absorbed.nodes.map((one) => (
                    <BillLine key={one.id} of={one} />
                  ))}
                </Lines>
              </Part>
            )}
            {siblings.length > 0 && (
              <Part id="siblings">
                <Lines>
                  {siblings.map((one) => (
                    <BillLine key={one.id} of={one} />
                  ))}
                </Lines>
              </Part>
            )}
            <Part id="recommendations" all={{ total: recommendations.totalCount, shown: recommendations.nodes.length }}>
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
          </Thing>
        );
      }}
    </WhenAsked>
  );
}
