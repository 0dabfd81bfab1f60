import { useCallback, useEffect, useRef, useState } from 'react';

import type { Operation } from '../app/client';
import { language } from '../app/language';
import { Failure, type Session, type UserError, trouble } from './session';
import { answered, interrupt, keyOf, useStore } from './store';

/** Who is signed in; these components are shown to nobody else. */
export function useSession(): Session {
  const { session } = useStore();
  if (session === undefined) throw new Error('Nobody is signed in.');
  return session;
}

/** Something to be loaded: what was there before stays until the new is, so that nothing jumps. */
export interface Loaded<Data> {
  readonly data: Data | undefined;
  readonly failure: unknown;
  readonly isLoading: boolean;
  /** Loads it again, and answers when it is there. */
  readonly reload: () => Promise<Data | undefined>;
}

export function useLoad<Data>(load: (session: Session) => Promise<Data>, key: string): Loaded<Data> {
  const { session } = useStore();
  const [shown, setShown] = useState<{ data?: Data; failure?: unknown; isLoading: boolean }>({ isLoading: true });
  const latest = useRef(0);
  const loader = useRef(load);
  loader.current = load;

  const reload = useCallback(async () => {
    if (session === undefined) return undefined;
    latest.current += 1;
    const turn = latest.current;
    setShown((before) => ({ ...before, isLoading: true }));
    try {
      const data = await loader.current(session);
      if (turn === latest.current) setShown({ data, isLoading: false });
      return data;
    } catch (failure) {
      if (trouble(failure) === 'CREDENTIALS') interrupt();
      if (turn === latest.current) setShown((before) => ({ ...before, failure, isLoading: false }));
      return undefined;
    }
    // The key stands for what is loaded; the language for the words in it.
  }, [session, key, language()]);

  useEffect(() => {
    void reload();
    return () => {
      // What comes now is for nobody.
      latest.current += 1;
    };
  }, [reload]);

  return { data: shown.data, failure: shown.failure, isLoading: shown.isLoading, reload };
}

interface Done {
  errors: readonly UserError[];
}

/**
 * Runs a mutation. The same call has the same idempotency key until its outcome is known, so that whoever tries
 * again after a broken connection does it once. What the API tells about the input is an answer, not a failure.
 */
export async function run<Result extends Done | null, Input extends { idempotencyKey: string }>(
  session: Session,
  operation: Operation<{ done: Result }, { input: Input }>,
  input: Omit<Input, 'idempotencyKey'>,
): Promise<NonNullable<Result>> {
  const call = JSON.stringify([operation.name, input]);
  try {
    const { done } = await session.ask(operation, { input: { ...input, idempotencyKey: keyOf(call) } as Input });
    answered(call);
    if (done === null) throw new Failure('AWAY');
    const conflict = done.errors.find((error) => error.code === 'CONFLICT');
    if (conflict) throw new Failure('CONFLICT', conflict.message);
    return done;
  } catch (failure) {
    if (trouble(failure) === 'CREDENTIALS') interrupt();
    throw failure;
  }
}
