import { dictionary, number, share } from '../app/language';

const texts = dictionary(
  { none: '기록 없음', share: (part: string) => `${part}%`, chosen: '선택됨' },
  { none: 'Not on record', share: (part: string) => `${part}%`, chosen: 'chosen' },
);

export interface Bar {
  key: string;
  label: string;
  /** Null where it is not known. */
  count: number | null;
  /** Whether it stands for rows of which this is withheld or not given. */
  isMissing?: boolean;
}

interface BarsProps {
  rows: Bar[];
  label: string;
  /** What the bars are parts of. */
  total?: number;
  chosen?: string;
  choose?: (key: string) => void;
}

/** Counts as bars with their figures; each chooses what it stands for, where that filters something. */
export function Bars({ rows, label, total, chosen, choose }: BarsProps) {
  const t = texts();
  const most = Math.max(1, ...rows.map((row) => row.count ?? 0));
  return (
    <ul className="bars" aria-label={label}>
      {rows.map((row) => {
        const figure = row.count === null ? t.none : number(row.count);
        const part = total && row.count ? t.share(share(row.count, total, 1)) : '';
        const inner = (
          <>
            <span className="bar-label">{row.label}</span>
            <span className="bar-track" aria-hidden="true">
              <span className={row.isMissing ? 'bar-fill is-missing' : 'bar-fill'} style={{ width: `${((row.count ?? 0) / most) * 100}%` }} />
            </span>
            <span className={`bar-figure${row.count === null ? ' is-none' : ''}`}>
              {figure}
              {part && <small>{part}</small>}
            </span>
          </>
        );
        return (
          <li key={row.key}>
            {choose && !row.isMissing ? (
              <button type="button" className="bar-row" aria-pressed={chosen === row.key} onClick={() => choose(chosen === row.key ? '' : row.key)}>
                {inner}
              </button>
            ) : (
              <span className="bar-row">{inner}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
