// A recommendation: the loop from what was said to what came of it.

import type { ReactNode } from 'react';

import { date, krw, today } from '../app/language';
import { useQuery } from '../app/query';
import type { Params } from '../app/router';
import { Badge, Name } from '../app/ui';
import { Cite, Conflicts, OriginMark, type Sourced } from './parts/facts';
import { Fact, NotFound, Part, Thing, WhenAsked } from './parts/frame';
import { BillLink, BodyLink, HolderLink, InstitutionLink, Light, Lines, MeetingLink, RecommendationLine, RecommendationState, TitledLink } from './parts/rows';
import { daysBetween, label, span, word } from './parts/text';
import { RecommendationPage, type RecommendationPageData } from './queries/recommendation.graphql';

type Recommendation = NonNullable<RecommendationPageData['recommendation']>;
type Effect = Recommendation['effects']['nodes'][number];

interface Step {
  key: string;
  name: string;
  on?: string | null;
  fact?: Sourced;
  content: ReactNode;
  isOpen?: boolean;
}

function EffectOf({ of }: { of: Effect }) {
  return (
    <>
      <p>
        <Badge tone="good">{label('EffectKind', of.kind)}</Badge> <Name of={of.title} /> <Light of={of.delivery} />
      </p>
      <p className="line-facts">
        <BillLink of={of.bill} />
        {of.provision && (
          <span>
            {of.provision.article} <Name of={of.provision.title} />
          </span>
        )}
        {of.policyTask && <TitledLink kind="plans" of={{ code: of.policyTask.plan?.code ?? '', title: of.policyTask.title }} />}
        <TitledLink kind="plans" of={of.policyPlan} />
        <TitledLink kind="cases" of={of.adoptionCase} />
        <TitledLink kind="documents" of={of.document} />
        {of.amount !== null && <span>{krw(of.amount)}</span>}
        {(of.startsOn || of.endsOn) && <span>{span(of.startsOn, of.endsOn)}</span>}
      </p>
    </>
  );
}

/** Everything that happened to a recommendation, and what it waits for. */
function stepsOf(of: Recommendation): Step[] {
  const isClosed = of.status === 'CLOSED';
  const steps: Step[] = [];
  if (of.statement) {
    const said = of.statement;
    steps.push({
      key: 'said',
      name: word('said'),
      on: said.madeOn ?? said.meeting?.heldOn,
      fact: said,
      content: (
        <>
          <p className="line-facts">
            <HolderLink of={said.speaker} group={said.speakerGroup} /> {said.post && <Name of={said.post} />} <MeetingLink of={said.meeting && { code: said.meeting.code, title: said.meeting.title }} />
          </p>
          <blockquote>
            <Name of={said.summary} />
          </blockquote>
        </>
      ),
    });
  }
  steps.push({
    key: 'raised',
    name: word('raisedStep'),
    on: of.raisedOn,
    fact: of,
    content: (
      <p className="line-facts">
        <span>{label('RecommendationSource', of.source)}</span>
        {(of.raisedBy || of.raisedByGroup) && <HolderLink of={of.raisedBy} group={of.raisedByGroup} />}
      </p>
    ),
  });
  for (const one of of.assignments.nodes) {
    steps.push({
      key: one.id,
      name: word('assigned'),
      on: one.assignedOn,
      fact: one,
      content: (
        <p className="line-facts">
          <InstitutionLink of={one.addressee} />
          {one.dueOn && (
            <span>
              {word('dueOn')} {date(one.dueOn)}
            </span>
          )}
          {one.reason && <Name of={one.reason} />}
        </p>
      ),
    });
  }
  // Who is to answer may be known without when that was decided.
  if (of.assignments.nodes.length === 0 && of.addressee) {
    steps.push({
      key: 'addressee',
      name: word('assigned'),
      content: (
        <p className="line-facts">
          <InstitutionLink of={of.addressee} /> <Cite of={of} field="addressee" />
        </p>
      ),
    });
  } else if (of.assignments.nodes.length === 0 && of.answers.nodes.length === 0) steps.push({ key: 'no-assignment', name: word('assigned'), isOpen: true, content: <p>{word('waitingAssignment')}</p> });
  for (const one of of.answers.nodes) {
    steps.push({
      key: one.id,
      name: word('answered'),
      on: one.answeredOn,
      fact: one,
      content: (
        <>
          <p className="line-facts">
            <Badge tone="accent">{label('Disposition', one.disposition)}</Badge> <InstitutionLink of={one.institution} />
          </p>
          {one.reason && (
            <blockquote>
              <Name of={one.reason} />
            </blockquote>
          )}
          <p className="line-facts">
            {one.plannedOn && (
              <span>
                {word(one.disposition === 'LONG_TERM_REVIEW' ? 'reviewBy' : 'planned')} {date(one.plannedOn)}
              </span>
            )}
            {one.forwardedTo && (
              <span>
                {word('forwardedTo')} <InstitutionLink of={one.forwardedTo} />
              </span>
            )}
            {one.rating !== null && (
              <span>
                {word('rating')}: <b>{word('outOfFive', { n: one.rating })}</b> {one.ratingComment}
              </span>
            )}
          </p>
        </>
      ),
    });
  }
  const waits = of.dueOn && of.isOverdue ? word('overdueBy', { n: daysBetween(of.dueOn, today()) ?? 0 }) : of.dueOn && `${word('dueOn')} ${date(of.dueOn)}`;
  if (of.answers.nodes.length === 0 && !isClosed) {
    steps.push({
      key: 'no-answer',
      name: word('answered'),
      isOpen: true,
      content: (
        <p className="line-facts">
          <span>{word('waitingAnswer')}</span> {waits && <Badge tone={of.isOverdue ? 'bad' : 'info'}>{waits}</Badge>}
        </p>
      ),
    });
  }
  for (const one of of.deliveries.nodes) {
    steps.push({
      key: one.id,
      name: word('delivered'),
      on: one.reportedOn,
      fact: one,
      content: (
        <>
          <p className="line-facts">
            <Light of={one.light} /> {one.isCompleted && <Badge tone="good">{word('completed')}</Badge>} <InstitutionLink of={one.institution} />
          </p>
          {one.note && (
            <p>
              <Name of={one.note} />
            </p>
          )}
        </>
      ),
    });
  }
  if (of.deliveries.nodes.length === 0 && !isClosed) steps.push({ key: 'no-delivery', name: word('delivered'), isOpen: true, content: <p>{word('waitingDelivery')}</p> });
  for (const one of of.effects.nodes) steps.push({ key: one.id, name: word('effectStep'), on: one.occurredOn, fact: one, content: <EffectOf of={one} /> });
  if (of.effects.nodes.length === 0 && !isClosed) steps.push({ key: 'no-effect', name: word('effectStep'), isOpen: true, content: <p>{word('waitingEffect')}</p> });
  return steps;
}

function Loop({ of }: { of: Recommendation }) {
  const steps = stepsOf(of);
  return (
    <ol className="loop">
      {steps.map(({ key, name, on, fact, content, isOpen }) => {
        const after = on && on !== of.raisedOn ? daysBetween(of.raisedOn, on) : null;
        return (
          <li key={key} className={isOpen ? 'is-open' : undefined}>
            <div className="loop-when">
              <h3>{name}</h3>
              {on ? <p>{date(on)}</p> : !isOpen && <p className="unknown">{word('notOnRecord')}</p>}
              {after !== null && after > 0 && <p className="muted">{word('daysAfter', { n: after })}</p>}
            </div>
            <div className="loop-what">
              {content}
              {fact && (
                <p className="line-facts">
                  {fact.origin !== of.origin && <OriginMark of={fact} />}
                  <Cite of={fact} />
                </p>
              )}
              {fact && fact !== of && <Conflicts of={fact} />}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

export default function RecommendationView({ params }: { params: Params }) {
  const code = params.code ?? '';
  const asked = useQuery(RecommendationPage, { code });
  return (
    <WhenAsked asked={asked} kind="recommendations" code={code}>
      {(data, faults) => {
        const of = data.recommendation;
        if (!of) return <NotFound kind="recommendations" code={code} faults={faults} />;
        const own = of.relations.nodes.filter((one) => one.other);
        const seen = new Set(own.map((one) => one.other?.code));
        const referring = data.referring.nodes.filter((one) => !seen.has(one.code));
        return (
          <Thing
            kind="recommendations"
            fact={of}
            name={of.title}
            nameField="title.en"
            code={code}
            kicker={
              <>
                {word('recommendations')} {of.topic && <Name of={of.topic.name} />}
              </>
            }
            badges={<RecommendationState of={of} />}
            lead={of.summary}
            answer={data}
            operation={RecommendationPage}
            variables={{ code }}
            facts={
              <>
                <Fact title={word('raisedBy')} of={of} field="raisedBy">
                  {(of.raisedBy || of.raisedByGroup) && <HolderLink of={of.raisedBy} group={of.raisedByGroup} />}
                </Fact>
                <Fact title={word('raisedOn')} of={of} field="raisedOn">
                  {date(of.raisedOn)}
                </Fact>
                <Fact title={word('origin')}>{label('RecommendationSource', of.source)}</Fact>
                <Fact title={word('meeting')} of={of} field="meeting">
                  {of.meeting && <MeetingLink of={of.meeting} />}
                </Fact>
                {of.meeting?.body && (
                  <Fact title={word('body')}>
                    <BodyLink of={of.meeting.body} />
                  </Fact>
                )}
                <Fact title={word('addressee')} of={of} field="addressee">
                  {of.addressee && <InstitutionLink of={of.addressee} />}
                </Fact>
                <Fact title={word('dueOn')}>{of.dueOn && date(of.dueOn)}</Fact>
                {of.consultationStage && <Fact title={word('consultation')}>{label('ConsultationStage', of.consultationStage)}</Fact>}
                {of.itemCount > 1 && <Fact title={word('itemCount')}>{word('itemsIn', { n: of.itemCount })}</Fact>}
                {of.barrier && (
                  <Fact title={word('barrier')} of={of.barrier}>
                    <Badge tone="warn">{label('BarrierKind', of.barrier.kind)}</Badge> <Name of={of.barrier.title} />
                  </Fact>
                )}
                {of.regulation && (
                  <Fact title={word('regulation')} of={of} field="regulation">
                    <Name of={of.regulation} />
                  </Fact>
                )}
                {of.region && (
                  <Fact title={word('region')} of={of} field="region">
                    <Name of={of.region.name} />
                  </Fact>
                )}
                {of.plan && (
                  <Fact title={word('plan')}>
                    <TitledLink kind="plans" of={of.plan} />
                  </Fact>
                )}
              </>
            }
            sections={[
              { id: 'loop', title: word('loop') },
              own.length + referring.length > 0 && { id: 'relations', title: word('relations'), count: own.length + referring.length },
            ]}
          >
            <Part id="loop">
              <Loop of={of} />
            </Part>
            {own.length + referring.length > 0 && (
              <Part id="relations">
                <ul className="lines">
                  {own.map((one) => (
                    <li key={one.id}>
                      <Badge>{label('RecommendationRelationKind', one.kind)}</Badge> <Cite of={one} />
                      <Lines>{one.other && <RecommendationLine of={one.other} />}</Lines>
                    </li>
                  ))}
                  {referring.map((one) => (
                    <li key={one.id}>
                      {one.relations.nodes
                        .filter((relation) => relation.other?.code === of.code)
                        .map((relation) => (
                          <Badge key={relation.kind}>{label('RecommendationRelationKind', relation.kind)}</Badge>
                        ))}
                      <Lines>
                        <RecommendationLine of={one} />
                      </Lines>
                    </li>
                  ))}
                </ul>
              </Part>
            )}
          </Thing>
        );
      }}
    </WhenAsked>
  );
}
