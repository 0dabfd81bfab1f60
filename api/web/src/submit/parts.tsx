import { type ButtonHTMLAttributes, type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes, useEffect, useId, useRef } from 'react';

import { date, language } from '../app/language';
import { Badge, type Tone } from '../app/ui';
import { Failure } from './session';
import { texts } from './texts';

type Texts = ReturnType<typeof texts>;

/** What went wrong, in a sentence that says what to do. */
export function sentence(failure: unknown, t: Texts = texts()): string {
  if (!(failure instanceof Failure)) return t.away;
  switch (failure.trouble) {
    case 'AWAY':
      return t.away;
    case 'BUSY':
      return t.busy(failure.wait);
    case 'CREDENTIALS':
      return t.wrongCredentials;
    case 'SCOPE':
      return failure.message || t.notAllowed;
    case 'MISSING':
      return t.notFound;
    case 'CONFLICT':
      return t.conflictDone;
    default:
      return failure.message || t.away;
  }
}

export interface Told {
  readonly tone: 'good' | 'bad' | 'info';
  readonly text: ReactNode;
}

/**
 * A message about what was just done. It is read out when it appears: what failed at once, the rest when the
 * reader pauses. The two regions are always there, for a region that comes with its text is often not read.
 */
export function Notice({ told, children, onClose }: { told: Told | undefined; children?: ReactNode; onClose?: () => void }) {
  const isBad = told?.tone === 'bad';
  return (
    <div className="notices">
      <div role="alert">{isBad && <Message told={told} onClose={onClose}>{children}</Message>}</div>
      <div role="status">{told && !isBad && <Message told={told} onClose={onClose}>{children}</Message>}</div>
    </div>
  );
}

function Message({ told, children, onClose }: { told: Told; children?: ReactNode; onClose?: () => void }) {
  return (
    <div className={`notice ${told.tone}`}>
      <p>{told.text}</p>
      {onClose && (
        <button type="button" className="close" aria-label={texts().close} onClick={onClose}>
          ✕
        </button>
      )}
      {children}
    </div>
  );
}

/** A button. While there is nothing for it to do it does nothing, but keeps the focus of whoever works by keyboard. */
export function Button({ isOff, kind = '', onClick, ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { isOff?: boolean; kind?: string }) {
  return (
    <button
      type="button"
      {...rest}
      className={`button ${kind}`}
      aria-disabled={isOff || undefined}
      onClick={(event) => {
        if (isOff) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}

/** As a `ref`: takes the focus when it appears. */
export function takeFocus(element: HTMLElement | null) {
  element?.focus();
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  fault?: ReactNode;
  isRequired?: boolean;
}

/** The ids by which a field is described, and what describes it. */
function useDescription({ hint, fault }: FieldProps) {
  const id = useId();
  const ids = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  const described = { 'id': id, 'aria-describedby': ids || undefined, 'aria-invalid': fault ? true : undefined };
  const notes = (
    <>
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {fault && (
        <span className="fault" id={`${id}-fault`}>
          {fault}
        </span>
      )}
    </>
  );
  return { id, described, notes };
}

export function Input(props: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  const { label, hint, fault, isRequired, ...rest } = props;
  const { id, described, notes } = useDescription({ label, hint, fault });
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input {...rest} {...described} aria-required={isRequired || undefined} />
      {notes}
    </div>
  );
}

export function Textarea(props: FieldProps & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const { label, hint, fault, isRequired, ...rest } = props;
  const { id, described, notes } = useDescription({ label, hint, fault });
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea rows={2} {...rest} {...described} aria-required={isRequired || undefined} />
      {notes}
    </div>
  );
}

/** Something that opens over the page and keeps the focus until it is done. */
export function Dialog({ title, children, onClose }: { title: string; children: ReactNode; onClose?: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="officer-dialog"
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
    >
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
  );
}

const TONES: Record<string, Tone> = { NOT_STARTED: 'plain', DRAFT: 'info', SUBMITTED: 'accent', RETURNED: 'bad', ACCEPTED: 'good', FINAL: 'good' };

interface Standing {
  status: keyof Texts['statuses'];
  waitsFor: string;
  reviewStartedAt?: string | null;
  isNil?: boolean;
  isRestatement?: boolean;
}

/** Whether its quarter became final without it. */
export function isMissing({ status, waitsFor }: Standing): boolean {
  return waitsFor === 'NOBODY' && status !== 'FINAL' && status !== 'ACCEPTED';
}

export function Status({ of }: { of: Standing }) {
  const t = texts();
  if (isMissing(of)) return <Badge tone="bad">{t.neverCame}</Badge>;
  const isInReview = of.status === 'SUBMITTED' && of.reviewStartedAt;
  return (
    <span className="marks">
      <Badge tone={TONES[of.status]}>{isInReview ? t.inReview : t.statuses[of.status]}</Badge>
      {of.isNil && <Badge>{t.nil}</Badge>}
      {of.isRestatement && <Badge tone="warn">{t.restatement}</Badge>}
    </span>
  );
}

const WEEKDAYS = { ko: ['일', '월', '화', '수', '목', '금', '토'], en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] };

export function weekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** A day with its weekday: 2026년 10월 12일(월), Mon 12 Oct 2026. */
export function dayOf(day: string): string {
  const name = WEEKDAYS[language()][weekday(day)];
  return language() === 'ko' ? `${date(day)}(${name})` : `${name} ${date(day)}`;
}

/** The day so many days later. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The last day of a quarter. */
export function endOf(quarter: string): string {
  const [year, part] = quarter.split('-Q').map(Number);
  return addDays(new Date(Date.UTC(year ?? 0, (part ?? 0) * 3, 1)).toISOString().slice(0, 10), -1);
}

/** The quarter before, or after. */
export function quarterBeside(quarter: string, by: -1 | 1): string {
  const [year = 0, part = 1] = quarter.split('-Q').map(Number);
  const at = year * 4 + (part - 1) + by;
  return `${Math.floor(at / 4)}-Q${(at % 4) + 1}`;
}
