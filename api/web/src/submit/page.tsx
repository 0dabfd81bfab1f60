import './submit.css';

import { useState } from 'react';

import { say } from '../app/language';
import { useAddress } from '../app/router';
import { Loading, Page } from '../app/ui';
import { useLoad, useSession } from './ask';
import { Officer, Reviewer, Trouble } from './home';
import { Arrival } from './operations.graphql';
import { Dialog, Notice } from './parts';
import { Report } from './report';
import { SignIn } from './sign-in';
import { hasWork, signOut, useStore } from './store';
import { texts } from './texts';

/** Where officers hand a quarter in, and reviewers take it. */
export default function SubmitPage() {
  const t = texts();
  const { session, hasEnded } = useStore();
  const id = useAddress().searchParams.get('submission');
  const [hasLeft, setLeft] = useState(false);
  if (!session) {
    return (
      <Page title={t.signIn} heading={t.title} lead={t.intro}>
        <div className="entrance officer">
          <section className="panel" aria-labelledby="sign-in">
            <h2 id="sign-in">{t.signIn}</h2>
            <Notice told={hasLeft ? { tone: 'good', text: t.signedOut } : undefined} />
            <SignIn />
          </section>
          <section className="way-through" aria-labelledby="way-through">
            <h2 id="way-through">{t.wayThrough}</h2>
            <ol>
              {t.ways.map(([name, text]) => (
                <li key={name}>
                  <strong>{name}</strong>
                  <span>{text}</span>
                </li>
              ))}
            </ol>
          </section>
        </div>
      </Page>
    );
  }
  return (
    <Page title={t.title}>
      <div className="officer stack">
        {/* Of whoever signs in next, nothing of the last one's is shown. */}
        <Work key={session.id} id={id} onLeft={() => setLeft(true)} />
      </div>
      {hasEnded && (
        <Dialog title={t.expired}>
          <SignIn isDialog />
        </Dialog>
      )}
    </Page>
  );
}

function Work({ id, onLeft }: { id: string | null; onLeft: () => void }) {
  const t = texts();
  const session = useSession();
  const { data, failure, reload } = useLoad((who) => who.ask(Arrival, {}), 'arrival');
  const [asks, setAsks] = useState(false);
  if (!data) return failure ? <Trouble failure={failure} retry={reload} /> : <Loading />;
  const { institution, standing } = data.viewer;
  const leave = () => {
    onLeft();
    signOut();
  };
  const reviews = session.may('results:review') && standing === 'OPERATOR';
  return (
    <>
      <div className="who no-print">
        <p>
          {t.signedInAs(say(institution?.name))} <span className="code">{session.id}</span>
        </p>
        <button type="button" className="button" onClick={() => (hasWork() ? setAsks(true) : leave())}>
          {t.signOut}
        </button>
      </div>
      {asks && (
        <Dialog title={t.signOut} onClose={() => setAsks(false)}>
          <p>{t.leaveUnsaved}</p>
          <div className="row">
            <button type="button" className="button primary" onClick={() => setAsks(false)}>
              {t.stay}
            </button>
            <button type="button" className="button" onClick={leave}>
              {t.leaveAnyway}
            </button>
          </div>
        </Dialog>
      )}
      {id ? (
        <Report key={id} id={id} institution={institution?.code} />
      ) : (
        <>
          <div className="headline">
            <h1>{t.title}</h1>
            <p className="lead">{t.intro}</p>
          </div>
          {reviews && <Reviewer />}
          {session.may('results:submit') && institution && <Officer institution={institution.code} isBeside={reviews} />}
        </>
      )}
    </>
  );
}
