import { say, today } from '../app/language';
import type { Sheet, Submission } from './load';
import { addDays, dayOf, endOf, isMissing, weekday } from './parts';
import { texts } from './texts';

const STEPS = ['write', 'submit', 'review', 'accept', 'final'] as const;

/** How many steps are done, and so which one is next. */
function done({ status }: Submission): number {
  return { NOT_STARTED: 0, DRAFT: 0, RETURNED: 0, SUBMITTED: 2, ACCEPTED: 4, FINAL: 5 }[status];
}

/** Where a submission stands among the steps that it goes through. */
export function Ladder({ of }: { of: Submission }) {
  const t = texts();
  const at = done(of);
  const words = { ...t.statuses, SUBMITTED: of.reviewStartedAt ? t.inReview : t.waitsForReview, ACCEPTED: t.waitsForFinal };
  const word = isMissing(of) ? t.neverCame : words[of.status];
  return (
    <ol className="ladder" aria-label={t.ladder}>
      {STEPS.map((step, index) => {
        const isCurrent = index === at;
        const kind = index < at ? 'is-done' : isCurrent ? (of.status === 'RETURNED' ? 'is-current is-returned' : 'is-current') : '';
        return (
          <li key={step} className={kind} aria-current={isCurrent ? 'step' : undefined}>
            <span className="dot" aria-hidden="true">
              {index < at ? '✓' : index + 1}
            </span>
            <span className="name">{t.steps[step]}</span>
            <span className="word">{index < at ? t.done : isCurrent ? word : t.later}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** What is to be done next, for whom it is shown. */
export function nextStep(of: Submission, isReviewer: boolean, isOwn: boolean): string {
  const { next } = texts();
  const isClosed = !of.isRestatement && today() > of.locksOn;
  if (isMissing(of)) return next.missing;
  switch (of.status) {
    case 'NOT_STARTED':
    case 'DRAFT':
      if (!isOwn) return next.partner;
      if (of.isRestatement) return next.restated;
      if (isClosed) return next.closed(dayOf(of.locksOn));
      return today() > of.dueOn ? next.late(dayOf(of.locksOn)) : next.write(dayOf(of.dueOn));
    case 'RETURNED':
      if (isOwn && isClosed) return next.closed(dayOf(of.locksOn));
      return isOwn ? next.returned(dayOf(of.returnDueOn ?? of.locksOn)) : next.partner;
    case 'SUBMITTED':
      if (isReviewer && isOwn) return next.ownToReview;
      if (isReviewer) return of.reviewStartedAt ? next.toReview : `${next.toReview} ${next.toStart}`;
      return of.reviewStartedAt ? next.reviewed : next.waits;
    case 'ACCEPTED':
      return next.accepted;
    case 'FINAL':
      return next.final;
  }
}

/** When it is due, and how that follows from rule, calendar and what was granted. */
export function Deadline({ of: { submission, holidays } }: { of: Sheet }) {
  const t = texts();
  const { programme, quarter, dueOn, originalDueOn, locksOn, returnDueOn, daysLeft, status, isRestatement } = submission;
  const isReturned = status === 'RETURNED' && returnDueOn;
  const shown = isReturned ? returnDueOn : dueOn;
  const end = endOf(quarter);
  const nominal = addDays(end, programme?.dueDays ?? 0);
  const day = weekday(nominal);
  const holiday = holidays.get(nominal);
  const because = holiday ? say(holiday) : (t.weekend[day] ?? t.dayOff);
  const isNow = ['NOT_STARTED', 'DRAFT', 'RETURNED'].includes(status) && !isMissing(submission);
  return (
    <div className="deadline">
      <p className="label">{isReturned ? t.returnDeadline : t.deadline}</p>
      <p className="day">
        {dayOf(shown)}
        {isNow && daysLeft !== null && (
          <strong className={daysLeft < 0 ? 'is-over' : daysLeft <= 7 ? 'is-near' : ''}>{t.daysLeft(daysLeft)}</strong>
        )}
      </p>
      {dueOn !== originalDueOn && !isReturned && <p>{t.extended(dayOf(dueOn))}</p>}
      {isNow && !isRestatement && today() <= locksOn && <p className="note">{t.locks(dayOf(locksOn))}</p>}
      <details>
        <summary>{t.rule}</summary>
        <p>
          {t.ruleDays(dayOf(end), programme?.dueDays ?? 0, dayOf(nominal))}{' '}
          {programme?.rollRule === 'NONE'
            ? t.ruleNoRoll
            : originalDueOn === nominal
              ? t.ruleKept
              : t.ruleMoved(because, dayOf(originalDueOn))}
        </p>
        {dueOn !== originalDueOn && <p>{t.extended(dayOf(dueOn))}</p>}
        <p className="note">{t.ruleLaw}</p>
        {submission.viewerCan.requestExtension.isAllowed && (
          <p>
            <a href="#ask-extension">{t.askExtensionNow}</a>
          </p>
        )}
      </details>
    </div>
  );
}
