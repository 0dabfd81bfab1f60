import { useId, useRef, useState } from 'react';

import { number, say, time } from '../app/language';
import { run, useSession } from './ask';
import type { Sheet } from './load';
import { RemoveEvidence } from './operations.graphql';
import { Button, Notice, sentence, type Told } from './parts';
import { handOver, trouble } from './session';
import { answered, interrupt, keyOf } from './store';
import { texts } from './texts';

/** Evidence files of a submission: read by who sees it, attached and taken off by who may save its values. */
export function Evidence({ sheet, mayWrite, reload }: { sheet: Sheet; mayWrite: boolean; reload: () => Promise<unknown> }) {
  const t = texts();
  const session = useSession();
  const { id, version, files } = sheet.submission;
  const [told, setTold] = useState<Told>();
  const [of, setOf] = useState('');
  const [isBusy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const name = useId();

  async function work(text: string, action: () => Promise<Told>) {
    if (isBusy) return;
    setBusy(true);
    setTold({ tone: 'info', text });
    try {
      setTold(await action());
    } catch (failure) {
      if (trouble(failure) === 'CREDENTIALS') interrupt();
      if (trouble(failure) === 'CONFLICT') await reload();
      setTold({ tone: 'bad', text: sentence(failure, t) });
    }
    setBusy(false);
  }

  const attach = (file: File) =>
    work(t.savingFile(file.name), async () => {
      const query = of ? `?${new URLSearchParams({ indicator: of })}` : '';
      const path = `/submissions/${id}/files/${encodeURIComponent(file.name)}${query}`;
      const call = JSON.stringify([path, file.size, file.lastModified, version]);
      await session.put(path, file, { 'Idempotency-Key': keyOf(call), 'If-Match': `"${version}"` });
      answered(call);
      await reload();
      return { tone: 'good', text: t.attached(file.name) };
    });

  const remove = (file: (typeof files.nodes)[number]) => {
    if (!confirm(t.removeFileSure(file.name))) return;
    void work(t.loading, async () => {
      const done = await run(session, RemoveEvidence, { id, expectedVersion: version, file: file.id });
      await reload();
      const [error] = done.errors;
      return error ? { tone: 'bad', text: error.message } : { tone: 'good', text: t.removedFile(file.name) };
    });
  };

  const download = (path: string, called: string) =>
    work(t.loading, async () => {
      handOver(await session.download(path, called));
      return { tone: 'good', text: t.downloaded(called) };
    });

  return (
    <section className="panel evidence" aria-labelledby={`${name}-title`} aria-busy={isBusy || undefined}>
      <h2 id={`${name}-title`}>{t.evidenceFiles}</h2>
      {mayWrite && <p className="note no-print">{t.evidenceLead}</p>}
      {files.nodes.length === 0 && <p>{t.noEvidence}</p>}
      <ul className="plain">
        {files.nodes.map((file) => (
          <li key={file.id}>
            <Button kind="link" isOff={isBusy} onClick={() => download(file.downloadPath, file.name)}>
              {file.name}
            </Button>{' '}
            {file.indicator ? say(file.indicator.name) : t.whole}{' '}
            <span className="note">
              {number(Math.ceil(file.byteSize / 1024))} KiB · {file.addedBy} · {time(file.addedAt)}
            </span>{' '}
            {mayWrite && (
              <Button kind="link" isOff={isBusy} onClick={() => remove(file)}>
                {t.removeFile}
                <span className="sr-only">: {file.name}</span>
              </Button>
            )}
          </li>
        ))}
      </ul>
      {mayWrite && (
        <div className="row-of-fields no-print">
          <div className="field">
            <label htmlFor={`${name}-of`}>{t.evidenceOf}</label>
            <select id={`${name}-of`} value={of} onChange={(event) => setOf(event.target.value)}>
              <option value="">{t.whole}</option>
              {sheet.indicators.map((indicator) => (
                <option key={indicator.code} value={indicator.code}>
                  {say(indicator.name)}
                </option>
              ))}
            </select>
          </div>
          <Button isOff={isBusy} onClick={() => input.current?.click()}>
            {t.attach}
          </Button>
          <input
            ref={input}
            type="file"
            hidden
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              if (file) void attach(file);
              event.target.value = '';
            }}
          />
        </div>
      )}
      <Notice told={told} />
    </section>
  );
}
