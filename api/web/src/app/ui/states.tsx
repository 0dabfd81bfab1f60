import { Failure } from '../client';
import { dictionary } from '../language';
import { Link } from '../router';

const texts = dictionary(
  {
    loading: '불러오는 중입니다.',
    failed: '자료를 불러오지 못했습니다',
    unknown: '알 수 없는 오류가 발생했습니다.',
    offline: '서버가 응답하지 않습니다. 연결을 확인한 뒤 다시 시도해 주세요.',
    request: '요청 번호',
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

export function Failed({ failure, retry }: { failure: unknown; retry?: () => void }) {
  const t = texts();
  const known = failure instanceof Failure ? failure : undefined;
  if (known?.code === 'NOT_FOUND') return <Missing />;
  return (
    <div className="state failed" role="alert">
      <h2>{t.failed}</h2>
      <p>{known ? (known.code === 'NO_ANSWER' ? t.offline : known.message) : t.unknown}</p>
      {known?.requestId && (
        <p className="note">
          {t.request} <code>{known.requestId}</code>
        </p>
      )}
      {retry && (
        <button type="button" className="button" onClick={retry}>
          {t.retry}
        </button>
      )}
    </div>
  );
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
