// How pages of things say what they show, in the reader's language.

import { date, language, number } from '../../app/language';
import { labels } from './labels';
import { type Word, words } from './words';

/** A word of these pages; `{x}` in it is filled from `values`. */
export function word(key: Word, values: Record<string, string | number> = {}): string {
  const text = words[key][language() === 'ko' ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? number(value) : (value ?? '');
  });
}

/** What a reader calls the value of an enum. */
export function label(type: keyof typeof labels, value: string | null | undefined): string {
  if (!value) return '';
  const [ko, en] = (labels[type] as Record<string, readonly [string, string]>)[value] ?? [value, value];
  return language() === 'ko' ? ko : en;
}

/** Every value of an enum, to choose from. */
export function choices(type: keyof typeof labels): [string, string][] {
  return Object.keys(labels[type]).map((value) => [value, label(type, value)]);
}

/** From when to when, each end as exactly as it is known; a missing end stays open. */
export function span(from: string | null | undefined, to: string | null | undefined): string {
  if (!from && !to) return '';
  if (from === to) return date(from);
  return `${date(from)} – ${date(to)}`.trim();
}

const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Seoul', hour: '2-digit', minute: '2-digit' });

/** Time of day in Korea, as `14:00`. */
export function hour(value: string | null | undefined): string {
  return value ? clock.format(new Date(value)) : '';
}

const weekdays = { ko: new Intl.DateTimeFormat('ko-KR', { timeZone: 'UTC', weekday: 'short' }), en: new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short' }) };

/** A date with its day of the week, if the day is known. */
export function longDate(value: string | null | undefined): string {
  if (!value || value.length < 10) return date(value);
  const weekday = weekdays[language()].format(new Date(`${value.slice(0, 10)}T00:00:00Z`));
  return language() === 'ko' ? `${date(value)}(${weekday})` : `${weekday} ${date(value)}`;
}

/** Days from one date to another; null unless both are known to the day. */
export function daysBetween(from: string | null | undefined, to: string | null | undefined): number | null {
  if (!from || !to || from.length < 10 || to.length < 10) return null;
  return Math.round((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000);
}
