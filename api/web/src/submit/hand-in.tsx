import { useState } from 'react';

import { say } from '../app/language';
import type { Sheet } from './load';
import { Button, Textarea } from './parts';
import { texts } from './texts';

interface HandInProps {
  sheet: Sheet;
  unsaved: number;
  /** Comments of the review that it was returned with. */
  asked: number;
  isBusy: boolean;
  /** What the API told of the input, by field. */
  faults: ReadonlyMap<string, string>;
  onSubmit: (isAttested: boolean) => void;
  onNil: (reason: string) => void;
}

/** To hand it in: attested, or as a report of nothing. */
export function HandIn({ sheet, unsaved, asked, isBusy, faults, onSubmit, onNil }: HandInProps) {
  const t = texts();
  const { submission, check } = sheet;
  const [isAttested, setAttested] = useState(false);
  const [reason, setReason] = useState('');
  const { submit, reportNil } = submission.viewerCan;
  const open = check.problems.filter((one) => one.severity === 'WARNING' && !one.isJustified).length;
  const isAgain = submission.revision > 0;
  return (
    <section className="panel hand-in" aria-labelledby="hand-in">
      <h2 id="hand-in">{t.handIn}</h2>
      <p className="row" id="readiness">
        {submission.cellCount > 0 && check.errorCount > 0 && <a href="#check">{t.errors(check.errorCount)}</a>}
        {submission.cellCount > 0 && open > 0 && <a href="#check">{t.warnings(open)}</a>}
        {asked > 0 && <a href="#asked">{`${t.comments}: ${t.commentCount(asked)}`}</a>}
        {check.errorCount + open + asked === 0 && submission.cellCount > 0 && <span className="is-well">{t.allWell}</span>}
        {submission.cellCount === 0 && <span>{t.nothingStored}</span>}
        {unsaved > 0 && <span>{t.unsaved(unsaved)}</span>}
      </p>
      <label className="tick">
        <input
          type="checkbox"
          checked={isAttested}
          aria-invalid={faults.has('attestation') || undefined}
          aria-describedby={faults.has('attestation') ? 'attest-hint attest-fault' : 'attest-hint'}
          id="attest"
          onChange={(event) => setAttested(event.target.checked)}
        />
        <strong>{t.attest}</strong>
      </label>
      <p className="note" id="attest-hint">
        {t.attestLead}
      </p>
      {faults.has('attestation') && (
        <p className="fault" id="attest-fault">
          {faults.get('attestation')}
        </p>
      )}
      {!submit.isAllowed && submission.cellCount > 0 && submit.reason && (
        <p className="note" id="submit-why">
          {say(submit.reason)}
        </p>
      )}
      <Button kind="primary large" isOff={isBusy} aria-describedby="readiness" onClick={() => onSubmit(isAttested)}>
        {unsaved > 0 ? t.saveAndSubmit : isAgain ? t.submitAnew : t.submit}
      </Button>
      {reportNil.isAllowed && (
        <details>
          <summary>{t.reportNil}</summary>
          <div className="stack">
            <p className="note">{t.reportNilLead}</p>
            <Textarea
              label={t.nilReason}
              value={reason}
              maxLength={2000}
              fault={faults.get('reason')}
              onChange={(event) => setReason(event.target.value)}
              isRequired
            />
            <div>
              <Button isOff={isBusy} onClick={() => onNil(reason)}>
                {t.nilSubmit}
              </Button>
            </div>
          </div>
        </details>
      )}
    </section>
  );
}
