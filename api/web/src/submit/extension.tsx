import type { FormEvent } from 'react';

import { time, today } from '../app/language';
import { Badge, Name } from '../app/ui';
import type { Sheet } from './load';
import { addDays, Button, dayOf, Input, Textarea } from './parts';
import { texts } from './texts';

/** Days after the present deadline that are asked for unless another day is named. */
const DAYS = 14;

type Request = Sheet['submission']['extensionRequests']['nodes'][number];

/** The request that waits for a decision. */
export const openRequest = ({ submission }: Sheet): Request | undefined =>
  submission.extensionRequests.nodes.find(({ status }) => status === 'OPEN');

/** What was asked for, and what became of it. */
export function Asked({ of }: { of: Request }) {
  const t = texts();
  const tone = { OPEN: 'accent', GRANTED: 'good', DECLINED: 'bad', WITHDRAWN: 'plain' } as const;
  return (
    <p>
      <Badge tone={tone[of.status]}>{t.requestStatuses[of.status]}</Badge> <strong>{t.extensionUntil(dayOf(of.expiresOn))}</strong> {of.reason}{' '}
      <span className="note">
        {time(of.createdAt)}
        {of.decidedAt && (
          <>
            {' · '}
            <Name of={of.decidedByInstitution?.name} /> {time(of.decidedAt)} {of.decisionReason}
          </>
        )}
      </span>
    </p>
  );
}

interface AskProps {
  sheet: Sheet;
  isBusy: boolean;
  faults: ReadonlyMap<string, string>;
  onAsk: (reason: string, expiresOn: string) => void;
}

/** The officer's request for a later deadline. */
export function AskExtension({ sheet, isBusy, faults, onAsk }: AskProps) {
  const t = texts();
  const asked = openRequest(sheet);
  const { viewerCan, dueOn, locksOn, firstSubmittedAt } = sheet.submission;
  if (!viewerCan.requestExtension.isAllowed && !asked) return null;
  const deadline = firstSubmittedAt ? locksOn : dueOn;
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    onAsk(String(fields.get('reason')), String(fields.get('expiresOn')));
  };
  return (
    <section className="panel" aria-labelledby="ask-extension">
      <h2 id="ask-extension" tabIndex={-1}>
        {t.askExtension}
      </h2>
      {asked ? (
        <>
          <Asked of={asked} />
          <p className="note">{t.askedExtension}</p>
        </>
      ) : (
        <details open={faults.has('expiresOn') || undefined}>
          <summary>{t.askExtensionNow}</summary>
          <form className="way" onSubmit={ask} noValidate>
            <p className="note">{t.askExtensionLead}</p>
            <Textarea label={t.reason} name="reason" maxLength={2000} fault={faults.get('reason')} isRequired />
            <Input
              label={t.askedUntil}
              type="date"
              name="expiresOn"
              min={today()}
              defaultValue={addDays(deadline > today() ? deadline : today(), DAYS)}
              hint={t.returnDueLead}
              fault={faults.get('expiresOn')}
              isRequired
            />
            <div>
              <Button type="submit" isOff={isBusy}>
                {t.askExtension}
              </Button>
            </div>
          </form>
        </details>
      )}
    </section>
  );
}
