// Things as links, and as lines of a list: the same wherever they stand.

import type { ReactNode } from 'react';

import { date, type Localized, quarter } from '../../app/language';
import { Link } from '../../app/router';
import { Badge, Name, type Tone } from '../../app/ui';
import type {
  BillsData,
  BodiesData,
  CasesData,
  DocumentsData,
  InstitutionsData,
  MeetingsData,
  PersonsData,
  PlansData,
  ProgrammesData,
  RecommendationsData,
} from '../queries/lists.graphql';
import { Cite, FoldedConflicts, NotOnRecord, OriginMark, type Sourced } from './facts';
import { label, span, word } from './text';

type RowOf<Data extends { rows: { nodes: unknown[] } }> = Data['rows']['nodes'][number];
export type BodyRow = RowOf<BodiesData>;
export type MeetingRow = Omit<RowOf<MeetingsData>, 'recommendations'> & { recommendations?: { totalCount: number } };
export type InstitutionRow = RowOf<InstitutionsData>;
export type BillRow = RowOf<BillsData>;
export type RecommendationRow = RowOf<RecommendationsData>;
export type CaseRow = RowOf<CasesData>;
export type ProgrammeRow = RowOf<ProgrammesData>;
export type PersonRow = RowOf<PersonsData>;
export type PlanRow = RowOf<PlansData>;
export type DocumentRow = RowOf<DocumentsData>;

type Ref = { code: string; name: Localized } | null | undefined;
type Titled = { code: string; title: Localized } | null | undefined;

function path(kind: string, code: string): string {
  return `/${kind}/${encodeURIComponent(code)}`;
}

export function InstitutionLink({ of }: { of: Ref }) {
  return of ? (
    <Link to={path('institutions', of.code)}>
      <Name of={of.name} />
    </Link>
  ) : null;
}

export function PersonLink({ of }: { of: Ref }) {
  return of ? (
    <Link to={path('persons', of.code)}>
      <Name of={of.name} />
    </Link>
  ) : null;
}

export function BodyLink({ of }: { of: Ref }) {
  return of ? (
    <Link to={path('bodies', of.code)}>
      <Name of={of.name} />
    </Link>
  ) : null;
}

export function TitledLink({ kind, of }: { kind: string; of: Titled }) {
  return of ? (
    <Link to={path(kind, of.code)}>
      <Name of={of.title} />
    </Link>
  ) : null;
}

export function MeetingLink({ of }: { of: (Titled & { heldOn?: string }) | null | undefined }) {
  return of ? (
    <>
      <Link to={path('meetings', of.code)}>
        <Name of={of.title} />
      </Link>
      {of.heldOn && <span className="muted"> {date(of.heldOn)}</span>}
    </>
  ) : null;
}

export function BillLink({ of }: { of: { number: string; title: Localized } | null | undefined }) {
  return of ? (
    <Link to={path('bills', of.number)}>
      <Name of={of.title} />
    </Link>
  ) : null;
}

export type Holder = { __typename: 'Person' | 'Institution'; code: string; name: Localized } | null | undefined;

/** A person, an institution, or a group that only has a description. */
export function HolderLink({ of, group }: { of: Holder; group?: Localized | null }) {
  if (of) return of.__typename === 'Person' ? <PersonLink of={of} /> : <InstitutionLink of={of} />;
  return group ? <Name of={group} /> : <NotOnRecord />;
}

/** Subjects, each leading to what else speaks of it. */
export function Topics({ of }: { of: { code: string; name: Localized }[] }) {
  return (
    <ul className="chips">
      {of.map((topic) => (
        <li key={topic.code}>
          <Link className="chip" to={`/search?q=${encodeURIComponent(topic.name.ko.replace(/[()·]/g, ' '))}`}>
            <Name of={topic.name} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** A line of a list: what it is called, how it stands, and a few facts. */
export function Row({ fact, title, badges, facts }: { fact: Sourced; title: ReactNode; badges?: ReactNode; facts?: ReactNode[] }) {
  const known = (facts ?? []).filter((one) => one !== null && one !== undefined && one !== false && one !== '');
  return (
    <li className="line">
      <p className="line-title">
        {title} <Cite of={fact} />
      </p>
      <p className="line-facts">
        {badges}
        <OriginMark of={fact} />
        {known.map((one, index) => (
          <span key={index}>{one}</span>
        ))}
      </p>
      <FoldedConflicts of={fact} />
    </li>
  );
}

const statusTones: Record<string, Tone> = {
  RAISED: 'plain',
  FORWARDED: 'info',
  ANSWERED: 'accent',
  IN_DELIVERY: 'accent',
  DELIVERED: 'good',
  CLOSED: 'plain',
};
const lights: Record<string, Tone> = { GREEN: 'good', YELLOW: 'warn', RED: 'bad' };

export function Light({ of }: { of: string | null | undefined }) {
  return of ? <Badge tone={lights[of]}>{label('DeliveryStatus', of)}</Badge> : null;
}

export function RecommendationState({ of }: { of: Pick<RecommendationRow, 'status' | 'isOverdue' | 'delivery'> }) {
  return (
    <>
      <Badge tone={statusTones[of.status]}>{label('RecommendationStatus', of.status)}</Badge>
      {of.isOverdue && <Badge tone="bad">{word('overdue')}</Badge>}
      <Light of={of.delivery} />
    </>
  );
}

export function RecommendationLine({ of }: { of: RecommendationRow }) {
  return (
    <Row
      fact={of}
      title={<TitledLink kind="recommendations" of={of} />}
      badges={<RecommendationState of={of} />}
      facts={[
        date(of.raisedOn),
        of.addressee ? <InstitutionLink of={of.addressee} /> : <span className="unknown">{word('noAddressee')}</span>,
        of.dueOn && `${word('dueOn')} ${date(of.dueOn)}`,
        of.itemCount > 1 && word('itemsIn', { n: of.itemCount }),
      ]}
    />
  );
}

const meetingTones: Record<string, Tone> = { PLANNED: 'info', HELD: 'plain', POSTPONED: 'warn', CANCELLED: 'bad' };

export function MeetingState({ of }: { of: Pick<MeetingRow, 'status' | 'kind'> }) {
  return (
    <>
      <Badge tone={meetingTones[of.status]}>{label('MeetingStatus', of.status)}</Badge>
      <Badge>{label('MeetingKind', of.kind)}</Badge>
    </>
  );
}

export function MeetingLine({ of, isInBody }: { of: MeetingRow; isInBody?: boolean }) {
  const count = of.recommendations?.totalCount;
  return (
    <Row
      fact={of}
      title={<TitledLink kind="meetings" of={of} />}
      badges={<MeetingState of={of} />}
      facts={[
        date(of.heldOn),
        of.heldOn.length < 7 ? null : quarter(of.quarter),
        !isInBody && <BodyLink of={of.body} />,
        count !== undefined && `${word('recommendations')} ${word('count', { n: count })}`,
      ]}
    />
  );
}

/** When a stage was reached, as exactly as it is known. */
export function reachedOn(of: Pick<BillRow, 'stageReachedOn' | 'stageReachedOnPrecision'>): string {
  if (!of.stageReachedOn) return '';
  return of.stageReachedOnPrecision === 'BY' ? word('reachedBy', { x: date(of.stageReachedOn) }) : date(of.stageReachedOn);
}

export function BillState({ of }: { of: BillRow }) {
  const tone: Tone = of.isEnacted ? 'good' : of.isClosed ? 'plain' : 'accent';
  return (
    <>
      {of.stage ? <Badge tone={tone}>{label('BillStage', of.stage)}</Badge> : <NotOnRecord />}
      {of.result !== 'PENDING' && <Badge>{label('BillResult', of.result)}</Badge>}
      {of.isStalled && <Badge tone="warn">{word('stalled')}</Badge>}
    </>
  );
}

export function BillLine({ of }: { of: BillRow }) {
  return (
    <Row
      fact={of}
      title={<BillLink of={of} />}
      badges={<BillState of={of} />}
      facts={[
        reachedOn(of),
        !of.isClosed && of.daysInStage !== null && word('daysInStage', { n: of.daysInStage }),
        of.checkedAt ? `${word('checkedAt')} ${date(of.checkedAt)}` : <span className="unknown">{word('neverChecked')}</span>,
      ]}
    />
  );
}

export function CaseLine({ of, extra }: { of: CaseRow; extra?: ReactNode }) {
  return (
    <Row
      fact={of}
      title={<TitledLink kind="cases" of={of} />}
      badges={<Badge tone={of.stage === 'STOPPED' ? 'bad' : 'accent'}>{label('AdoptionStage', of.stage)}</Badge>}
      facts={[
        of.region ? <Name of={of.region.name} /> : null,
        of.industry ? <Name of={of.industry.name} /> : null,
        label('BusinessSize', of.size),
        label('ApplicationArea', of.application),
        label('Verification', of.verification),
        extra,
      ]}
    />
  );
}

export function InstitutionLine({ of }: { of: InstitutionRow }) {
  return (
    <Row
      fact={of}
      title={<InstitutionLink of={of} />}
      badges={<Badge>{label('InstitutionKind', of.kind)}</Badge>}
      facts={[of.sector && label('Sector', of.sector), of.region && <Name of={of.region.name} />]}
    />
  );
}

export function BodyLine({ of }: { of: BodyRow }) {
  return (
    <Row
      fact={of}
      title={<BodyLink of={of} />}
      badges={<Badge tone="accent">{label('BodyKind', of.kind)}</Badge>}
      facts={[
        of.startedOn && `${word('since')} ${date(of.startedOn)}`,
        `${word('filledSeats')} ${of.seats === null ? of.filledSeats : `${of.filledSeats}/${of.seats}`}`,
        of.secretariat && <InstitutionLink of={of.secretariat} />,
      ]}
    />
  );
}

export function ProgrammeLine({ of }: { of: ProgrammeRow }) {
  return (
    <Row
      fact={of}
      title={
        <Link to={path('programmes', of.code)}>
          <Name of={of.name} />
        </Link>
      }
      facts={[of.operator && <InstitutionLink of={of.operator} />, span(of.startsOn, of.endsOn)]}
    />
  );
}

export function PersonLine({ of }: { of: PersonRow }) {
  return (
    <Row
      fact={of}
      title={<PersonLink of={of} />}
      facts={of.memberships.nodes.map((one) => (
        <>
          <InstitutionLink of={one.institution} /> <Name of={one.post} />
        </>
      ))}
    />
  );
}

export function PlanLine({ of }: { of: PlanRow }) {
  return (
    <Row
      fact={of}
      title={<TitledLink kind="plans" of={of} />}
      badges={
        <>
          <Badge tone="accent">{label('PlanStatus', of.status)}</Badge>
          <Badge>{label('PlanKind', of.kind)}</Badge>
          {of.isTentative && <Badge tone="warn">{word('tentative')}</Badge>}
        </>
      }
      facts={[of.owner && <InstitutionLink of={of.owner} />, span(of.startsOn, of.endsOn)]}
    />
  );
}

export function DocumentLine({ of }: { of: DocumentRow }) {
  return (
    <Row
      fact={of}
      title={<TitledLink kind="documents" of={of} />}
      badges={<Badge>{label('DocumentKind', of.kind)}</Badge>}
      facts={[of.publisher && <InstitutionLink of={of.publisher} />, date(of.publishedOn)]}
    />
  );
}

/** Lines one below the other. */
export function Lines({ children }: { children: ReactNode }) {
  return <ul className="lines">{children}</ul>;
}
