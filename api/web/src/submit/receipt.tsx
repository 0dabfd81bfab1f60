import { number, quarter, time } from '../app/language';
import { Badge, Name } from '../app/ui';
import type { Receipt as Revision, Submission } from './load';
import { texts } from './texts';

/** Prints this and nothing else of the page. */
function print(id: string) {
  const root = document.documentElement;
  root.dataset.printing = 'receipt';
  const shown = document.getElementById(id);
  shown?.classList.add('is-printed');
  addEventListener(
    'afterprint',
    () => {
      delete root.dataset.printing;
      shown?.classList.remove('is-printed');
    },
    { once: true },
  );
  globalThis.print();
}

/** What proves that it was handed in, and what. */
export function Receipt({ of, submission }: { of: Revision; submission: Submission }) {
  const t = texts();
  const id = `receipt-${of.number}`;
  const rows: [string, React.ReactNode][] = [
    [t.receiptNumber, <strong className="code">{of.receipt}</strong>],
    [t.institution, <Name of={submission.institution?.name} />],
    [t.programme, <Name of={submission.programme?.name} />],
    [t.quarter, `${quarter(submission.quarter)} · ${t.revisionNumber(of.number)}`],
    [
      t.submittedAt,
      <>
        {time(of.submittedAt)} <Badge tone={of.isOnTime ? 'good' : 'warn'}>{of.isOnTime ? t.onTime : t.late}</Badge>
      </>,
    ],
    [
      t.submittedBy,
      <>
        <Name of={of.submittedByInstitution?.name} /> <span className="code">{of.submittedBy}</span>
      </>,
    ],
    [t.cellCount, of.isNil ? `${t.nil}: ${of.nilReason ?? ''}` : t.cells(number(of.cellCount))],
    [
      t.hash,
      <>
        <span className="hash">{of.contentHash.replace(/(.{8})(?=.)/g, '$1 ')}</span>
        <span className="note">{t.hashLead}</span>
      </>,
    ],
  ];
  return (
    <article className="receipt" id={id} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{t.receipt}</h3>
      <dl className="record">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="note">{t.printed}</p>
      <button type="button" className="button no-print" onClick={() => print(id)}>
        {t.print}
      </button>
    </article>
  );
}
