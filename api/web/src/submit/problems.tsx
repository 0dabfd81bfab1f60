import type { MouseEvent } from 'react';

import { say } from '../app/language';
import { Badge } from '../app/ui';
import { address, NOTHING } from './cells';
import type { Indicator, Sheet } from './load';
import { Textarea } from './parts';
import { edit, useWork } from './store';
import { texts } from './texts';
import { anchor, cellName, expectation, valueText } from './words';

type Severity = 'ERROR' | 'WARNING' | 'INFO';

/** What is wrong somewhere: in the values as they are saved, or in a file. */
export interface Found {
  readonly severity: Severity;
  readonly rule: string;
  readonly message: string;
  /** Sheet and cell of a file: `합계`, `G5`. */
  readonly sheet?: string | null;
  readonly place?: string | null;
  /** Address of the cell in the form, where it is one. */
  readonly cell?: string | null;
  readonly indicator?: string | null;
  readonly value?: string | null;
  readonly nearest?: string | null;
  readonly isJustified: boolean;
}

/** Breaches of the same rule stand together. */
function groups(found: readonly Found[]): Found[][] {
  const by = new Map<string, Found[]>();
  for (const one of found) by.set(one.rule, [...(by.get(one.rule) ?? []), one]);
  return [...by.values()];
}

/** What several messages have in common: their beginning and end, with `…` for what differs. */
function common(messages: readonly string[]): string {
  const [first = '', ...rest] = messages;
  let start = 0;
  let end = 0;
  const all = (fits: (text: string) => boolean) => rest.every(fits);
  while (start < first.length && all((text) => text[start] === first[start])) start += 1;
  while (end < first.length - start && all((text) => text.length - end > start && text.at(-1 - end) === first.at(-1 - end))) end += 1;
  if (start + end >= first.length) return first;
  const tail = first.slice(first.length - end);
  // A name before a colon says nothing where there are several.
  return start === 0 ? tail.replace(/^[:\s]+/, '') : `${first.slice(0, start)}…${tail}`;
}

interface ProblemsProps {
  found: readonly Found[];
  sheet: Sheet;
  /** Level of the headings. */
  level: 3 | 4;
  /** Whether reasons may be typed: for values that are saved, in a state in which they may be changed. */
  takesReasons: boolean;
}

/** All that is wrong: errors, then warnings, then what is only to be known. */
export function Problems({ found, sheet, level, takesReasons }: ProblemsProps) {
  const t = texts();
  const of = (severity: Severity) => found.filter((one) => one.severity === severity);
  const [errors, warnings, infos] = [of('ERROR'), of('WARNING'), of('INFO')];
  const Heading = `h${level}` as const;
  return (
    <div className="problem-lists">
      {errors.length > 0 && (
        <section className="is-error">
          <Heading>{t.errors(errors.length)}</Heading>
          <p className="note">{t.errorsLead}</p>
          {groups(errors).map((group) => (
            <Group key={group[0]?.rule} group={group} sheet={sheet} />
          ))}
        </section>
      )}
      {warnings.length > 0 && (
        <section className="is-warning">
          <Heading>{t.warnings(warnings.length)}</Heading>
          <p className="note">{t.warningsLead}</p>
          {groups(warnings).map((group) => (
            <Group key={group[0]?.rule} group={group} sheet={sheet} />
          ))}
          {takesReasons && <Reasons of={warnings} sheet={sheet} />}
        </section>
      )}
      {infos.length > 0 && (
        <section className="is-info">
          <Heading>{t.infos(infos.length)}</Heading>
          {groups(infos).map((group) => (
            <Group key={group[0]?.rule} group={group} sheet={sheet} />
          ))}
        </section>
      )}
    </div>
  );
}

/** The heading of a column of the form, by its letter. Below `내역` the columns are indicators. */
function heading({ sheet: name, place }: Found, indicator: Indicator | undefined): string {
  const t = texts();
  const letter = place?.replace(/\d+$/, '') ?? '';
  if (name === '내역') return { A: t.region, B: t.size, C: t.industry }[letter] ?? (say(indicator?.name) || t.value);
  return t.sheetColumns[letter] ?? t.value;
}

/** One thing that is wrong, with the cells in which it is, as they stand in the sheet. */
function Group({ group, sheet }: { group: Found[]; sheet: Sheet }) {
  const t = texts();
  const [first] = group;
  if (!first) return null;
  const isFile = group.some(({ place }) => place);
  const one = (found: Found) => sheet.indicators.find(({ code }) => code === found.indicator);
  const headings = new Set(group.map((found) => heading(found, one(found))));
  const column = headings.size === 1 ? [...headings][0] : t.given;
  const message = common(group.map((found) => found.message));
  // About the file as a whole: there is no cell to show.
  if (group.every(({ place, cell, indicator }) => !place && !cell && !indicator)) return <p className="message">{message}</p>;
  const differs = group.some((found) => !found.message.endsWith(message));
  return (
    <div className="problem">
      <p className="message">
        {message} {group.length > 1 && <Badge>{t.times(group.length)}</Badge>} <span className="code">{first.rule}</span>
      </p>
      <div className="table-frame" tabIndex={0} role="region" aria-label={message}>
        <table className="mini">
          <thead>
            <tr>
              {isFile && <th scope="col">{t.row}</th>}
              <th scope="col">{t.indicator}</th>
              <th scope="col">{column}</th>
              <th scope="col">{t.expected}</th>
              {differs && <th scope="col">{t.advice}</th>}
            </tr>
          </thead>
          <tbody>
            {group.map((found) => {
              const indicator = one(found);
              const cell = found.cell ?? found.indicator ?? '';
              const name = cell ? cellName(cell, sheet) : '–';
              return (
                <tr key={`${found.sheet} ${found.place} ${found.cell} ${found.message}`}>
                  {isFile && (
                    <th scope="row" className="line">
                      {found.place?.replace(/^[A-Z]+/, '')}
                    </th>
                  )}
                  <td>
                    {!isFile || found.cell ? (
                      <a href={`#${anchor(cell)}-value`} onClick={(event) => jump(event, cell)}>
                        {name}
                        <span className="sr-only">: {t.goToCell}</span>
                      </a>
                    ) : (
                      name
                    )}
                  </td>
                  <td className={`wrong ${found.isJustified ? 'is-justified' : ''}`}>
                    {isFile && (
                      <span className="place">
                        {found.sheet} {found.place}
                        {headings.size > 1 && ` · ${heading(found, indicator)}`}
                      </span>
                    )}
                    <span className="value">{shown(found, indicator) || <em>{t.blank}</em>}</span>
                    {found.isJustified && <Badge tone="good">{t.justified}</Badge>}
                  </td>
                  <td>
                    {expectation(indicator)}
                    {found.nearest && <strong> {t.nearest(found.nearest)}</strong>}
                  </td>
                  {differs && <td>{found.message}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** What was given: exactly so where it cannot be read, readably where it can. */
function shown({ value, cell }: Found, indicator: Indicator | undefined): string {
  return cell && indicator ? valueText(value, indicator) : (value ?? '');
}

/** Goes to a cell of the form on the page, also where its parts are folded away. */
export function jump(event: MouseEvent, cell: string) {
  const row = document.getElementById(anchor(cell));
  if (!row) return;
  event.preventDefault();
  const details = row.closest('details');
  if (details) details.open = true;
  row.scrollIntoView({ block: 'center' });
  (row.querySelector<HTMLElement>('input, textarea') ?? row.querySelector<HTMLElement>('select'))?.focus({ preventScroll: true });
}

/** A box for each cell with warnings: the reason is the cell's comment. */
function Reasons({ of, sheet }: { of: readonly Found[]; sheet: Sheet }) {
  const t = texts();
  const { id } = sheet.submission;
  const { edits } = useWork(id);
  const cells = [...new Set(of.flatMap(({ cell }) => (cell ? [cell] : [])))];
  return (
    <div className="reasons">
      {cells.map((cell) => {
        const stored = sheet.stored.get(cell);
        const entry = edits.get(cell)?.entry ?? stored ?? NOTHING;
        const indicator = sheet.indicators.find(({ code }) => code === address(cell).indicator);
        return (
          <Textarea
            key={cell}
            label={t.reasonFor(cellName(cell, sheet))}
            hint={valueText(entry.value, indicator)}
            value={entry.comment}
            maxLength={2000}
            onChange={(event) => edit(id, cell, { ...entry, comment: event.target.value }, stored)}
          />
        );
      })}
    </div>
  );
}
