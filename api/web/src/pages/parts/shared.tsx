// Parts that pages of several kinds have.

import { date, type Localized } from '../../app/language';
import { Link } from '../../app/router';
import { Badge, Name } from '../../app/ui';
import type { BodyPageData } from '../queries/body.graphql';
import { Cite, Conflicts, OriginMark, type Sourced } from './facts';
import { Part } from './frame';
import { BillLink, BodyLink, InstitutionLink, MeetingLink, TitledLink } from './rows';
import { label, span, word } from './text';

type Body = NonNullable<BodyPageData['body']>;
export type Figure = Body['observations']['nodes'][number];
export type Dealt = Body['considerations']['nodes'][number];

/** Figures that a source prints, as it prints them. */
export function Figures({ of }: { of: Figure[] }) {
  if (of.length === 0) return null;
  return (
    <Part id="figures">
      <ul className="figures">
        {of.map((one) => (
          <li key={one.id}>
            <p className="figure-value">
              {one.valueText} <Cite of={one} />
            </p>
            <p>
              <Name of={one.title} />
            </p>
            <p className="muted">
              {[span(one.periodStartsOn, one.periodEndsOn), one.population && <Name key="population" of={one.population} />]
                .filter(Boolean)
                .map((part, index) => (
                  <span key={index}>{part} </span>
                ))}
              {one.note && <Name of={one.note} />}
            </p>
            <OriginMark of={one} />
            <Conflicts of={one} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** What was dealt with where; the side that the page is about is left out. */
export function DealtWith({ id, of, without = [] }: { id: string; of: Dealt[]; without?: (keyof Dealt)[] }) {
  if (of.length === 0) return null;
  const shows = (side: keyof Dealt) => !without.includes(side);
  return (
    <Part id={id}>
      <ul className="lines">
        {of.map((one) => (
          <li key={one.id} className="line">
            <p className="line-title">
              {[
                one.bill && shows('bill') && <BillLink key="bill" of={one.bill} />,
                one.initiative && !one.bill && shows('initiative') && <InitiativeLink key="initiative" of={one.initiative} />,
                one.plan && shows('plan') && <TitledLink key="plan" kind="plans" of={one.plan} />,
                one.task && <TaskLink key="task" of={one.task} />,
                one.programme && shows('programme') && <ProgrammeLink key="programme" of={one.programme} />,
                one.adoptionCase && shows('adoptionCase') && <TitledLink key="case" kind="cases" of={one.adoptionCase} />,
                one.meeting && shows('meeting') && <MeetingLink key="meeting" of={one.meeting} />,
                one.body && shows('body') && !one.meeting && <BodyLink key="body" of={one.body} />,
                one.institution && shows('institution') && <InstitutionLink key="institution" of={one.institution} />,
              ]
                .filter(Boolean)
                .map((link, index) => (
                  <span key={index}>
                    {index > 0 && ' · '}
                    {link}
                  </span>
                ))}{' '}
              <Cite of={one} />
            </p>
            <p className="line-facts">
              <Badge>{label('ConsiderationRole', one.role)}</Badge>
              {one.consideredOn && <span>{date(one.consideredOn)}</span>}
              {one.agendaItem && (
                <span>
                  {word('item')}: <Name of={one.agendaItem.title} />
                </span>
              )}
              {one.note && (
                <span>
                  <Name of={one.note} />
                </span>
              )}
              <OriginMark of={one} />
            </p>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** An initiative has no page of its own: its bill's page tells of it. */
function InitiativeLink({ of }: { of: NonNullable<Dealt['initiative']> }) {
  const bill = of.bills.nodes[0];
  return bill ? <BillLink of={{ number: bill.number, title: of.title }} /> : <Name of={of.title} />;
}

/** A task stands on the page of its plan, if it has one. */
function TaskLink({ of }: { of: NonNullable<Dealt['task']> }) {
  return of.plan ? (
    <Link to={`/plans/${encodeURIComponent(of.plan.code)}#${of.code}`}>
      <Name of={of.title} />
    </Link>
  ) : (
    <Name of={of.title} />
  );
}

function ProgrammeLink({ of }: { of: { code: string; name: Localized } }) {
  return <TitledLink kind="programmes" of={{ code: of.code, title: of.name }} />;
}

interface Attended extends Sourced {
  role: string;
  status: string;
  post: Localized | null;
  meeting: { code: string; title: Localized; heldOn: string };
}

/** Meetings that a person or an institution was at. */
export function MeetingsAttended({ of, total }: { of: Attended[]; total: number }) {
  if (of.length === 0) return null;
  return (
    <Part id="attended" all={{ total, shown: of.length }}>
      <ul className="lines">
        {of.map((one) => (
          <li key={one.id} className="line">
            <p className="line-title">
              <MeetingLink of={one.meeting} /> <Cite of={one} />
            </p>
            <p className="line-facts">
              <Badge>{label('AttendanceStatus', one.status)}</Badge>
              <span>{label('AttendanceRole', one.role)}</span>
              {one.post && (
                <span>
                  <Name of={one.post} />
                </span>
              )}
              <OriginMark of={one} />
            </p>
          </li>
        ))}
      </ul>
    </Part>
  );
}

interface Said extends Sourced {
  code: string;
  summary: Localized;
  meeting: { code: string; title: Localized; heldOn: string } | null;
}

/** What a person or an institution said at meetings. */
export function StatementsMade({ of, total }: { of: Said[]; total: number }) {
  if (of.length === 0) return null;
  return (
    <Part id="statements" all={{ total, shown: of.length }}>
      <ul className="lines">
        {of.map((one) => (
          <li key={one.id} className="line">
            <blockquote>
              <Name of={one.summary} /> <Cite of={one} />
            </blockquote>
            <p className="line-facts">
              {one.meeting && <MeetingLink of={one.meeting} />}
              <OriginMark of={one} />
            </p>
          </li>
        ))}
      </ul>
    </Part>
  );
}

interface Shown extends Sourced {
  agendaItem: { position: number; title: Localized; meeting: { code: string; title: Localized; heldOn: string } };
}

/** Agenda items that a person or an institution presented. */
export function ItemsPresented({ of }: { of: Shown[] }) {
  if (of.length === 0) return null;
  return (
    <Part id="presented">
      <ul className="lines">
        {of.map((one) => (
          <li key={one.id} className="line">
            <p className="line-title">
              <Name of={one.agendaItem.title} /> <Cite of={one} />
            </p>
            <p className="line-facts">
              <MeetingLink of={one.agendaItem.meeting} />
              <OriginMark of={one} />
            </p>
          </li>
        ))}
      </ul>
    </Part>
  );
}
