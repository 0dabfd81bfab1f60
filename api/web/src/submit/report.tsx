import { useEffect, useRef, useState } from 'react';

import { quarter, say } from '../app/language';
import { Link, useTitle } from '../app/router';
import { Illustrative, Loading, Name } from '../app/ui';
import { run, useLoad, useSession } from './ask';
import { input, open, overtaken } from './cells';
import { Evidence } from './evidence';
import { AskExtension } from './extension';
import { Files } from './files';
import { commentsAt, type Faults, Grid } from './grid';
import { HandIn } from './hand-in';
import { History } from './history';
import { Trouble } from './home';
import { Deadline, Ladder, nextStep } from './ladder';
import { load, type Sheet } from './load';
import * as operations from './operations.graphql';
import { Button, Notice, sentence, Status, takeFocus, type Told } from './parts';
import { type Found, jump, Problems } from './problems';
import { Receipt } from './receipt';
import { Reading, Review, type Verb } from './review';
import { Failure, trouble, type UserError } from './session';
import { discard, forgetComments, saved, useWork } from './store';
import { texts } from './texts';
import { anchor, cellName } from './words';

const NO_FAULTS: Faults = new Map();

/** One submission: where it stands, its values, and what may be done with it. */
export function Report({ id, institution }: { id: string; institution: string | undefined }) {
  const t = texts();
  const { data: sheet, failure, isLoading, reload } = useLoad((session) => load(session, id), id);
  const title = sheet ? `${say(sheet.submission.programme?.name)} ${quarter(sheet.submission.quarter)}` : t.title;
  useTitle(title);
  return (
    <>
      <p className="crumb no-print">
        <Link to="/submit">← {t.back}</Link>
      </p>
      {!sheet && (failure ? <Trouble failure={failure} retry={reload} /> : <Loading />)}
      {sheet && (
        <>
          {failure !== undefined && <Trouble failure={failure} retry={reload} />}
          <Desk sheet={sheet} isLoading={isLoading} reload={reload} isOwn={sheet.submission.institution?.code === institution} />
        </>
      )}
    </>
  );
}

interface DeskProps {
  sheet: Sheet;
  isLoading: boolean;
  reload: () => Promise<Sheet | undefined>;
  isOwn: boolean;
}

function Desk({ sheet, isLoading, reload, isOwn }: DeskProps) {
  const t = texts();
  const session = useSession();
  const { submission, check, stored } = sheet;
  const { id, viewerCan } = submission;
  const work = useWork(id);
  const [told, setTold] = useState<Told>();
  const [faults, setFaults] = useState<Faults>(NO_FAULTS);
  const [isWorking, setWorking] = useState(false);
  const [receipt, setReceipt] = useState<string>();
  const heading = useRef<HTMLHeadingElement>(null);
  const isRefused = useRef(false);
  const isReviewer = session.may('results:review');
  const mayWrite = viewerCan.saveDraft.isAllowed;
  const isBusy = isWorking || isLoading;
  const unsaved = mayWrite ? open(work.edits, stored) : [];

  useEffect(() => heading.current?.focus(), []);
  useEffect(() => setFaults(NO_FAULTS), [work.comments]);
  // Once, when what was refused is drawn: to the first field that is to be put right.
  useEffect(() => {
    if (!isRefused.current || faults.size === 0) return;
    isRefused.current = false;
    document.querySelector<HTMLElement>('main [aria-invalid="true"]')?.focus();
  }, [faults]);
  // What is right now is no fault any more.
  const onTyped = (cell: string) => {
    if ([...faults.keys()].some((key) => key.split(' ')[0] === cell)) {
      setFaults(new Map([...faults].filter(([key]) => key.split(' ')[0] !== cell)));
    }
  };

  /** Does something, and tells how it went. Whatever fails, what is typed stays. */
  async function attempt(text: string, action: () => Promise<Told | undefined>) {
    if (isWorking) return;
    setWorking(true);
    setFaults(NO_FAULTS);
    setTold({ tone: 'info', text });
    try {
      setTold(await action());
    } catch (error) {
      if (trouble(error) === 'CONFLICT') {
        await reload();
        setTold({ tone: 'bad', text: unsaved.length > 0 ? t.conflict : t.conflictDone });
      } else {
        setTold({ tone: 'bad', text: sentence(error, t) });
      }
    }
    setWorking(false);
  }

  /** Puts what the API told of the input at its fields; what has none is told as a whole. */
  function refuse(errors: readonly UserError[], field: (path: readonly string[]) => string | undefined, text?: string): Told {
    const found = errors.map((error) => [field(error.path.slice(1)), error.message] as const);
    const at = new Map(found.filter((one): one is [string, string] => one[0] !== undefined));
    const rest = found.filter(([name]) => name === undefined).map(([, message]) => message);
    setFaults(at);
    isRefused.current = true;
    return { tone: 'bad', text: [text, ...new Set(rest)].filter(Boolean).join(' ') || t.correct };
  }

  /** Saves what is typed; answers the new version, or nothing if it was not taken. */
  async function store(): Promise<{ count: number } | Told> {
    const sent = unsaved.slice(0, 1000);
    const values = sent.map(([cell, { entry }]) => input(cell, entry));
    const done = await run(session, operations.SaveDraft, { id, expectedVersion: submission.version, values });
    if (done.errors.length > 0) {
      const cellAt = ([list, index, name]: readonly string[]) => {
        const cell = list === 'values' ? sent[Number(index)]?.[0] : undefined;
        return cell && (name === undefined || name === 'indicator' ? cell : `${cell} ${name}`);
      };
      return refuse(done.errors, cellAt, t.fieldErrors(new Set(done.errors.map(({ path }) => path[2])).size));
    }
    saved(id, sent);
    return { count: (done.created ?? 0) + (done.updated ?? 0) + (done.cleared ?? 0) };
  }

  const save = () =>
    attempt(t.saving, async () => {
      const done = await store();
      if ('tone' in done) return done;
      await reload();
      return { tone: 'good', text: t.savedNow(done.count) };
    });

  const submit = (isAttested: boolean) =>
    attempt(t.submitting, async () => {
      let { version } = submission;
      if (unsaved.length > 0) {
        const done = await store();
        if ('tone' in done) return done;
        const now = await reload();
        if (!now) throw new Failure('AWAY');
        version = now.submission.version;
      }
      const done = await run(session, operations.Submit, { id, expectedVersion: version, attestation: isAttested });
      return finish(done, (revision) => t.submitted(revision));
    });

  async function finish(
    done: { errors: readonly UserError[]; revision?: { receipt: string } | null },
    text: (receipt: string) => string,
  ): Promise<Told> {
    if (done.errors.length > 0) {
      await reload();
      // Broken rules stand at their cells and in the check already.
      const own = done.errors.filter(({ code }) => code !== 'RULE_BROKEN' && code !== 'COMMENT_NEEDED');
      const isField = own.some(({ path }) => path[1] !== 'id');
      return refuse(own, ([name]) => (name === 'id' ? undefined : name), isField ? t.correct : t.notReady);
    }
    setReceipt(done.revision?.receipt);
    await reload();
    return { tone: 'good', text: text(done.revision?.receipt ?? '') };
  }

  const nil = (reason: string) =>
    attempt(t.submitting, async () =>
      finish(await run(session, operations.ReportNil, { id, expectedVersion: submission.version, reason }), (number) => t.submitted(number)),
    );

  const recall = () =>
    attempt(t.submitting, async () => {
      const done = await run(session, operations.Recall, { id, expectedVersion: submission.version });
      setReceipt(undefined);
      return finish(done, () => t.recalled);
    });

  const askExtension = (reason: string, expiresOn: string) =>
    attempt(t.loading, async () => {
      const done = await run(session, operations.AskExtension, { id, expectedVersion: submission.version, reason, expiresOn });
      if (done.errors.length > 0) return refuse(done.errors, ([name]) => (name === 'id' ? undefined : name));
      await reload();
      return { tone: 'good', text: t.askedExtension };
    });

  const review = (verb: Verb, more: Record<string, string>) =>
    attempt(t.loading, async () => {
      const at = { id, expectedVersion: submission.version };
      const { reason = '', dueOn = '', expiresOn = '' } = more;
      const cells = [...work.comments.keys()];
      const comments = [...work.comments].map(([cell, message]) => ({ cell: cell || null, message }));
      const publicNote = { ko: more['publicNote.ko'] ?? '', en: more['publicNote.en'] || null };
      const [done, text] = await {
        startReview: async () => [await run(session, operations.StartReview, at), t.started] as const,
        accept: async () => [await run(session, operations.Accept, at), t.acceptedNow] as const,
        return: async () => [await run(session, operations.Return, { ...at, dueOn, comments }), t.returned] as const,
        reopen: async () => [await run(session, operations.Reopen, { ...at, reason, dueOn }), t.reopened] as const,
        extend: async () => [await run(session, operations.Extend, { ...at, reason, expiresOn }), t.extendedNow] as const,
        declineExtension: async () => [await run(session, operations.DeclineExtension, { ...at, reason }), t.declinedExtension] as const,
        restate: async () => [await run(session, operations.Restate, { ...at, reason, publicNote }), t.restated] as const,
      }[verb]();
      if (done.errors.length > 0) {
        const field = ([name, index, ...rest]: readonly string[]) => {
          if (name === 'comments') return index === undefined ? 'comments' : cells[Number(index)];
          return name === 'id' || name === undefined ? undefined : [name, index, ...rest].filter(Boolean).join('.');
        };
        return refuse(done.errors, field);
      }
      if (verb === 'return' || verb === 'accept') forgetComments(id);
      await reload();
      requestAnimationFrame(() => heading.current?.focus());
      return { tone: 'good', text };
    });

  const found = check.problems.map((one): Found => ({ ...one, message: say(one.message), severity: one.severity }));
  const conflicts = overtaken(work.edits, stored);
  const handedIn = submission.revisions.nodes.find((one) => one.receipt === receipt);
  const whole = submission.status === 'RETURNED' ? submission.comments.nodes.filter(({ revision }) => revision === submission.revision) : [];
  const mayReview = viewerCan.return.isAllowed;

  return (
    <div className="desk stack" aria-busy={isBusy || undefined}>
      <section className="panel top" aria-labelledby="report">
        <div className="headline">
          <p className="kicker">
            <Name of={submission.institution?.name} /> · {quarter(submission.quarter)}
          </p>
          <h1 id="report" ref={heading} tabIndex={-1}>
            <Name of={submission.programme?.name} />
          </h1>
          <p className="marks">
            <Status of={submission} />
            {submission.origin === 'ILLUSTRATIVE' && <Illustrative />}
          </p>
        </div>
        <Deadline of={sheet} />
        <Ladder of={submission} />
        <p className="next">
          <strong>{t.nextStep}</strong> {nextStep(submission, isReviewer, isOwn)}
        </p>
      </section>

      <Notice told={told} onClose={() => setTold(undefined)} />

      {handedIn && (
        <div id="receipt-now" ref={takeFocus} tabIndex={-1} className="panel">
          <Receipt of={handedIn} submission={submission} />
        </div>
      )}

      {whole.length > 0 && (
        <section className="panel asked-list" aria-labelledby="asked">
          <h2 id="asked">{t.comments}</h2>
          <p className="note">{t.commentsLead}</p>
          <ul className="plain">
            {[...commentsAt(null, sheet), ...whole.filter(({ cell }) => cell)].map((one) => (
              <li key={one.id}>
                {one.cell && mayWrite ? (
                  <a href={`#${anchor(one.cell)}`} onClick={(event) => jump(event, one.cell ?? '')}>
                    {cellName(one.cell, sheet)}
                  </a>
                ) : (
                  <strong>{one.cell ? cellName(one.cell, sheet) : t.whole}</strong>
                )}{' '}
                {one.message}
              </li>
            ))}
          </ul>
        </section>
      )}

      <section className="panel" aria-labelledby="values">
        <h2 id="values">{t.values}</h2>
        {isOwn && (
          <Files
            key={String(mayWrite)}
            sheet={sheet}
            mayUpload={mayWrite}
            onSaved={(text) => {
              void reload();
              if (text) setTold({ tone: 'good', text });
            }}
          />
        )}
        {mayWrite ? (
          <section aria-labelledby="by-hand">
            <h3 id="by-hand">{t.byHand}</h3>
            <p className="note">{t.byHandLead}</p>
            {sheet.isCut && <p className="is-warning">{t.tooMany}</p>}
            <Grid sheet={sheet} faults={faults} onTyped={onTyped} />
            <div className="save-bar no-print">
              <p role="status">
                {t.unsaved(unsaved.length)}
                {conflicts.length > 0 && ` · ${t.toDecide(conflicts.length)}`}
              </p>
              <Button kind="primary" isOff={isBusy || unsaved.length === 0} onClick={save}>
                {t.save}
              </Button>
              <Button


                isOff={isBusy || unsaved.length === 0}
                onClick={() => {
                  if (!confirm(t.undoSure(unsaved.length))) return;
                  discard(id);
                  setFaults(NO_FAULTS);
                }}
              >
                {t.undo}
              </Button>
            </div>
          </section>
        ) : (
          <>
            {isOwn && <p className="note">{say(viewerCan.saveDraft.reason) || t.readOnlyLead}</p>}
            <Reading sheet={sheet} mayComment={mayReview} faults={faults} />
          </>
        )}
      </section>

      <Evidence sheet={sheet} mayWrite={mayWrite} reload={reload} />

      {mayWrite && (
        <section className="panel" aria-labelledby="check">
          <h2 id="check" tabIndex={-1}>
            {t.check}
          </h2>
          {submission.cellCount === 0 ? (
            <p>{t.nothingStored}</p>
          ) : (
            <>
              <p className="note">{t.checkStored}</p>
              {found.length === 0 && <p className="is-well">{t.allWell}</p>}
              <Problems found={found} sheet={sheet} level={3} takesReasons />
            </>
          )}
        </section>
      )}

      {mayWrite && <HandIn sheet={sheet} asked={whole.length} unsaved={unsaved.length} isBusy={isBusy} faults={faults} onSubmit={submit} onNil={nil} />}

      {isOwn && <AskExtension sheet={sheet} isBusy={isBusy} faults={faults} onAsk={askExtension} />}

      {viewerCan.recall.isAllowed && (
        <section className="panel" aria-labelledby="recall">
          <h2 id="recall">{t.recall}</h2>
          <p className="note">{t.recallLead}</p>
          <Button isOff={isBusy} onClick={recall}>
            {t.recall}
          </Button>
        </section>
      )}

      {isReviewer && <Review sheet={sheet} isBusy={isBusy} faults={faults} onDo={review} />}

      <History sheet={sheet} />
    </div>
  );
}
