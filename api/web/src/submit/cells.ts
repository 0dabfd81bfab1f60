/**
 * Cells of a form, without any page around them: addresses, what is typed over what is stored, and how values read.
 */

export type ValueState = 'VALUE' | 'ZERO_CONFIRMED' | 'NOT_APPLICABLE' | 'MISSING';

export type Size = 'SMALL_MERCHANT' | 'SMALL' | 'MEDIUM' | 'MID_MARKET';

/** What a cell says. Empty texts stand for what is not said. */
export interface Entry {
  readonly state: ValueState;
  readonly value: string;
  readonly reason: string;
  readonly comment: string;
  readonly evidenceNote: string;
}

export type Field = keyof Entry;

/** An address by codes, as the API writes it: `INDICATOR`, `INDICATOR/KR-11/SMALL/C`. */
export interface Address {
  readonly indicator: string;
  readonly region: string;
  readonly size: string;
  readonly industry: string;
}

/** What is typed, and which stored entry it was typed over: so that another's change is seen. */
export interface Edit {
  readonly entry: Entry;
  readonly over: Entry | undefined;
}

export type Entries = ReadonlyMap<string, Entry>;
export type Edits = ReadonlyMap<string, Edit>;

export const NOTHING: Entry = { state: 'VALUE', value: '', reason: '', comment: '', evidenceNote: '' };

export function address(cell: string): Address {
  const [indicator = '', region = '', size = '', industry = ''] = cell.split('/');
  return { indicator, region, size, industry };
}

export function cellOf({ indicator, region, size, industry }: Address): string {
  return region || size || industry ? [indicator, region, size, industry].join('/') : indicator;
}

/** Whether two entries say the same; a comma in a number says nothing. */
export function isSame(one: Entry | undefined, other: Entry | undefined): boolean {
  const [a, b] = [one ?? NOTHING, other ?? NOTHING];
  return (
    a.state === b.state &&
    plain(a.value) === plain(b.value) &&
    a.reason.trim() === b.reason.trim() &&
    a.comment.trim() === b.comment.trim() &&
    a.evidenceNote.trim() === b.evidenceNote.trim()
  );
}

/** Digits without the commas that part thousands; other texts, `1,2` among them, as they are. */
export function plain(value: string): string {
  const text = value.trim();
  return /^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text;
}

export function isEmpty(entry: Entry): boolean {
  return isSame(entry, NOTHING);
}

/** The edits that still say something else than what is stored, in the order in which they were typed. */
export function open(edits: Edits, stored: Entries): [string, Edit][] {
  return [...edits].filter(([cell, edit]) => !isSame(edit.entry, stored.get(cell)));
}

/** The edits over which somebody else has written since. */
export function overtaken(edits: Edits, stored: Entries): string[] {
  return open(edits, stored)
    .filter(([cell, edit]) => !isSame(edit.over, stored.get(cell)))
    .map(([cell]) => cell);
}

/** A cell as `saveSubmissionDraft` takes it. */
export function input(cell: string, entry: Entry) {
  const { indicator, region, size, industry } = address(cell);
  const at = { indicator, region: region || null, size: (size as Size) || null, industry: industry || null };
  if (isEmpty(entry)) return { ...at, clear: true };
  const hasValue = entry.state === 'VALUE' || entry.state === 'ZERO_CONFIRMED';
  return {
    ...at,
    state: entry.state,
    value: hasValue ? entry.value.trim() || null : null,
    reason: hasValue ? null : entry.reason.trim() || null,
    comment: entry.comment.trim() || null,
    evidenceNote: entry.evidenceNote.trim() || null,
  };
}

/** A value with its thousands parted, exact whatever its size. */
export function grouped(value: string): string {
  const found = /^([-+]?)(\d+)(\.\d+)?$/.exec(plain(value));
  if (found === null) return value;
  const [, sign = '', whole = '', fraction = ''] = found;
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ',') + fraction;
}

/** An amount as Koreans say it: `28억 3,000만`. Nothing where that is no shorter. */
export function inWords(value: string): string | undefined {
  const digits = plain(value);
  if (!/^\d{5,28}$/.test(digits)) return undefined;
  const parts: string[] = [];
  const units = ['', '만', '억', '조', '경', '해', '자'];
  for (let rest = digits, at = 0; rest !== ''; rest = rest.slice(0, -4), at += 1) {
    const part = Number(rest.slice(-4));
    if (part > 0) parts.unshift(grouped(String(part)) + units[at]);
  }
  return parts.length > 0 ? parts.join(' ') : undefined;
}

/** Two figures as numbers, for reading one beside the other; nothing where either is none. */
function both(before: string | undefined, now: string | undefined): [number, number] | undefined {
  const figures = [before, now].map((text) => (text?.trim() ? Number(plain(text)) : Number.NaN));
  return figures.every(Number.isFinite) ? (figures as [number, number]) : undefined;
}

/** The change from one figure to another, in percent. */
export function change(before: string | undefined, now: string | undefined): number | undefined {
  const [from, to] = both(before, now) ?? [0, 0];
  return from === 0 ? undefined : ((to - from) / Math.abs(from)) * 100;
}

/** How far two percentages are apart, in points. */
export function points(before: string | undefined, now: string | undefined): number | undefined {
  const found = both(before, now);
  return found && found[1] - found[0];
}
