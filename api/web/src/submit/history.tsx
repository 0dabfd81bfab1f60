import { useState } from 'react';

import { number, time } from '../app/language';
import { Badge, Loading, Name } from '../app/ui';
import { useLoad } from './ask';
import { NOTHING } from './cells';
import { Asked } from './extension';
import { type Change, difference, type Receipt as Revision, type Sheet } from './load';
import { dayOf, Notice, sentence } from './parts';
import { Receipt } from './receipt';
import { texts } from './texts';
import { cellName, entryText, indicatorOf } from './words';

/** What was handed in before, each with its receipt, and what differs from one to the next. */
export function History({ sheet }: { sheet: Sheet }) {
  const t = texts();
  const { submission } = sheet;
  const [shown, setShown] = useState<{ number: number; what: 'receipt' | 'difference' }>();
  const revisions = submission.revisions.nodes;
  const toggle = (number: number, what: 'receipt' | 'difference') =>
    setShown(shown?.number === number && shown.what === what ? undefined : { number, what });
  const open = revisions.find((one) => one.number === shown?.number);
  const earlier = submission.comments.nodes.filter(({ revision }) => submission.status !== 'RETURNED' || revision !== submission.revision);
  const decided = submission.extensionRequests.nodes.filter(({ status }) => status !== 'OPEN');
  return (
    <section className="panel" aria-labelledby="history">
      <h2 id="history">{t.history}</h2>
      {revisions.length === 0 && <p>{t.noHistory}</p>}
      {revisions.length > 0 && (
        <div className="table-frame" tabIndex={0} role="region" aria-label={t.history}>
          <table className="data">
            <thead>
              <tr>
                <th scope="col">{t.revision}</th>
                <th scope="col">{t.receiptNumber}</th>
                <th scope="col">{t.submittedAt}</th>
                <th scope="col">{t.timeliness}</th>
                <th scope="col">{t.state}</th>
                <th scope="col" className="is-number">
                  {t.cellCount}
                </th>
                <th scope="col">{t.see}</th>
              </tr>
            </thead>
            <tbody>
              {revisions.map((one) => (
                <tr key={one.id}>
                  <th scope="row">{t.revisionNumber(one.number)}</th>
                  <td className="code">{one.receipt}</td>
                  <td>{time(one.submittedAt)}</td>
                  <td>
                    <Badge tone={one.isOnTime ? 'good' : 'warn'}>{one.isOnTime ? t.onTime : t.late}</Badge>
                  </td>
                  <td>
                    <State of={one} isLast={one.number === submission.revision} isWaiting={submission.status === 'SUBMITTED'} />
                    {one.restatementReason && (
                      <p className="note">
                        {t.restatement}: {one.restatementReason}
                      </p>
                    )}
                  </td>
                  <td className="is-number">{one.isNil ? t.nil : number(one.cellCount)}</td>
                  <td>
                    <div className="row">
                      <button
                        type="button"
                        className="button link"
                        aria-expanded={shown?.number === one.number && shown.what === 'receipt'}
                        onClick={() => toggle(one.number, 'receipt')}
                      >
                        {t.receipt}
                        <span className="sr-only"> {t.revisionNumber(one.number)}</span>
                      </button>
                      {one.number > 1 && (
                        <button
                          type="button"
                          className="button link"
                          aria-expanded={shown?.number === one.number && shown.what === 'difference'}
                          onClick={() => toggle(one.number, 'difference')}
                        >
                          {t.compare}
                          <span className="sr-only"> {t.revisionNumber(one.number)}</span>
                        </button>
                      )}
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open && shown?.what === 'receipt' && <Receipt of={open} submission={submission} />}
      {open && shown?.what === 'difference' && <Difference key={open.number} sheet={sheet} number={open.number} />}
      {submission.extensions.nodes.length > 0 && (
        <>
          <h3>{t.extensions}</h3>
          <ul className="plain">
            {submission.extensions.nodes.map((one) => (
              <li key={one.id}>
                <strong>{t.extensionUntil(dayOf(one.expiresOn))}</strong> {one.reason}{' '}
                <span className="note">
                  <Name of={one.approvedByInstitution?.name} /> {time(one.createdAt)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {decided.length > 0 && (
        <>
          <h3>{t.extensionRequests}</h3>
          {decided.map((one) => (
            <Asked key={one.id} of={one} />
          ))}
        </>
      )}
      {earlier.length > 0 && (
        <>
          <h3>{t.earlierComments}</h3>
          <ul className="plain">
            {earlier.map((one) => (
              <li key={one.id}>
                <strong>{one.cell ? cellName(one.cell, sheet) : t.whole}</strong> {one.message}{' '}
                <span className="note">
                  {t.revisionNumber(one.revision)} · {time(one.createdAt)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function State({ of, isLast, isWaiting }: { of: Revision; isLast: boolean; isWaiting: boolean }) {
  const t = texts();
  if (of.acceptedAt && !of.supersededAt) return <Badge tone="good">{t.accepted}</Badge>;
  if (of.acceptedAt) return <Badge>{`${t.accepted} · ${t.superseded}`}</Badge>;
  return <Badge tone={isLast && isWaiting ? 'accent' : 'plain'}>{isLast && isWaiting ? t.pending : t.notAccepted}</Badge>;
}

function Difference({ sheet, number: to }: { sheet: Sheet; number: number }) {
  const t = texts();
  const { data, failure } = useLoad((session) => difference(session, sheet.submission.id, to - 1, to), `${sheet.submission.id} ${to}`);
  if (!data) return failure ? <Notice told={{ tone: 'bad', text: sentence(failure, t) }} /> : <Loading height="4rem" />;
  if (data.changes.length + data.files.length === 0) return <p>{t.sameValues}</p>;
  const text = (side: Change['before'], cell: string) =>
    side ? entryText({ ...NOTHING, state: side.state, value: side.value ?? '', reason: side.reason ?? '' }, indicatorOf(cell, sheet)) : '–';
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={t.compare}>
      <table className="data">
        <caption>{`${t.revisionNumber(to - 1)} → ${t.revisionNumber(to)}`}</caption>
        <thead>
          <tr>
            <th scope="col">{t.indicator}</th>
            <th scope="col">{t.before}</th>
            <th scope="col">{t.after}</th>
            <th scope="col">{t.comment}</th>
          </tr>
        </thead>
        <tbody>
          {data.changes.map(({ cell, before, after }) => (
            <tr key={cell}>
              <th scope="row">{cellName(cell, sheet)}</th>
              <td>{text(before, cell)}</td>
              <td>{text(after, cell)}</td>
              <td>{after?.comment ?? ''}</td>
            </tr>
          ))}
          {data.files.map(({ indicator, name, before, after }) => (
            <tr key={`${indicator ?? ''} ${name}`}>
              <th scope="row">
                {t.evidenceFiles}: {indicator ? cellName(indicator, sheet) : t.whole}
              </th>
              <td>{before ? name : '–'}</td>
              <td>{after ? name : '–'}</td>
              <td>{before && after ? t.replacedFile : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.isTruncated && <p className="note">{t.truncated}</p>}
    </div>
  );
}
