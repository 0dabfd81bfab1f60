import { useCallback, useEffect, useState } from 'react';

import { type Answer, Failure, type GraphQLFault, type Operation, send } from './client';
import { language } from './language';

export type Asked<Data> =
  | { state: 'loading'; data?: undefined; reload: () => void }
  | { state: 'failed'; failure: Failure; data?: undefined; reload: () => void }
  /** `stale` says why there is nothing newer than what is shown. */
  | { state: 'ready'; data: Data; faults: GraphQLFault[]; isRefreshing: boolean; stale?: Failure; reload: () => void };

/** The last answers, so that going back shows at once what was seen before. */
const kept = new Map<string, Answer<unknown>>();
const most = 30;

/** What was sent ahead of the component that shows it. */
const early = new Map<string, Promise<Answer<unknown>>>();

const keyOf = (name: string, variables: unknown, token = '') => JSON.stringify([name, variables, token, language()]);

/** Sends now what a component is about to ask for. */
export function prime<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables) {
  const key = keyOf(operation.name, variables);
  const answer = send(operation, variables, { isPartial: true });
  early.set(key, answer);
  // Whoever takes it hears of a failure; what nobody took for a while is no longer what stands on the server.
  answer.catch(() => {});
  setTimeout(() => early.delete(key), 10_000);
}

/**
 * Asks when the component appears and when operation or variables change. Until the new answer is there the one
 * before stands, marked `isRefreshing`.
 */
export function useQuery<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  { token, isPartial = true }: { token?: string; isPartial?: boolean } = {},
): Asked<Data> {
  const key = keyOf(operation.name, variables, token);
  const [shown, setShown] = useState<{ key: string; answer?: Answer<Data>; failure?: Failure }>({ key: '' });
  const [count, setCount] = useState(0);
  const reload = useCallback(() => setCount((before) => before + 1), []);

  useEffect(() => {
    const abort = new AbortController();
    const sent = early.get(key) as Promise<Answer<Data>> | undefined;
    early.delete(key);
    (sent ?? send(operation, variables, { token, isPartial, signal: abort.signal })).then(
      (answer) => {
        if (abort.signal.aborted) return;
        kept.delete(key);
        kept.set(key, answer);
        for (const old of kept.keys()) if (kept.size > most) kept.delete(old);
        setShown({ key, answer });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const failure = error instanceof Failure ? error : new Failure(String(error), 'NO_ANSWER');
        // What was asked for again stays as it was.
        setShown((before) => (before.key === key && before.answer ? { ...before, failure } : { key, failure }));
      },
    );
    return () => abort.abort();
    // The key stands for operation, variables and token.
  }, [key, count]);

  const stale = shown.key === key ? shown.failure : undefined;
  if (stale && !shown.answer) return { state: 'failed', failure: stale, reload };
  const answer = shown.key === key ? shown.answer : ((kept.get(key) as Answer<Data> | undefined) ?? shown.answer);
  if (!answer) return { state: 'loading', reload };
  return { state: 'ready', data: answer.data, faults: answer.faults, isRefreshing: shown.key !== key, stale, reload };
}
