import { dictionary, number } from '../app/language';

const texts = dictionary(
  { withheld: '비공개(3건 미만)', none: '기록 없음', share: (part: string) => `${part}%`, chosen: '선택됨' },
  { withheld: 'Withheld (under 3)', none: 'Not on record', share: (part: string) => `${part}%`, chosen: 'chosen' },
);

export interface Bar {
  key: string;
  label: string;
  /** Null where it is withheld or not known. */
  count: number | null;
  isHidden?: boolean;
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
        const figure = row.isHidden ? t.withheld : row.count === null ? t.none : number(row.count);
        const share = total && row.count ? t.share(number((row.count / total) * 100, 1)) : '';
        const inner = (
          <>
            <span className="bar-label">{row.label}</span>
            <span className="bar-track" aria-hidden="true">
              {row.isHidden ? (
                <span className="bar-fill is-withheld" />
              ) : (
                <span className="bar-fill" style={{ width: `${((row.count ?? 0) / most) * 100}%` }} />
              )}
            </span>
            <span className={`bar-figure${row.isHidden || row.count === null ? ' is-none' : ''}`}>
              {figure}
              {share && <small>{share}</small>}
            </span>
          </>
        );
        return (
          <li key={row.key}>
            {choose ? (
              <button type="button" className="bar" aria-pressed={chosen === row.key} onClick={() => choose(chosen === row.key ? '' : row.key)}>
                {inner}
              </button>
            ) : (
              <span className="bar">{inner}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
