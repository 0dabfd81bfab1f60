/** How cells and values read. */

import { language, say, unit } from '../app/language';
import { address, type Entry, grouped, inWords, NOTHING } from './cells';
import type { Indicator, Sheet } from './load';
import { texts } from './texts';

export type Forms = Pick<Sheet, 'indicators' | 'regions' | 'industries'>;

export function indicatorOf(cell: string, { indicators }: Pick<Sheet, 'indicators'>): Indicator | undefined {
  const { indicator } = address(cell);
  return indicators.find((one) => one.code === indicator);
}

/** The part of a cell in words: 서울특별시 · 소기업. Empty for a total. */
export function partName(cell: string, { regions, industries }: Forms): string {
  const { region, size, industry } = address(cell);
  const t = texts();
  const named = (list: Forms['regions'], code: string) => say(list.find((one) => one.code === code)?.name) || code;
  const parts = [region && named(regions, region), size && (t.sizes[size as keyof typeof t.sizes] ?? size), industry && named(industries, industry)];
  return parts.filter(Boolean).join(' · ');
}

/** A cell in words: 지원 기업 수 (서울특별시). */
export function cellName(cell: string, sheet: Forms): string {
  const name = say(indicatorOf(cell, sheet)?.name) || address(cell).indicator;
  const part = partName(cell, sheet);
  return part ? `${name} (${part})` : name;
}

export function unitOf(indicator: Pick<Indicator, 'unit' | 'valueType'> | undefined): string {
  if (!indicator || indicator.unit === '-' || indicator.valueType === 'BOOLEAN' || indicator.valueType === 'TEXT') return '';
  return unit(indicator.unit);
}

/** A value with its unit, as it is read. */
export function valueText(value: string | null | undefined, indicator: Pick<Indicator, 'unit' | 'valueType'> | undefined): string {
  const t = texts();
  if (value === null || value === undefined || value === '') return '';
  if (value === 'true') return t.yes;
  if (value === 'false') return t.no;
  if (indicator?.valueType === 'TEXT') return value;
  const of = unitOf(indicator);
  const space = language() === 'en' && of && of !== '%' ? ' ' : '';
  return `${grouped(value)}${space}${of}`;
}

/** What a cell says, in one line. */
export function entryText(entry: Entry | undefined, indicator: Indicator | undefined): string {
  const t = texts();
  const { state, value, reason } = entry ?? NOTHING;
  if (state === 'VALUE') return valueText(value, indicator) || t.notYet;
  if (state === 'ZERO_CONFIRMED') return `${t.kinds[state]} (${valueText('0', indicator)})`;
  return reason ? `${t.kinds[state]}: ${reason}` : t.kinds[state];
}

/** What may stand in a cell: 정수, 0 이상, 단위 명. */
export function expectation(indicator: Indicator | undefined): string {
  const t = texts();
  if (!indicator) return '';
  const { valueType, decimals, minimum, maximum } = indicator;
  const kind =
    valueType === 'DECIMAL' || valueType === 'PERCENT'
      ? t.expects[valueType](decimals)
      : valueType === 'KRW' && indicator.unit !== '원'
        ? t.expects.INTEGER
        : t.expects[valueType];
  const isNumber = valueType !== 'TEXT' && valueType !== 'BOOLEAN';
  return [kind, isNumber && minimum !== null && t.from(grouped(minimum)), isNumber && maximum !== null && t.to(grouped(maximum))]
    .filter(Boolean)
    .join(', ');
}

/** A large amount in words, to find a zero too many: only in Korean, whose steps are 만 and 억. */
export function amountWords(entry: Entry, indicator: Indicator): string | undefined {
  if (language() !== 'ko' || entry.state !== 'VALUE' || ['TEXT', 'BOOLEAN'].includes(indicator.valueType)) return undefined;
  const words = inWords(entry.value);
  return words && `${words} ${unitOf(indicator)}`;
}

/** The id of a cell's row in the page, to jump to. */
export function anchor(cell: string): string {
  return `cell-${cell.replaceAll('/', '.')}`;
}
