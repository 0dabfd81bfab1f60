import { Component, type ReactNode, useEffect, useRef } from 'react';

import { Failure } from '../client';
import { dictionary, number } from '../language';
import { Link } from '../router';

const texts = dictionary(
  {
    loading: '불러오는 중입니다.',
    failed: '자료를 불러오지 못했습니다',
    unknown: '알 수 없는 오류가 발생했습니다.',
    offline: '서버가 응답하지 않습니다. 연결을 확인한 뒤 다시 시도해 주세요.',
    request: '요청 번호',
    broken: '이 부분을 표시하지 못했습니다',
    brokenHint: '받은 자료를 화면으로 옮기다 오류가 났습니다. 나머지 화면은 그대로 쓰실 수 있습니다.',
    retrying: (n: string) => `서버가 붐빕니다. ${n}초 뒤에 자동으로 다시 시도합니다.`,
    later: (n: string) => `서버가 붐빕니다. ${n}초 뒤에 다시 시도해 주세요.`,
    stale: '새 자료를 불러오지 못해 앞서 받은 자료를 보이고 있습니다.',
    retry: '다시 시도',
    empty: '아직 자료가 없습니다',
    missing: '찾으시는 화면이 없습니다',
    missingHint: '주소가 바뀌었거나 공개되지 않은 자료일 수 있습니다.',
    home: '현황판으로',
  },
  {
    loading: 'Loading.',
    failed: 'This could not be loaded',
    unknown: 'Something unexpected went wrong.',
    offline: 'The server does not answer. Check your connection and try again.',
    request: 'Request id',
    broken: 'This part could not be shown',
    brokenHint: 'Drawing what the server answered went wrong. The rest of the page works.',
    retrying: (n: string) => `The server is busy. The page tries again in ${n} ${n === '1' ? 'second' : 'seconds'}.`,
    later: (n: string) => `The server is busy. Try again in ${n} ${n === '1' ? 'second' : 'seconds'}.`,
    stale: 'Newer data could not be loaded; this is what came before.',
    retry: 'Try again',
    empty: 'Nothing on record yet',
    missing: 'There is no such page',
    missingHint: 'The address may have changed, or what it names is not public.',
    home: 'To the dashboard',
  },
);

export function Loading({ height }: { height?: string }) {
  return (
    <div className="skeleton" role="status" style={height ? { minHeight: height } : undefined}>
      <span className="sr-only">{texts().loading}</span>
    </div>
  );
}

export function Empty({ title, children }: { title?: string; children?: React.ReactNode }) {
  return (
    <div className="state">
      <h2>{title ?? texts().empty}</h2>
      {children}
    </div>
  );
}

/** How often a page tries again by itself, and how long it waits at most. */
const tries = 3;
const patience = 120;

/** Tries again when the server says, a little later each time, so that many pages do not all come back at once. */
function useRetry(failure: unknown, retry: (() => void) | undefined): boolean {
  const count = useRef(0);
  const wait = failure instanceof Failure ? failure.wait : undefined;
  const isWaiting = retry !== undefined && wait !== undefined && wait <= patience && count.current < tries;
  const again = useRef(retry);
  again.current = retry;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => again.current?.(), wait * 1000 * (1 + Math.random() * 0.2));
    return () => {
      clearTimeout(timer);
      count.current += 1;
    };
    // Each failure is waited for once.
  }, [failure]);
  return isWaiting;
}

export function Failed({ failure, retry }: { failure: unknown; retry?: () => void }) {
  const t = texts();
  const isWaiting = useRetry(failure, retry);
  const known = failure instanceof Failure ? failure : undefined;
  if (known?.code === 'NOT_FOUND') return <Missing />;
  const wait = known?.wait === undefined ? undefined : number(known.wait);
  return (
    <div className="state failed" role="alert">
      <h2>{t.failed}</h2>
      <p>{known ? (wait ? (isWaiting ? t.retrying(wait) : t.later(wait)) : known.code === 'NO_ANSWER' ? t.offline : known.message) : t.unknown}</p>
      {known?.requestId && (
        <p className="note">
          {t.request} <code>{known.requestId}</code>
        </p>
      )}
      {retry && !isWaiting && (
        <button type="button" className="button" onClick={retry}>
          {t.retry}
        </button>
      )}
    </div>
  );
}

/** Says that what is shown is not the newest, and asks again as the server allows. */
export function Stale({ failure, retry }: { failure: Failure; retry: () => void }) {
  useRetry(failure, retry);
  return (
    <p className="notice-line" role="status">
      {texts().stale}
    </p>
  );
}

interface BoundaryProps {
  children: ReactNode;
  /** What stands there instead, with how to draw it once more. */
  frame?: (broken: ReactNode) => ReactNode;
}

/** What fails while it is drawn takes nothing else with it. */
export class Boundary extends Component<BoundaryProps, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    const t = texts();
    const broken = (
      <div className="state failed" role="alert">
        <h2>{t.broken}</h2>
        <p>{t.brokenHint}</p>
        <button type="button" className="button" onClick={() => this.setState({ isBroken: false })}>
          {t.retry}
        </button>
      </div>
    );
    return this.props.frame?.(broken) ?? broken;
  }
}

export function Missing() {
  const t = texts();
  return (
    <div className="state">
      <h2>{t.missing}</h2>
      <p>{t.missingHint}</p>
      <Link className="button" to="/">
        {t.home}
      </Link>
    </div>
  );
}
