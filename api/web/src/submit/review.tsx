import { type FormEvent, useState } from 'react';

import { number, say, today } from '../app/language';
import { Badge } from '../app/ui';
import { change, NOTHING, points } from './cells';
import { Asked, openRequest } from './extension';
import type { Sheet } from './load';
import { addDays, Button, Input, Textarea } from './parts';
import { comment, useWork } from './store';
import { texts } from './texts';
import { cellName, entryText, indicatorOf, partName, valueText } from './words';

/** Days that a returned submission has by default. */
const DAYS = 10;

interface ReadingProps {
  sheet: Sheet;
  /** Whether comments may be written at the cells. */
  mayComment: boolean;
  faults: ReadonlyMap<string, string>;
}

/** Values to be read: beside the last quarter and the target. */
export function Reading({ sheet, mayComment, faults }: ReadingProps) {
  const t = texts();
  const { submission, stored, last, targets, check } = sheet;
  if (submission.isNil)
    return (
      <p>
        {t.unread} {submission.nilReason}
      </p>
    );
  const order = new Map(sheet.indicators.map(({ code }, index) => [code, index]));
  const cells = [...new Set([...sheet.indicators.map(({ code }) => code), ...stored.keys()])].sort((a, b) => {
    const [one = '', other = ''] = [a.split('/')[0], b.split('/')[0]];
    return (order.get(one) ?? 0) - (order.get(other) ?? 0) || (a < b ? -1 : 1);
  });
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={t.values}>
      <table className="data reading">
        <thead>
          <tr>
            <th scope="col">{t.indicator}</th>
            <th scope="col" className="is-number">
              {t.value}
            </th>
            <th scope="col" className="is-number">
              {t.lastQuarter}
            </th>
            <th scope="col" className="is-number">
              {t.difference}
            </th>
            <th scope="col" className="is-number">
              {t.target}
            </th>
            <th scope="col" className="is-number">
              {t.rate}
            </th>
            <th scope="col">{mayComment ? t.comments : t.comment}</th>
          </tr>
        </thead>
        <tbody>
          {cells.map((cell) => {
            const indicator = indicatorOf(cell, sheet);
            const entry = stored.get(cell);
            const before = last.get(cell);
            const isTotal = cell === indicator?.code;
            const target = isTotal ? targets.get(cell) : undefined;
            const isShare = indicator?.valueType === 'PERCENT';
            const moved = (isShare ? points : change)(before?.value ?? undefined, entry?.value);
            const share = change(target, entry?.value);
            const kind = indicator?.valueType === 'TEXT' ? 'is-text' : 'is-number';
            const problems = check.problems.filter((problem) => problem.cell === cell && submission.cellCount > 0);
            return (
              <tr key={cell} className={isTotal ? undefined : 'is-part'}>
                <th scope="row">{isTotal ? say(indicator?.name) : partName(cell, sheet)}</th>
                <td className={kind} data-label={t.value}>
                  <strong>{entryText(entry, indicator)}</strong>
                </td>
                <td className={kind} data-label={t.lastQuarter}>{before ? entryText({ ...NOTHING, ...before, value: before.value ?? '' }, indicator) : '–'}</td>
                <td className="is-number" data-label={t.difference}>{moved === undefined ? '–' : `${moved > 0 ? '+' : ''}${number(moved, 1)}${isShare ? t.points : '%'}`}</td>
                <td className="is-number" data-label={t.target}>{target ? valueText(target, indicator) : '–'}</td>
                <td className="is-number" data-label={t.rate}>{share === undefined ? '–' : `${number(share + 100, 1)}%`}</td>
                <td className="said">
                  {problems.map((problem) => (
                    <p key={problem.rule} className={problem.severity === 'ERROR' ? 'is-error' : 'is-warning'}>
                      <Badge tone={problem.severity === 'ERROR' ? 'bad' : 'warn'}>{problem.rule}</Badge> {say(problem.message)}
                    </p>
                  ))}
                  {entry?.comment && <p>“{entry.comment}”</p>}
                  {entry?.evidenceNote && (
                    <p className="note">
                      {t.evidence}: {entry.evidenceNote}
                    </p>
                  )}
                  {mayComment && <Comment cell={cell} sheet={sheet} fault={faults.get(cell)} />}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What a reviewer asks to put right in a cell. */
function Comment({ cell, sheet, fault }: { cell: string; sheet: Sheet; fault: string | undefined }) {
  const t = texts();
  const { id } = sheet.submission;
  const text = useWork(id).comments.get(cell);
  const [isOpen, setOpen] = useState(text !== undefined);
  const name = cellName(cell, sheet);
  if (!isOpen)
    return (
      <button type="button" className="button link" onClick={() => setOpen(true)}>
        {t.addComment}
        <span className="sr-only">: {name}</span>
      </button>
    );
  return (
    <>
      <Textarea
        label={t.commentOn(name)}
        value={text ?? ''}
        maxLength={2000}
        fault={fault}
        autoFocus={text === undefined}
        onChange={(event) => comment(id, cell, event.target.value)}
      />
      <button
        type="button"
        className="button link"
        onClick={() => {
          comment(id, cell, '');
          setOpen(false);
        }}
      >
        {t.dropComment}
        <span className="sr-only">: {name}</span>
      </button>
    </>
  );
}

const VERBS = ['startReview', 'return', 'accept', 'reopen', 'extend', 'declineExtension', 'restate'] as const;

export type Verb = (typeof VERBS)[number];

interface ReviewProps {
  sheet: Sheet;
  isBusy: boolean;
  faults: ReadonlyMap<string, string>;
  onDo: (verb: Verb, more: Record<string, string>) => void;
}

/** What a reviewer may do with it now. */
export function Review({ sheet, isBusy, faults, onDo }: ReviewProps) {
  const t = texts();
  const { id, viewerCan } = sheet.submission;
  const { comments } = useWork(id);
  const may = (verb: Verb) => viewerCan[verb].isAllowed;
  const fields = (form: HTMLFormElement) => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const doIt = (verb: Verb) => (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onDo(verb, fields(event.currentTarget));
  };
  const later = addDays(today(), DAYS);
  const button = (text: string, isPrimary = false) => (
    <div>
      <Button type="submit" kind={isPrimary ? 'primary' : ''} isOff={isBusy}>
        {text}
      </Button>
    </div>
  );
  const date = (name: string, label: string, hint?: string, value = later) => (
    <Input label={label} type="date" name={name} min={today()} defaultValue={value} hint={hint} fault={faults.get(name)} isRequired />
  );
  const reason = (name = 'reason', label = t.reason) => <Textarea label={label} name={name} maxLength={2000} fault={faults.get(name)} isRequired />;
  const asked = openRequest(sheet);
  if (!VERBS.some(may)) return null;
  return (
    <section className="panel review" aria-labelledby="reviewing">
      <h2 id="reviewing">{t.reviewing}</h2>
      {may('startReview') && (
        <form className="way" onSubmit={doIt('startReview')} noValidate>
          <p className="note">{t.next.toStart}</p>
          {button(t.startReview, !may('accept'))}
        </form>
      )}
      <div className="ways">
        {may('accept') && (
          <form className="way" onSubmit={doIt('accept')} noValidate>
            <h3>{t.accept}</h3>
            <p className="note">{t.acceptLead}</p>
            {comments.size > 0 && <p className="is-warning">{t.acceptWithComments}</p>}
            {button(t.acceptNow, true)}
          </form>
        )}
        {may('return') && (
          <form className="way" onSubmit={doIt('return')} noValidate>
            <h3>{t.return}</h3>
            <p className="note">{t.returnLead}</p>
            <p>{t.commentCount([...comments.keys()].filter(Boolean).length)}</p>
            <Textarea
              label={t.wholeComment}
              value={comments.get('') ?? ''}
              maxLength={2000}
              fault={faults.get('') ?? (faults.has('comments') && t.needComment)}
              onChange={(event) => comment(id, '', event.target.value)}
            />
            {date('dueOn', t.returnDue, t.returnDueLead)}
            {button(t.returnNow)}
          </form>
        )}
      </div>
      {may('reopen') && (
        <details>
          <summary>{t.reopen}</summary>
          <form className="way" onSubmit={doIt('reopen')} noValidate>
            <p className="note">{t.reopenLead}</p>
            {reason()}
            {date('dueOn', t.returnDue, t.returnDueLead)}
            {button(t.reopen)}
          </form>
        </details>
      )}
      {may('extend') && (
        <details key={asked?.id} open={asked !== undefined}>
          <summary>{t.extend}</summary>
          <form className="way" onSubmit={doIt('extend')} noValidate>
            {asked && <Asked of={asked} />}
            <p className="note">{t.extendLead}</p>
            {reason()}
            {date('expiresOn', t.extendUntil, t.returnDueLead, asked?.expiresOn)}
            {button(t.extend)}
          </form>
        </details>
      )}
      {may('declineExtension') && asked && (
        <details>
          <summary>{t.declineExtension}</summary>
          <form className="way" onSubmit={doIt('declineExtension')} noValidate>
            <Asked of={asked} />
            {reason('reason', t.declineReason)}
            {button(t.declineExtension)}
          </form>
        </details>
      )}
      {may('restate') && (
        <details>
          <summary>{t.restate}</summary>
          <form className="way" onSubmit={doIt('restate')} noValidate>
            <p className="note">{t.restateLead}</p>
            {reason()}
            {reason('publicNote.ko', t.publicNote)}
            {reason('publicNote.en', t.publicNoteEn)}
            {button(t.restate)}
          </form>
        </details>
      )}
    </section>
  );
}
