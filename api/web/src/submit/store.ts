/**
 * What outlives a change of page or language: who is signed in, and what is typed but not saved. All of it is in
 * memory; a reload forgets it, and asks before.
 */

import { useSyncExternalStore } from 'react';

import { type Edit, type Edits, type Entry, isSame, NOTHING } from './cells';
import type { Session } from './session';

/** What is typed about one submission. */
export interface Work {
  readonly edits: Edits;
  /** A reviewer's comments by cell; `''` for the whole. */
  readonly comments: ReadonlyMap<string, string>;
}

interface State {
  readonly session: Session | undefined;
  /** Whether the session has ended by itself, so that the page asks to sign in again over what is there. */
  readonly hasEnded: boolean;
  readonly work: ReadonlyMap<string, Work>;
}

const EMPTY: Work = { edits: new Map(), comments: new Map() };
const NOBODY: State = { session: undefined, hasEnded: false, work: new Map() };

let state = NOBODY;
const listeners = new Set<() => void>();

function set(next: State) {
  state = next;
  for (const listener of listeners) listener();
}

function listen(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useStore(): State {
  return useSyncExternalStore(listen, () => state);
}

export function useWork(id: string): Work {
  return useStore().work.get(id) ?? EMPTY;
}

/** Signs in. What somebody else typed before is not kept for the next one. */
export function begin(session: Session) {
  const isSameClient = state.session?.id === session.id;
  set({ session, hasEnded: false, work: isSameClient ? state.work : new Map() });
}

export function interrupt() {
  if (state.session !== undefined && !state.hasEnded) set({ ...state, hasEnded: true });
}

export function signOut() {
  state.session?.end();
  keys.clear();
  set(NOBODY);
}

/** Whether anything is typed that is not saved. */
export function hasWork(): boolean {
  return [...state.work.values()].some(
    (work) => work.comments.size > 0 || [...work.edits.values()].some(({ entry, over }) => !isSame(entry, over)),
  );
}

function change(id: string, work: Work) {
  const all = new Map(state.work);
  if (work.edits.size + work.comments.size > 0) all.set(id, work);
  else all.delete(id);
  set({ ...state, work: all });
}

/** Types over a cell; typing back what is stored is no edit any more. */
export function edit(id: string, cell: string, entry: Entry, stored: Entry | undefined) {
  const work = state.work.get(id) ?? EMPTY;
  const edits = new Map(work.edits);
  const over = edits.get(cell)?.over ?? stored;
  // A row that was added stays while it is empty.
  if (stored !== undefined && isSame(entry, stored) && isSame(over, stored)) edits.delete(cell);
  else edits.set(cell, { entry, over });
  change(id, { ...work, edits });
}

/** A row for a cell in which nothing stands yet. */
export function addRow(id: string, cell: string) {
  const work = state.work.get(id) ?? EMPTY;
  change(id, { ...work, edits: new Map(work.edits).set(cell, { entry: NOTHING, over: undefined }) });
}

/** Forgets edits that were saved as they were sent; what was typed since stays. */
export function saved(id: string, sent: readonly (readonly [string, Edit])[]) {
  const work = state.work.get(id) ?? EMPTY;
  const edits = new Map(work.edits);
  for (const [cell, one] of sent) {
    const now = edits.get(cell);
    if (now === one) edits.delete(cell);
    // It was typed over what is stored now.
    else if (now !== undefined) edits.set(cell, { ...now, over: one.entry });
  }
  change(id, { ...work, edits });
}

/** Forgets what is typed: for some cells, or for all. */
export function discard(id: string, cells?: readonly string[]) {
  const work = state.work.get(id) ?? EMPTY;
  const edits = new Map(cells === undefined ? [] : work.edits);
  for (const cell of cells ?? []) edits.delete(cell);
  change(id, { ...work, edits });
}

/** Keeps what is typed although somebody else has written: it is now typed over that. */
export function insist(id: string, cells: readonly string[], stored: ReadonlyMap<string, Entry>) {
  const work = state.work.get(id) ?? EMPTY;
  const edits = new Map(work.edits);
  for (const cell of cells) {
    const now = edits.get(cell);
    if (now !== undefined) edits.set(cell, { ...now, over: stored.get(cell) });
  }
  change(id, { ...work, edits });
}

export function comment(id: string, cell: string, message: string) {
  const work = state.work.get(id) ?? EMPTY;
  const comments = new Map(work.comments);
  if (message === '') comments.delete(cell);
  else comments.set(cell, message);
  change(id, { ...work, comments });
}

export function forgetComments(id: string) {
  change(id, { ...(state.work.get(id) ?? EMPTY), comments: new Map() });
}

/** A key nobody else makes. `crypto.randomUUID` would be missing where the site is served over plain http. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Keys of calls whose outcome is not known yet, by what they say. */
const keys = new Map<string, string>();

/** The idempotency key of a call: the same one for as long as it says the same and has no answer. */
export function keyOf(call: string): string {
  const known = keys.get(call) ?? newKey();
  keys.set(call, known);
  return known;
}

export function answered(call: string) {
  keys.delete(call);
}

// A reload forgets what is typed: the browser asks before.
addEventListener('beforeunload', (event) => {
  if (hasWork()) event.preventDefault();
});
