// What the page of a meeting and its pack both show.

import type { Localized } from '../../app/language';
import { Badge, Name, Table } from '../../app/ui';
import type { MeetingPageData } from '../queries/meeting.graphql';
import { Cite, Conflicts, NotOnRecord, OriginMark, type Sourced } from './facts';
import { HolderLink, type Holder, InstitutionLink } from './rows';
import { hour, label, longDate, word } from './text';

type Meeting = NonNullable<MeetingPageData['meeting']>;
type Venue = Meeting['venues']['nodes'][number];

export interface Item extends Sourced {
  position: number;
  number: string | null;
  title: Localized;
  startsAt: string | null;
  endsAt: string | null;
  outcome?: string | null;
  presentedBy: Holder;
  presenterGroup: Localized | null;
  presenters: { nodes: { presenter: Holder; group: Localized | null }[] };
}

export interface Attendee extends Sourced {
  position: number;
  participant: Holder;
  onBehalfOf?: { code: string; name: Localized } | null;
  groupLabel: Localized | null;
  headCount: number | null;
  post: Localized | null;
  role: string;
  status: string;
}

/** Day and hours, as exactly as they are known. */
export function when(of: { heldOn: string; startsAt: string | null; endsAt: string | null }): string {
  const hours = [hour(of.startsAt), hour(of.endsAt)].filter(Boolean).join(' – ');
  return [longDate(of.heldOn), hours].filter(Boolean).join(', ');
}

/** One venue, or each that a source names. */
export function Venues({ of }: { of: Venue[] }) {
  if (of.length === 0) return <NotOnRecord />;
  return (
    <ul>
      {of.map((venue) => (
        <li key={venue.id}>
          <Name of={venue.name} /> {venue.room && <Name of={venue.room} />}
          <Cite of={venue} />
          {venue.address && (
            <span className="muted">
              {' '}
              <Name of={venue.address} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Presenters({ of }: { of: Item }) {
  const shown = of.presenters.nodes.length > 0 ? of.presenters.nodes : of.presentedBy || of.presenterGroup ? [{ presenter: of.presentedBy, group: of.presenterGroup }] : [];
  if (shown.length === 0) return <NotOnRecord />;
  return shown.map((one, index) => (
    <span key={index}>
      {index > 0 && ' · '}
      <HolderLink of={one.presenter} group={one.group} />
    </span>
  ));
}

export function Agenda({ of, withOutcome }: { of: Item[]; withOutcome: boolean }) {
  return (
    <Table<Item>
      caption={word('agendaOf')}
      rows={of}
      keyOf={(item) => item.id}
      columns={[
        { title: word('number'), value: (item) => item.number ?? <span className="muted">–</span> },
        { title: word('time'), value: (item) => (item.startsAt ? <span className="nowrap">{[hour(item.startsAt), hour(item.endsAt)].filter(Boolean).join('–')}</span> : <NotOnRecord />) },
        {
          title: word('item'),
          isHead: true,
          value: (item) => (
            <span id={`item-${item.position}`}>
              <Name of={item.title} /> <Cite of={item} /> <OriginMark of={item} />
              <Conflicts of={item} />
            </span>
          ),
        },
        { title: word('presenter'), value: (item) => <Presenters of={item} /> },
        ...(withOutcome ? [{ title: word('outcome'), value: (item: Item) => (item.outcome ? <Badge>{label('AgendaOutcome', item.outcome)}</Badge> : <NotOnRecord />) }] : []),
      ]}
    />
  );
}

export function AttendanceTable({ of }: { of: Attendee[] }) {
  return (
    <Table<Attendee>
      caption={word('attendance')}
      rows={of}
      keyOf={(one) => one.id}
      columns={[
        {
          title: word('participant'),
          isHead: true,
          value: (one) => (
            <>
              <HolderLink of={one.participant} group={one.groupLabel} /> <Cite of={one} /> <OriginMark of={one} />
              {one.onBehalfOf && one.onBehalfOf.code !== one.participant?.code && (
                <span className="muted">
                  {' '}
                  (<InstitutionLink of={one.onBehalfOf} />)
                </span>
              )}
            </>
          ),
        },
        { title: word('post'), value: (one) => (one.post ? <Name of={one.post} /> : <span className="muted">–</span>) },
        { title: word('role'), value: (one) => label('AttendanceRole', one.role) },
        { title: word('heads'), isNumber: true, value: (one) => (one.headCount === null ? <NotOnRecord /> : word('people', { n: one.headCount })) },
        { title: word('status'), value: (one) => label('AttendanceStatus', one.status) },
      ]}
    />
  );
}
