import { type DragEvent, useId, useRef, useState } from 'react';

import { number } from '../app/language';
import { useSession } from './ask';
import type { Sheet } from './load';
import { Button, Notice, sentence, takeFocus, type Told } from './parts';
import { type Found, Problems } from './problems';
import { handOver, trouble } from './session';
import { answered, interrupt, keyOf } from './store';
import { texts } from './texts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const LARGEST = 20 * 1024 * 1024;

/** What the API tells of an uploaded file. */
interface FileReport {
  isSaved: boolean;
  counts: Record<keyof ReturnType<typeof texts>['counts'], number>;
  errorCount: number;
  warningCount: number;
  problems: (Omit<Found, 'place' | 'cell'> & { cell: string | null; address: string | null })[];
}

interface Taken {
  readonly file: File;
  readonly report: FileReport;
  /** Whether values have changed since its form was made. */
  readonly isStale: boolean;
}

function formatOf({ name }: File): 'xlsx' | 'csv' | undefined {
  return (/\.(xlsx|csv)$/i.exec(name)?.[1]?.toLowerCase() as 'xlsx' | 'csv' | undefined) ?? undefined;
}

/** The form as a file: down, and back up; checked first, saved when asked to. */
export function Files({ sheet, mayUpload, onSaved }: { sheet: Sheet; mayUpload: boolean; onSaved: (text: string) => void }) {
  const t = texts();
  const session = useSession();
  const { submission } = sheet;
  const [told, setTold] = useState<Told>();
  const [taken, setTaken] = useState<Taken>();
  const [isReplacing, setReplacing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();

  const of = new URLSearchParams({
    institution: submission.institution?.code ?? '',
    programme: submission.programme?.code ?? '',
    quarter: submission.quarter,
  });

  async function work(text: string, action: () => Promise<Told | undefined>) {
    if (isBusy) return;
    setBusy(true);
    setTold({ tone: 'info', text });
    try {
      setTold(await action());
    } catch (failure) {
      if (trouble(failure) === 'CREDENTIALS') interrupt();
      setTold({ tone: 'bad', text: sentence(failure, t) });
    }
    setBusy(false);
  }

  const download = (format: 'xlsx' | 'csv') =>
    work(t.downloading, async () => {
      const file = await session.download(`/export/submission.${format}?${of}`);
      handOver(file);
      return { tone: 'good', text: t.downloaded(file.name) };
    });

  function take(files: FileList | null | undefined) {
    const [file] = files ?? [];
    if (!file) return;
    setTaken(undefined);
    if ((files?.length ?? 0) > 1) return setTold({ tone: 'bad', text: t.oneFile });
    if (!formatOf(file)) return setTold({ tone: 'bad', text: t.wrongKind });
    if (file.size > LARGEST) return setTold({ tone: 'bad', text: t.tooLarge });
    void check(file, isReplacing);
  }

  const check = (file: File, replaces: boolean) =>
    work(t.checkingFile(file.name), async () => {
      const path = `/import/submission.${formatOf(file)}?${of}${replaces ? '&replace=true' : ''}`;
      const report = await session.upload<FileReport>(path, file, {});
      setTaken({ file, report, isStale: false });
      return undefined;
    });

  /** Saves it: for the version of which its form is, or over the one that is shown. */
  const save = ({ file, report, isStale }: Taken) =>
    work(t.savingFile(file.name), async () => {
      const path = `/import/submission.${formatOf(file)}?${of}&mode=save${isReplacing ? '&replace=true' : ''}`;
      const call = JSON.stringify([path, file.name, file.size, file.lastModified, isStale && submission.version]);
      const headers: Record<string, string> = { 'Idempotency-Key': keyOf(call) };
      if (isStale) headers['If-Match'] = `"${submission.version}"`;
      try {
        const saved = await session.upload<FileReport>(path, file, headers);
        answered(call);
        if (!saved.isSaved && saved.counts.rejected > 0) {
          setTaken({ file, report: saved, isStale });
          return { tone: 'bad', text: t.rejectedLead };
        }
      } catch (failure) {
        if (trouble(failure) !== 'CONFLICT') throw failure;
        answered(call);
        setTaken({ file, report, isStale: true });
        onSaved('');
        return { tone: 'bad', text: t.staleFile };
      }
      setTaken(undefined);
      onSaved(t.fileSaved(file.name));
      return undefined;
    });

  const mark = ({ file }: Taken) =>
    work(t.downloading, async () => {
      const marked = await session.marked(`/import/submission.xlsx?${of}`, file, XLSX);
      handOver(marked);
      return { tone: 'good', text: t.downloaded(marked.name) };
    });

  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (mayUpload && !isBusy) take(event.dataTransfer.files);
  };

  return (
    <section className="files" aria-labelledby={`${id}-files`} aria-busy={isBusy || undefined}>
      <h3 id={`${id}-files`}>{t.byFile}</h3>
      <div className="file-ways">
        <div className="down">
          <h4>{t.formDown}</h4>
          <p className="note">{t.formDownLead}</p>
          <div className="row">
            {(['xlsx', 'csv'] as const).map((format) => (
              <Button key={format} isOff={isBusy} onClick={() => download(format)}>
                <span aria-hidden="true">↓</span> {format === 'xlsx' ? t.excel : t.csv}
              </Button>
            ))}
          </div>
        </div>
        {mayUpload && (
          <div
            className={`drop ${isOver ? 'is-over' : ''}`}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={onDrop}
          >
            <h4>{t.formUp}</h4>
            <p>
              {t.drop}{' '}
              <Button kind="primary" isOff={isBusy} onClick={() => input.current?.click()}>
                {t.choose}
              </Button>
            </p>
            <input
              ref={input}
              type="file"
              hidden
              accept={`.xlsx,.csv,${XLSX},text/csv`}
              onChange={(event) => {
                take(event.target.files);
                // The same file, changed, may be chosen again.
                event.target.value = '';
              }}
            />
            <p className="note">{t.dropLead}</p>
            <label className="tick">
              <input
                type="checkbox"
                checked={isReplacing}
                onChange={(event) => {
                  setReplacing(event.target.checked);
                  if (taken) void check(taken.file, event.target.checked);
                }}
              />
              {t.replace}
            </label>
          </div>
        )}
      </div>
      <Notice told={told} />
      {taken && (
        <div className="file-result" ref={takeFocus} tabIndex={-1} role="group" aria-label={t.fileResult(taken.file.name)}>
          <h4>{t.fileResult(taken.file.name)}</h4>
          <p>{t.fileChecked}</p>
          <dl className="counts">
            {(Object.keys(t.counts) as (keyof typeof t.counts)[])
              .filter((key) => key === 'cells' || taken.report.counts[key] > 0)
              .map((key) => (
                <div key={key} className={key === 'rejected' ? 'is-bad' : ''}>
                  <dt>{t.counts[key]}</dt>
                  <dd>{number(taken.report.counts[key])}</dd>
                </div>
              ))}
          </dl>
          {taken.report.counts.rejected > 0 && <p className="fault">{t.rejectedLead}</p>}
          {taken.report.problems.length === 0 && <p>{t.allWell}</p>}
          <Problems
            found={taken.report.problems.map(({ cell, address, ...one }) => ({ ...one, place: cell, cell: address }))}
            sheet={sheet}
            level={4}
            takesReasons={false}
          />
          <div className="row">
            {taken.report.counts.rejected === 0 && (
              <Button kind="primary" isOff={isBusy} onClick={() => save(taken)}>
                {taken.isStale ? t.saveFileOver : t.saveFile}
              </Button>
            )}
            {formatOf(taken.file) === 'xlsx' && taken.report.problems.length > 0 && (
              <Button isOff={isBusy} onClick={() => mark(taken)}>
                {t.markedFile}
              </Button>
            )}
            <button type="button" className="button" onClick={() => setTaken(undefined)}>
              {t.dropFile}
            </button>
          </div>
        </div>
      )}
    </section>
  );
}
