import { type FormEvent, type ReactNode, useState } from 'react';

import { dictionary, language, type Language, rememberLanguage } from '../language';
import { address, Link, navigate, useAddress, useTitle } from '../router';
import { setTheme, theme, type Theme, themes } from '../theme';

const texts = dictionary(
  {
    site: '중소·벤처 AI 대전환',
    tagline: '현황판',
    skip: '본문으로 건너뛰기',
    menu: '주 메뉴',
    dashboard: '현황판',
    submit: '실적 제출',
    lists: { meetings: '회의', recommendations: '건의', bills: '법률안', cases: '사례', institutions: '기관' } as Record<string, string>,
    more: '모든 목록',
    all: {
      bodies: '협의체',
      meetings: '회의',
      recommendations: '건의·개선과제',
      bills: '법률안',
      cases: '도입 사례',
      programmes: '사업',
      institutions: '기관',
      persons: '인물',
      plans: '정책 계획',
      documents: '자료',
    } as Record<string, string>,
    api: 'API',
    find: '통합 검색',
    findHint: '기관, 회의, 법안, 건의, 사례',
    go: '검색',
    other: 'English',
    otherLabel: 'Switch to English',
    theme: '화면 색상',
    themes: { auto: '시스템 설정', light: '밝게', dark: '어둡게', contrast: '고대비' } as Record<Theme, string>,
    about: '이 화면의 모든 수치는 공개 GraphQL API의 답으로 만듭니다. 출처가 없는 예시 자료에는 “예시” 표시를 붙입니다.',
    graphiql: 'GraphiQL에서 질의하기',
    licences: '오픈소스와 저작권 고지',
    map: '지도: @svg-maps/south-korea (Victor Cazanave), CC BY 4.0, 광주와 전남을 합쳐 표시',
    footer: '안내',
  },
  {
    site: 'SME AI transformation of Korea',
    tagline: 'Dashboard',
    skip: 'Skip to content',
    menu: 'Main menu',
    dashboard: 'Dashboard',
    submit: 'Submit results',
    lists: { meetings: 'Meetings', recommendations: 'Recommendations', bills: 'Bills', cases: 'Cases', institutions: 'Institutions' },
    more: 'All lists',
    all: {
      bodies: 'Bodies',
      meetings: 'Meetings',
      recommendations: 'Recommendations',
      bills: 'Bills',
      cases: 'Adoption cases',
      programmes: 'Programmes',
      institutions: 'Institutions',
      persons: 'People',
      plans: 'Policy plans',
      documents: 'Documents',
    },
    api: 'API',
    find: 'Search everything',
    findHint: 'Institutions, meetings, bills, cases',
    go: 'Search',
    other: '한국어',
    otherLabel: '한국어 화면으로',
    theme: 'Colours',
    themes: { auto: 'As the system', light: 'Light', dark: 'Dark', contrast: 'High contrast' },
    about: 'Every figure here is an answer of the public GraphQL API. Illustrative rows, which have no source, are marked as such.',
    graphiql: 'Ask with GraphiQL',
    licences: 'Open-source licences and notices',
    map: 'Map: @svg-maps/south-korea (Victor Cazanave), CC BY 4.0, Gwangju and Jeonnam shown as one',
    footer: 'About',
  },
);

/** Four strokes that rise into a plus: the programme's AI+. */
function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#256ef4" />
      <path d="M7 24V17M13 24V12M19 24V15" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <path d="M24 6.5v8M20 10.5h8" stroke="#9ed2fa" strokeWidth="3" strokeLinecap="round" />
    </svg>
  );
}

function Find() {
  const t = texts();
  const here = useAddress();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('q') ?? '').trim();
    if (text) navigate(address('/search', { q: text }));
  };
  return (
    <form className="find" role="search" onSubmit={submit}>
      <label className="sr-only" htmlFor="find">
        {t.find}
      </label>
      <input
        id="find"
        name="q"
        type="search"
        maxLength={100}
        placeholder={t.findHint}
        defaultValue={here.pathname === '/search' ? (here.searchParams.get('q') ?? '') : ''}
        key={here.pathname === '/search' ? here.search : ''}
      />
      <button type="submit">{t.go}</button>
    </form>
  );
}

function Preferences() {
  const t = texts();
  const [chosen, setChosen] = useState(theme);
  const other: Language = language() === 'ko' ? 'en' : 'ko';
  return (
    <div className="prefs">
      <label className="sr-only" htmlFor="theme">
        {t.theme}
      </label>
      <select
        id="theme"
        value={chosen}
        onChange={(event) => {
          const next = event.target.value as Theme;
          setTheme(next);
          setChosen(next);
        }}
      >
        {themes.map((one) => (
          <option key={one} value={one}>
            {t.themes[one]}
          </option>
        ))}
      </select>
      <button
        type="button"
        lang={other}
        title={t.otherLabel}
        onClick={() => {
          rememberLanguage(other);
          const to = new URL(location.href);
          to.searchParams.set('lang', other);
          navigate(to.href, { keepScroll: true });
        }}
      >
        {t.other}
      </button>
    </div>
  );
}

interface PageProps {
  /** Of the window; the page itself shows a heading of its own, or `heading`. */
  title: string;
  heading?: ReactNode;
  lead?: ReactNode;
  children: ReactNode;
}

/** The frame of each page: header, menu, content, footer. */
export function Page({ title, heading, lead, children }: PageProps) {
  const t = texts();
  const here = useAddress();
  useTitle(title ? `${title} · ${t.site}` : t.site);
  const current = (path: string) => (here.pathname === path ? 'page' : undefined);
  return (
    <>
      <a className="skip" href="#content">
        {t.skip}
      </a>
      <header className="masthead">
        <div className="within">
          <Link className="brand" to="/">
            <Mark />
            <span>
              {t.site}
              <small>{t.tagline}</small>
            </span>
          </Link>
          <nav className="menu" aria-label={t.menu}>
            <Link to="/" aria-current={current('/')}>
              {t.dashboard}
            </Link>
            {Object.entries(t.lists).map(([kind, name]) => (
              <Link key={kind} to={`/${kind}`} aria-current={current(`/${kind}`)}>
                {name}
              </Link>
            ))}
            <Link to="/submit" aria-current={current('/submit')}>
              {t.submit}
            </Link>
            <a href="/graphiql">{t.api}</a>
          </nav>
          <Find />
          <Preferences />
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <div className="within">
          {heading && (
            <div className="headline">
              <h1>{heading}</h1>
              {lead && <p className="lead">{lead}</p>}
            </div>
          )}
          {children}
        </div>
      </main>
      <footer className="colophon">
        <div className="within">
          <h2 className="sr-only">{t.footer}</h2>
          <nav aria-label={t.more}>
            <ul>
              {Object.entries(t.all).map(([kind, name]) => (
                <li key={kind}>
                  <Link to={`/${kind}`}>{name}</Link>
                </li>
              ))}
            </ul>
          </nav>
          <p>{t.about}</p>
          <ul>
            <li>
              <a href="/graphiql">{t.graphiql}</a>
            </li>
            <li>
              <a href="/licences">{t.licences}</a>
            </li>
            <li>{t.map}</li>
          </ul>
        </div>
      </footer>
    </>
  );
}
