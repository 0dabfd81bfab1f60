import { type ReactNode, useId } from 'react';

import { exportAddress, graphiqlAddress, type Operation } from '../client';
import { date, dictionary, languageOf, type Localized, number, say, today } from '../language';
import { Link } from '../router';
import { Boundary } from './states';

const texts = dictionary(
  {
    table: '표로 보기',
    csv: 'CSV',
    json: 'JSON',
    query: 'GraphiQL에서 열기',
    address: (ending: string) => `API 주소 .${ending}`,
    illustrative: '예시 자료',
    illustrativeHint: '실제 사실이 아니라 화면을 보이기 위한 예시입니다.',
    asOf: (day: string) => `${day} 기준`,
    sources: '출처',
    conflicts: (n: string) => `출처끼리 다른 곳 ${n}`,
    scroll: '표, 좌우로 넘길 수 있음',
  },
  {
    table: 'As a table',
    csv: 'CSV',
    json: 'JSON',
    query: 'Open in GraphiQL',
    address: (ending: string) => `API address .${ending}`,
    illustrative: 'Illustrative data',
    illustrativeHint: 'Made up to show the page; no facts.',
    asOf: (day: string) => `As of ${day}`,
    sources: 'Sources',
    conflicts: (n: string) => `Where sources disagree: ${n}`,
    scroll: 'Table, scrolls sideways',
  },
);

/** A name in the reader's language; marked as Korean where there is no English one. */
export function Name({ of }: { of: Localized | null | undefined }) {
  return of ? <span lang={languageOf(of)}>{say(of)}</span> : null;
}

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'info' | 'accent';

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** The mark of rows that are made up. */
export function Illustrative() {
  const t = texts();
  return (
    <span className="badge illustrative" title={t.illustrativeHint}>
      {t.illustrative}
    </span>
  );
}

export interface Column<Row> {
  title: string;
  /** What is shown, and what a download holds unless `raw` says otherwise. */
  value: (row: Row) => ReactNode;
  raw?: (row: Row) => string | number | null;
  isNumber?: boolean;
  /** Heads its row. */
  isHead?: boolean;
}

interface TableProps<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  keyOf?: (row: Row, index: number) => string | number;
}

export function Table<Row>({ caption, columns, rows, keyOf = (_, index) => index }: TableProps<Row>) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={`${caption} – ${texts().scroll}`}>
      <table className="data">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={column.isNumber ? 'is-number' : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)}>
              {columns.map((column) => {
                const kind = column.isNumber ? 'is-number' : undefined;
                return column.isHead ? (
                  <th key={column.title} scope="row" className={kind}>
                    {column.value(row)}
                  </th>
                ) : (
                  <td key={column.title} className={kind}>
                    {column.value(row)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cell<Row>(column: Column<Row>, row: Row): string | number | null {
  if (column.raw) return column.raw(row);
  const value = column.value(row);
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

function save(name: string, type: string, text: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/**
 * Text that begins like a formula would be run by a spreadsheet: also behind white space or a line break, and in the
 * full width of East Asian keyboards.
 */
export function csvCell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' && /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function saveCsv<Row>(name: string, { columns, rows }: Pick<TableProps<Row>, 'columns' | 'rows'>) {
  const lines = [columns.map((column) => column.title), ...rows.map((row) => columns.map((column) => cell(column, row)))];
  // With a byte-order mark, or Excel takes Korean for something else.
  save(`${name}.csv`, 'text/csv;charset=utf-8', `\uFEFF${lines.map((line) => line.map(csvCell).join(',')).join('\r\n')}\r\n`);
}

export function saveJson<Row>(name: string, { columns, rows }: Pick<TableProps<Row>, 'columns' | 'rows'>) {
  const all = rows.map((row) => Object.fromEntries(columns.map((column) => [column.title, cell(column, row)])));
  save(`${name}.json`, 'application/json', `${JSON.stringify(all, null, 2)}\n`);
}

/** What a row says of where it comes from. */
export interface Cited {
  citations: { nodes: { document: { code: string; title: Localized } | null }[] };
  conflicts?: { totalCount: number };
}

/** The documents that rows rest on, each once, or who put them on record where no document is named. */
function Sources({ rows, recordedBy }: { rows: readonly Cited[]; recordedBy: string }) {
  const t = texts();
  const documents = new Map(rows.flatMap((row) => row.citations.nodes.flatMap(({ document }) => (document ? [[document.code, document] as const] : []))));
  const conflicts = rows.reduce((sum, row) => sum + (row.conflicts?.totalCount ?? 0), 0);
  return (
    <p className="tile-sources">
      <span>{t.sources}:</span>{' '}
      {[...documents.values()].map((one) => (
        <Link key={one.code} to={`/documents/${encodeURIComponent(one.code)}`}>
          <Name of={one.title} />
        </Link>
      ))}
      {documents.size === 0 && <span>{recordedBy}</span>}
      {conflicts > 0 && <Badge tone="warn">{t.conflicts(number(conflicts))}</Badge>}
    </p>
  );
}

interface TileProps<Row, Data, Variables> {
  /** Names the tile in addresses and downloads. */
  id: string;
  /** What the tile is about, in a word or two. */
  kicker: string;
  /** What it shows, as a sentence with its figure. */
  finding: ReactNode;
  /** Day of the figures; today if left out. */
  asOf?: string;
  /** What is counted and who is missing. */
  basis?: ReactNode;
  table?: TableProps<Row>;
  /** Where its figures come from; `only` names the fields of the root that are its own. */
  query?: { operation: Operation<Data, Variables>; variables: Variables; only?: readonly (keyof Data)[] };
  /** The list or statistic behind it, as the server gives it in files with an address. */
  file?: { name: string; args: Record<string, unknown> };
  /** Rows that name their documents, and who recorded what has none. */
  sources: { rows?: readonly Cited[]; recordedBy: string };
  isIllustrative?: boolean;
  isBusy?: boolean;
  width?: 'third' | 'half' | 'two-thirds' | 'full';
  children: ReactNode;
}

/** A finding with what shows it, what it rests on, its table, and its query. */
export function Tile<Row, Data, Variables>(props: TileProps<Row, Data, Variables>) {
  const { id, kicker, finding, asOf = today(), basis, table, query, file, sources, isIllustrative, isBusy, width = 'half', children } = props;
  const t = texts();
  const heading = useId();
  return (
    <section className={`tile ${width}`} id={id} aria-labelledby={heading} aria-busy={isBusy || undefined}>
      <header>
        <p className="kicker">
          {kicker}
          {isIllustrative && <Illustrative />}
        </p>
        <h3 className="finding" id={heading}>
          {finding}
        </h3>
      </header>
      <div className="body">
        <Boundary>{children}</Boundary>
      </div>
      <footer>
        <p className="basis">
          <span>{t.asOf(date(asOf))}</span>
          {basis}
        </p>
        <Sources rows={sources.rows ?? []} recordedBy={sources.recordedBy} />
        <div className="tools">
          {table && (
            <details>
              <summary>{t.table}</summary>
              <Table {...table} />
            </details>
          )}
          {table && (
            <>
              <button type="button" className="button link" onClick={() => saveCsv(id, table)}>
                {t.csv}
              </button>
              <button type="button" className="button link" onClick={() => saveJson(id, table)}>
                {t.json}
              </button>
            </>
          )}
          {file &&
            (['csv', 'json'] as const).map((ending) => (
              <a key={ending} href={exportAddress(file.name, file.args, ending)}>
                {t.address(ending)}
              </a>
            ))}
          {query && <a href={graphiqlAddress(query.operation, query.variables, query.only)}>{t.query}</a>}
        </div>
      </footer>
    </section>
  );
}
