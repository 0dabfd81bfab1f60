import { useLayoutEffect, useRef, useState } from 'react';

import { say } from '../app/language';
import { Badge, Name } from '../app/ui';
import { address, type Entry, type Field, grouped, isSame, NOTHING, plain, type ValueState } from './cells';
import type { Indicator, Problem, Sheet } from './load';
import { Input, Textarea } from './parts';
import { AddPart } from './parts-of';
import { discard, edit, insist, useWork } from './store';
import { texts } from './texts';
import { amountWords, anchor, cellName, entryText, expectation, partName, unitOf, valueText } from './words';

/** What the API told of cells that it did not take: by cell and field. */
export type Faults = ReadonlyMap<string, string>;

interface GridProps {
  sheet: Sheet;
  faults: Faults;
  onTyped: (cell: string) => void;
}

/** The form to be filled in: a row for each indicator, and below it its parts. */
export function Grid({ sheet, faults, onTyped }: GridProps) {
  const t = texts();
  const { edits } = useWork(sheet.submission.id);
  const cells = [...new Set([...sheet.stored.keys(), ...edits.keys()])];
  // Where there is something to be put right, the parts are not folded away.
  const asked = new Set([
    ...sheet.check.problems.filter((problem) => !problem.isJustified).map(({ cell }) => cell),
    ...sheet.submission.comments.nodes.filter(({ revision }) => revision === sheet.submission.revision).map(({ cell }) => cell),
  ]);
  return (
    <div className="sheet">
      <div className="sheet-head" aria-hidden="true">
        <span>{t.indicator}</span>
        <span className="is-number">{t.lastQuarter}</span>
        <span className="is-number">{t.target}</span>
        <span>{t.kind}</span>
        <span>{t.value}</span>
      </div>
      {sheet.indicators.map((indicator) => {
        const parts = cells.filter((cell) => cell !== indicator.code && address(cell).indicator === indicator.code).sort();
        const said = (cell: string) => edits.get(cell)?.entry ?? sheet.stored.get(cell);
        const kinds = [...new Set(parts.map(kindOf))].sort();
        const row = (cell: string) => <Row key={cell} cell={cell} indicator={indicator} sheet={sheet} faults={faults} onTyped={onTyped} />;
        const mayDivide = indicator.isByRegion || indicator.isBySize || indicator.isByIndustry;
        return (
          <div key={indicator.code} className="indicator">
            {row(indicator.code)}
            {mayDivide && (
              <details className="parts" open={parts.some((cell) => edits.has(cell) || asked.has(cell)) || undefined}>
                <summary>{parts.length > 0 ? t.parts(parts.length) : t.addPart}</summary>
                <div role="group" aria-label={t.partsOf(say(indicator.name))}>
                  {kinds.map((kind) => {
                    const own = parts.filter((cell) => kindOf(cell) === kind);
                    return (
                      <div key={kind} className="part-kind">
                        <p className="part-head">
                          <strong>{t.by(kind.split(' ').map((one) => t[one as 'region']).join(' × '))}</strong>{' '}
                          <Sum parts={own.map(said)} total={said(indicator.code)} indicator={indicator} />
                        </p>
                        {own.map(row)}
                      </div>
                    );
                  })}
                  <AddPart indicator={indicator} sheet={sheet} taken={cells} />
                </div>
              </details>
            )}
          </div>
        );
      })}
    </div>
  );
}

/** By what a part is divided: `region`, `region size`. */
function kindOf(cell: string): string {
  const at = address(cell);
  return (['region', 'size', 'industry'] as const).filter((kind) => at[kind]).join(' ');
}

/** What parts of one kind add up to, exactly, and whether that is the total. */
function Sum({ parts, total, indicator }: { parts: (Entry | undefined)[]; total: Entry | undefined; indicator: Indicator }) {
  const t = texts();
  if (indicator.aggregation !== 'SUM' || indicator.decimals > 0) return null;
  const whole = (entry: Entry | undefined) => {
    const text = entry?.state === 'VALUE' ? plain(entry.value) : '0';
    return /^-?\d{1,40}$/.test(text) ? BigInt(text) : undefined;
  };
  let sum = 0n;
  for (const part of parts) {
    const value = whole(part);
    if (value === undefined) return null;
    sum += value;
  }
  const wanted = whole(total);
  const difference = wanted === undefined ? undefined : sum - wanted;
  return (
    <>
      {t.sum(valueText(String(sum), indicator))}{' '}
      {difference !== undefined && (
        <Badge tone={difference === 0n ? 'good' : 'bad'}>
          {difference === 0n ? t.sumFits : t.sumDiffers(valueText(String(difference), indicator))}
        </Badge>
      )}
    </>
  );
}

interface RowProps extends GridProps {
  cell: string;
  indicator: Indicator;
}

function Row({ cell, indicator, sheet, faults, onTyped }: RowProps) {
  const t = texts();
  const { id } = sheet.submission;
  const typed = useWork(id).edits.get(cell);
  const stored = sheet.stored.get(cell);
  const entry = typed?.entry ?? stored ?? NOTHING;
  const isChanged = typed !== undefined && !isSame(typed.entry, stored);
  const isOvertaken = isChanged && !isSame(typed.over, stored);
  // Of a form that nobody has begun, all is lacking: that is no news at each cell.
  const problems = sheet.check.problems.filter((problem) => problem.cell === cell && !isChanged && sheet.submission.cellCount > 0);
  const comments = sheet.submission.status === 'RETURNED' ? commentsAt(cell, sheet) : [];
  const fault = (field: Field) => faults.get(`${cell} ${field}`) ?? (field === 'value' ? faults.get(cell) : undefined);
  const isPart = cell !== indicator.code;
  const name = isPart ? partName(cell, sheet) : say(indicator.name);
  const asksComment = problems.some(({ severity }) => severity === 'WARNING') || entry.comment !== '' || entry.evidenceNote !== '';
  const [isOpen, setOpen] = useState(false);
  const needsReason = entry.state === 'NOT_APPLICABLE' || entry.state === 'MISSING';
  const isBad = problems.some(({ severity }) => severity === 'ERROR') || [...faults.keys()].some((key) => key.split(' ')[0] === cell);

  const set = (changes: Partial<Entry>) => {
    edit(id, cell, { ...entry, ...changes }, stored);
    onTyped(cell);
  };
  const kinds = ['row', isPart && 'is-part', isChanged && 'is-changed', isBad ? 'is-bad' : problems.some((one) => !one.isJustified) && 'is-warned'];
  const last = sheet.last.get(cell);
  const target = isPart ? undefined : sheet.targets.get(indicator.code);
  return (
    <div className={kinds.filter(Boolean).join(' ')} id={anchor(cell)} role="group" aria-label={cellName(cell, sheet)}>
      <div className="name">
        <p>
          <strong>{name}</strong> {indicator.isRequired && !isPart && <span className="needed">{t.required}</span>}
          {isChanged && <Badge tone="info">{t.changed}</Badge>}
        </p>
        {!isPart && indicator.definition && (
          <p className="note">
            <Name of={indicator.definition} />
          </p>
        )}
        {!isPart && <p className="code">{indicator.code}</p>}
      </div>
      <p className={indicator.valueType === 'TEXT' ? 'last' : 'last is-number'}>
        <span className="tag">{t.lastQuarter}</span>
        {last ? entryText({ ...NOTHING, ...last, value: last.value ?? '' }, indicator) : <span className="muted">{t.noLast}</span>}
        {last && !sheet.isLastAccepted && <span className="note">{t.lastNotAccepted}</span>}
      </p>
      <p className="target is-number">
        <span className="tag">{t.target}</span>
        {target ? valueText(target, indicator) : <span className="muted">{isPart ? '' : t.noTarget}</span>}
      </p>
      <div className="kind">
        <label className="sr-only" htmlFor={`${anchor(cell)}-kind`}>
          {cellName(cell, sheet)}: {t.kind}
        </label>
        <select id={`${anchor(cell)}-kind`} value={entry.state} onChange={(event) => set({ state: event.target.value as ValueState })}>
          {(Object.keys(t.kinds) as ValueState[])
            .filter((kind) => kind !== 'ZERO_CONFIRMED' || !['TEXT', 'BOOLEAN'].includes(indicator.valueType))
            .map((kind) => (
              <option key={kind} value={kind}>
                {t.kinds[kind]}
              </option>
            ))}
        </select>
        {fault('state') && <span className="fault">{fault('state')}</span>}
      </div>
      <div className="entry">
        {needsReason ? (
          <Textarea
            label={
              <>
                <span className="sr-only">{cellName(cell, sheet)}: </span>
                {t.reason}
              </>
            }
            value={entry.reason}
            maxLength={2000}
            fault={fault('reason') ?? fault('value')}
            onChange={(event) => set({ reason: event.target.value })}
            isRequired
          />
        ) : (
          <Value cell={cell} indicator={indicator} entry={entry} sheet={sheet} fault={fault('value')} onChange={(value) => set({ value })} isBad={isBad} />
        )}
        <Problems of={problems} id={`${anchor(cell)}-problems`} />
        {comments.map((comment) => (
          <p key={comment.id} className="asked">
            <Badge tone="bad">{t.comments}</Badge> {comment.message}
          </p>
        ))}
        {isOvertaken && (
          <div className="overtaken">
            <p>{t.storedNow(entryText(stored, indicator))}</p>
            <button type="button" className="button" onClick={() => insist(id, [cell], sheet.stored)}>
              {t.keepMine}
            </button>
            <button type="button" className="button" onClick={() => discard(id, [cell])}>
              {t.takeStored}
            </button>
          </div>
        )}
        {asksComment || isOpen ? (
          <div className="asides">
            <Textarea
              label={
                <>
                  <span className="sr-only">{cellName(cell, sheet)}: </span>
                  {t.comment}
                </>
              }
              value={entry.comment}
              maxLength={2000}
              fault={fault('comment')}
              onChange={(event) => set({ comment: event.target.value })}
            />
            <Input
              label={
                <>
                  <span className="sr-only">{cellName(cell, sheet)}: </span>
                  {t.evidence}
                </>
              }
              value={entry.evidenceNote}
              placeholder={t.evidenceHint}
              maxLength={2000}
              fault={fault('evidenceNote')}
              onChange={(event) => set({ evidenceNote: event.target.value })}
            />
          </div>
        ) : (
          <button type="button" className="button link" onClick={() => setOpen(true)}>
            {t.commentAndEvidence}
            <span className="sr-only"> {cellName(cell, sheet)}</span>
          </button>
        )}
      </div>
    </div>
  );
}

/** The comments of the last return at a cell. */
export function commentsAt(cell: string | null, { submission }: Sheet) {
  return submission.comments.nodes.filter((comment) => comment.revision === submission.revision && comment.cell === cell);
}

function Problems({ of, id }: { of: readonly Problem[]; id: string }) {
  const t = texts();
  if (of.length === 0) return null;
  return (
    <ul className="problems" id={id}>
      {of.map((problem) => (
        <li key={problem.rule} className={problem.severity === 'ERROR' ? 'is-error' : 'is-warning'}>
          <Name of={problem.message} /> {problem.isJustified && <span className="note">({t.justified})</span>}
        </li>
      ))}
    </ul>
  );
}

interface ValueProps {
  cell: string;
  indicator: Indicator;
  entry: Entry;
  sheet: Sheet;
  fault: string | undefined;
  isBad: boolean;
  onChange: (value: string) => void;
}

function Value({ cell, indicator, entry, sheet, fault, isBad, onChange }: ValueProps) {
  const t = texts();
  const unit = unitOf(indicator);
  const [isTyping, setTyping] = useState(false);
  const amount = useRef<HTMLInputElement>(null);
  // Thousands are parted until somebody types; then all is selected again, as by Tab.
  useLayoutEffect(() => {
    if (isTyping) amount.current?.select();
  }, [isTyping]);
  const label = `${cellName(cell, sheet)}: ${t.value}${unit ? ` (${unit})` : ''}`;
  const at = anchor(cell);
  const described = [`${at}-hint`, fault && `${at}-fault`, isBad && `${at}-problems`].filter(Boolean).join(' ');
  const common = { 'id': `${at}-value`, 'aria-describedby': described, 'aria-invalid': fault || isBad ? true : undefined } as const;
  const isZero = entry.state === 'ZERO_CONFIRMED';
  const words = amountWords(entry, indicator);
  return (
    <div className="field">
      <label className="sr-only" htmlFor={`${at}-value`}>
        {label}
      </label>
      {indicator.valueType === 'BOOLEAN' ? (
        <select {...common} value={entry.value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{t.notYet}</option>
          <option value="true">{t.yes}</option>
          <option value="false">{t.no}</option>
        </select>
      ) : indicator.valueType === 'TEXT' ? (
        <textarea {...common} rows={2} maxLength={4000} value={entry.value} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <span className="amount">
          <input
            {...common}
            ref={amount}
            inputMode="decimal"
            autoComplete="off"
            maxLength={60}
            readOnly={isZero}
            value={isZero ? '0' : isTyping ? entry.value : grouped(entry.value)}
            onFocus={() => setTyping(true)}
            onBlur={() => {
              setTyping(false);
              if (entry.value !== plain(entry.value)) onChange(plain(entry.value));
            }}
            onChange={(event) => onChange(event.target.value)}
          />
          {unit && <span aria-hidden="true">{unit}</span>}
        </span>
      )}
      <span className="hint" id={`${at}-hint`}>
        {words ?? (cell === indicator.code ? expectation(indicator) : '')}
      </span>
      {fault && (
        <span className="fault" id={`${at}-fault`}>
          {fault}
        </span>
      )}
    </div>
  );
}
