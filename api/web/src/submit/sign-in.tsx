import { type FormEvent, useRef, useState } from 'react';

import { Input, Notice, sentence } from './parts';
import { Failure, Session, trouble } from './session';
import { begin, useStore } from './store';
import { texts } from './texts';

/** Asks for id and secret. Where a session ended by itself it stands over the page, with the id filled in. */
export function SignIn({ isDialog = false }: { isDialog?: boolean }) {
  const t = texts();
  const { session } = useStore();
  const [faults, setFaults] = useState<{ id?: string; secret?: string }>({});
  const [failure, setFailure] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [isShown, setShown] = useState(false);
  const secretInput = useRef<HTMLDivElement>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    const form = event.currentTarget;
    const given = new FormData(form);
    const id = String(given.get('client_id') ?? '').trim();
    const secret = String(given.get('client_secret') ?? '').trim();
    setFaults({ id: id ? undefined : t.needId, secret: secret ? undefined : t.needSecret });
    setFailure(undefined);
    if (!id || !secret) {
      form.querySelector<HTMLInputElement>(`[name=${id ? 'client_secret' : 'client_id'}]`)?.focus();
      return;
    }
    setBusy(true);
    try {
      begin(await Session.start(id, secret));
    } catch (error) {
      setFailure(error);
      setBusy(false);
      secretInput.current?.querySelector('input')?.focus();
    }
  }

  const text = trouble(failure) === 'SCOPE' ? t.wrongScope : sentence(failure, t);
  const told = failure === undefined ? undefined : ({ tone: 'bad', text } as const);
  return (
    <form className="stack sign-in" onSubmit={submit} noValidate aria-busy={isBusy || undefined}>
      <p>{isDialog ? t.expiredLead : t.signInLead}</p>
      <Notice told={isBusy ? { tone: 'info', text: t.signingIn } : told}>
        {failure instanceof Failure && failure.requestId && <p className="note">{t.requestId(failure.requestId)}</p>}
      </Notice>
      <Input
        label={t.clientId}
        name="client_id"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={200}
        defaultValue={isDialog ? session?.id : undefined}
        fault={faults.id}
        isRequired
      />
      <div ref={secretInput}>
        <Input
          label={t.secret}
          name="client_secret"
          type={isShown ? 'text' : 'password'}
          autoComplete="current-password"
          spellCheck={false}
          maxLength={500}
          fault={faults.secret}
          isRequired
        />
      </div>
      <label className="tick">
        <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} />
        {t.showSecret}
      </label>
      <button type="submit" className="button primary">
        {t.signIn}
      </button>
      {!isDialog && (
        <details>
          <summary>{t.noAccount}</summary>
          <p>{t.noAccountHelp}</p>
        </details>
      )}
    </form>
  );
}
