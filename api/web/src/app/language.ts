// Korean or English: `?lang` decides, else what was chosen before, else the browser; Korean if it wants neither.

export type Language = 'ko' | 'en';

const key = 'aiplus:lang';

function isLanguage(value: unknown): value is Language {
  return value === 'ko' || value === 'en';
}

function find(): Language {
  const asked = new URLSearchParams(location.search).get('lang');
  if (isLanguage(asked)) return asked;
  try {
    const chosen = localStorage.getItem(key);
    if (isLanguage(chosen)) return chosen;
  } catch {
    // A browser may keep its storage closed.
  }
  return navigator.languages.map((one) => one.slice(0, 2)).find(isLanguage) ?? 'ko';
}

let current = find();

export function language(): Language {
  return current;
}

/** Takes the language of the address again; true if it is another one now. */
export function followLanguage(): boolean {
  const before = current;
  current = find();
  document.documentElement.lang = current;
  return before !== current;
}

export function rememberLanguage(chosen: Language) {
  try {
    localStorage.setItem(key, chosen);
  } catch {
    // Then the address alone tells.
  }
}

/** The texts of a page in both languages; one that is missing in either does not compile. */
export function dictionary<T extends object>(ko: T, en: NoInfer<T>): () => T {
  return () => (current === 'ko' ? ko : en);
}

export interface Localized {
  ko: string;
  en?: string | null;
}

/** A name in the reader's language, or in Korean where there is no other. */
export function say(name: Localized | null | undefined): string {
  if (!name) return '';
  return current === 'en' && name.en ? name.en : name.ko;
}

/** The language that `say` answers in. */
export function languageOf(name: Localized | null | undefined): Language {
  return current === 'en' && name?.en ? 'en' : 'ko';
}

const numbers = { ko: new Intl.NumberFormat('ko-KR'), en: new Intl.NumberFormat('en-GB') };

export function number(value: number, digits?: number): string {
  return digits === undefined
    ? numbers[current].format(value)
    : new Intl.NumberFormat(current === 'ko' ? 'ko-KR' : 'en-GB', { maximumFractionDigits: digits }).format(value);
}

/** The size of a file, in the unit that people read. */
export function bytes(value: number): string {
  return value < 1024 * 1024 ? `${number(value / 1024, 1)} KB` : `${number(value / 1024 / 1024, 1)} MB`;
}

/** A part in percent, without the sign. Only what is exactly none or all reads 0 or 100: else there are more digits. */
export function share(part: number, whole: number, digits = 0): string {
  const exact = whole > 0 ? (part / whole) * 100 : 0;
  for (let places = digits; places <= digits + 3; places += 1) {
    const rounded = Number(exact.toFixed(places));
    if ((rounded !== 0 || exact === 0) && (rounded !== 100 || exact === 100)) return number(rounded, places);
  }
  return exact < 50 ? '< 0.001' : '> 99.999';
}

/** A sum in KRW, which may be beyond what a number holds exactly: 12.3억 원, KRW 1.23 bn. */
export function krw(value: string): string {
  const won = Number(value);
  if (current === 'ko') {
    if (Math.abs(won) >= 1e12) return `${number(won / 1e12, 1)}조 원`;
    if (Math.abs(won) >= 1e8) return `${number(won / 1e8, 1)}억 원`;
    return Math.abs(won) >= 1e4 ? `${number(won / 1e4, 0)}만 원` : `${number(won)}원`;
  }
  if (Math.abs(won) >= 1e9) return `KRW ${number(won / 1e9, 2)} bn`;
  return Math.abs(won) >= 1e6 ? `KRW ${number(won / 1e6, 1)} m` : `KRW ${number(won)}`;
}

/** A figure of an indicator, which may be beyond what a number holds exactly. */
export function figure(value: string, unit: { valueType: string; decimals: number }): string {
  if (unit.valueType === 'KRW') return krw(value);
  if (unit.valueType === 'BOOLEAN' || unit.valueType === 'TEXT') return value;
  const text = Number(value).toLocaleString(current === 'ko' ? 'ko-KR' : 'en-GB', {
    minimumFractionDigits: unit.decimals,
    maximumFractionDigits: unit.decimals,
  });
  return unit.valueType === 'PERCENT' ? `${text}%` : text;
}

const units: Record<string, string> = {
  '원': 'KRW', '천원': 'KRW thousand', '백만원': 'KRW m', '억원': 'KRW 100 m', '명': 'people', '개사': 'companies', '개': 'items', '건': 'cases', '회': 'times', '일': 'days',
  '시간': 'hours', '분': 'minutes', '초': 'seconds', '점': 'points', '배': 'times', '대': 'units', '곳': 'places', '개소': 'sites', '팀': 'teams', '월': 'month', '년': 'year', '주': 'week',
};

/** A unit in the reader's language, as far as it is a common one: 건/일, cases/day. */
export function unit(text: string): string {
  if (current === 'ko') return text;
  const singular: Record<string, string> = { '일': 'day', '시간': 'hour', '명': 'person', '건': 'case', '개사': 'company' };
  return text
    .split('/')
    .map((part, index) => (index > 0 ? singular[part] : undefined) ?? units[part] ?? part)
    .join('/');
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date as exactly as it is known: `2026`, `2026-07`, `2026-07-01`. */
export function date(value: string | null | undefined): string {
  if (!value) return '';
  const [year, month, day] = value.slice(0, 10).split('-').map(Number);
  if (current === 'ko') {
    return [`${year}년`, month && `${month}월`, day && `${day}일`].filter(Boolean).join(' ');
  }
  return [day, month && months[month - 1], year].filter(Boolean).join(' ');
}

/** An instant in Korea's time. */
export function time(value: string | null | undefined): string {
  if (!value) return '';
  return new Intl.DateTimeFormat(current === 'ko' ? 'ko-KR' : 'en-GB', {
    timeZone: 'Asia/Seoul',
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(new Date(value));
}

/** Today in Korea, as `2026-07-01`. */
export function today(): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Seoul' }).format(new Date());
}

/** `2026-Q3` as 2026년 3분기 or Q3 2026. */
export function quarter(value: string | null | undefined): string {
  if (!value) return '';
  const [year, part] = value.split('-Q');
  return current === 'ko' ? `${year}년 ${part}분기` : `Q${part} ${year}`;
}
