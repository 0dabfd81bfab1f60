// A policy plan: its mandate, tasks with owners and milestones, what follows from it.

import { date } from '../app/language';
import { useQuery } from '../app/query';
import type { Params } from '../app/router';
import { Badge, Name } from '../app/ui';
import { Cite, Conflicts, NotOnRecord, OriginMark } from './parts/facts';
import { Fact, NotFound, None, Part, Thing, WhenAsked } from './parts/frame';
import { InstitutionLink, Lines, PlanLine, RecommendationLine, TitledLink, Topics } from './parts/rows';
import { DealtWith, Figures } from './parts/shared';
import { label, span, word } from './parts/text';
import { PlanPage, type PlanPageData } from './queries/others.graphql';

type Plan = NonNullable<PlanPageData['policyPlan']>;

function Tasks({ of }: { of: Plan['tasks']['nodes'] }) {
  return (
    <ul className="lines">
      {of.map((one) => (
        <li key={one.id} className="line" id={one.code}>
          <p className="line-title">
            <Name of={one.title} /> <Cite of={one} />
          </p>
          <p className="line-facts">
            <Badge tone="accent">{label('PlanStatus', one.status)}</Badge>
            <Badge>{label('TaskKind', one.kind)}</Badge>
            {one.isOverdue && <Badge tone="bad">{word('overdue')}</Badge>}
            <OriginMark of={one} />
            <InstitutionLink of={one.owner} />
            <span>
              {word('dueOn')} {one.dueOn ? date(one.dueOn) : <NotOnRecord />}
            </span>
          </p>
          {one.summary && (
            <p>
              <Name of={one.summary} />
            </p>
          )}
          {one.milestones.nodes.length > 0 && (
            <ul className="plain-list">
              {one.milestones.nodes.map((milestone) => (
                <li key={milestone.id}>
                  <Name of={milestone.title} />{' '}
                  <span className="muted">
                    {milestone.reachedOn ? word('reachedOn', { x: date(milestone.reachedOn) }) : milestone.dueOn && word('dueBy', { x: date(milestone.dueOn) })}
                  </span>{' '}
                  {milestone.isOverdue && <Badge tone="bad">{word('overdue')}</Badge>} <Cite of={milestone} />
                </li>
              ))}
            </ul>
          )}
          <Conflicts of={one} />
        </li>
      ))}
    </ul>
  );
}

export default function PlanView({ params }: { params: Params }) {
  const code = params.code ?? '';
  const asked = useQuery(PlanPage, { code });
  return (
    <WhenAsked asked={asked} kind="plans" code={code}>
      {(data, faults) => {
        const of = data.policyPlan;
        if (!of) return <NotFound kind="plans" code={code} faults={faults} />;
        return (
          <Thing
            kind="plans"
            fact={of}
            name={of.title}
            nameField="title.en"
            code={code}
            kicker={
              <>
                {label('PlanKind', of.kind)} <InstitutionLink of={of.owner} />
              </>
            }
            badges={
              <>
                <Badge tone="accent">{label('PlanStatus', of.status)}</Badge>
                {of.isTentative && <Badge tone="warn">{word('tentative')}</Badge>}
              </>
            }
            lead={of.summary}
            answer={data}
            operation={PlanPage}
            variables={{ code }}
            facts={
              <>
                <Fact title={word('owner')} of={of} field="owner">
                  {of.owner && <InstitutionLink of={of.owner} />}
                </Fact>
                <Fact title={word('period')} of={of} field="startsOn">
                  {span(of.startsOn, of.endsOn)}
                </Fact>
                <Fact title={word('mandate')} of={of} field="mandate">
                  {(of.mandate || of.mandateInstitution || of.mandateNote) && (
                    <>
                      <TitledLink kind="plans" of={of.mandate} /> <InstitutionLink of={of.mandateInstitution} /> {of.mandateNote && <Name of={of.mandateNote} />}
                    </>
                  )}
                </Fact>
                {of.topics.nodes.length > 0 && (
                  <Fact title={word('topics')}>
                    <Topics of={of.topics.nodes} />
                  </Fact>
                )}
              </>
            }
            sections={[
              { id: 'tasks', title: word('planTasks'), count: of.tasks.totalCount },
              of.followUps.nodes.length > 0 && { id: 'follow-ups', title: word('followUps'), count: of.followUps.nodes.length },
              of.recommendations.totalCount > 0 && { id: 'recommendations', title: word('relatedRecommendations'), count: of.recommendations.totalCount },
              of.considerations.nodes.length > 0 && { id: 'dealt', title: word('dealtWithIn'), count: of.considerations.nodes.length },
              of.observations.nodes.length > 0 && { id: 'figures', title: word('publishedFigures'), count: of.observations.nodes.length },
            ]}
          >
            <Part id="tasks" all={{ total: of.tasks.totalCount, shown: of.tasks.nodes.length }}>
              {of.tasks.nodes.length > 0 ? <Tasks of={of.tasks.nodes} /> : <None />}
            </Part>
            <Part id="follow-ups">
              <Lines>
                {of.followUps.nodes.map((one) => (
                  <PlanLine key={one.id} of={one} />
                ))}
              </Lines>
            </Part>
            <Part id="recommendations" all={{ total: of.recommendations.totalCount, shown: of.recommendations.nodes.length }}>
              <Lines>
                {of.recommendations.nodes.map((one) => (
                  <RecommendationLine key={one.id} of={one} />
                ))}
              </Lines>
            </Part>
            <DealtWith id="dealt" of={of.considerations.nodes} without={['plan']} />
            <Figures of={of.observations.nodes} />
          </Thing>
        );
      }}
    </WhenAsked>
  );
}
