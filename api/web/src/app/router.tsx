// Pages by path, over the browser's history.

import { type AnchorHTMLAttributes, type ComponentType, useEffect, useSyncExternalStore } from 'react';

import { language } from './language';

export type Params = Record<string, string>;
export type PageModule = { default: ComponentType<{ params: Params }> };

export interface Route {
  /** Like `/bodies/:code`. */
  path: string;
  load: () => Promise<PageModule>;
  /** Sends what the page asks for, when it is the first one: before its script is there. */
  ask?: () => void;
}

/** What a path stands for. */
export function match(routes: Route[], path: string): { route: Route; params: Params } | undefined {
  const given = path.replace(/\/+$/, '').split('/');
  for (const route of routes) {
    const wanted = route.path.replace(/\/+$/, '').split('/');
    if (wanted.length !== given.length) continue;
    const params: Params = {};
    const fits = wanted.every((part, index) => {
      const value = given[index] ?? '';
      if (!part.startsWith(':')) return part === value;
      try {
        params[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return false;
      }
      return value !== '';
    });
    if (fits) return { route, params };
  }
  return undefined;
}

const listeners = new Set<() => void>();

function tell() {
  for (const listener of listeners) listener();
}

addEventListener('popstate', tell);

function listen(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Goes to an address of this site; `replace` leaves no entry in the history. */
export function navigate(address: string, { replace = false, keepScroll = false } = {}) {
  const to = new URL(address, location.href);
  if (to.href === location.href) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  if (!keepScroll) scrollTo(0, 0);
  tell();
}

/** The address now; whoever asks is drawn again when it changes. */
export function useAddress(): URL {
  const href = useSyncExternalStore(listen, () => location.href);
  return new URL(href);
}

/** An address of this site, in the language that is shown now. */
export function address(path: string, params: Record<string, string | null | undefined> = {}): string {
  const to = new URL(path, location.origin);
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked && !to.searchParams.has('lang')) to.searchParams.set('lang', language());
  for (const [name, value] of Object.entries(params)) {
    if (value) to.searchParams.set(name, value);
    else to.searchParams.delete(name);
  }
  return `${to.pathname}${to.search}${to.hash}`;
}

/** Sets values of the query string, or takes empty ones out: what a page is filtered by lives in its address. */
export function setFilters(changes: Record<string, string>) {
  const to = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value) to.searchParams.set(name, value);
    else to.searchParams.delete(name);
  }
  navigate(to.href, { keepScroll: true });
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string; keepScroll?: boolean };

/** A link within this site. */
export function Link({ to, keepScroll, onClick, ...rest }: LinkProps) {
  const href = address(to);
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        onClick?.(event);
        const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
        if (!isPlain || event.defaultPrevented || rest.target) return;
        event.preventDefault();
        navigate(href, { keepScroll });
      }}
    />
  );
}

/** The title of the window. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = title;
  }, [title]);
}
