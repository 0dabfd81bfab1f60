import './styles/main.css';
import './theme';

import { type ComponentType, StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { followLanguage, language } from './language';
import { match, type PageModule, type Params, useAddress } from './router';
import { routes } from './routes';
import { Page } from './ui/page';
import { Boundary, Failed, Loading, Missing } from './ui/states';

// Asked for before anything is drawn: answers and the page's own script are most of what the first figures wait for.
const first = match(routes, location.pathname)?.route;
first?.ask?.();
void first?.load().catch(() => {});

type Loaded = { path: string; Page?: ComponentType<{ params: Params }>; failure?: unknown };

function App() {
  const here = useAddress();
  const found = match(routes, here.pathname);
  const path = found?.route.path ?? '';
  const [loaded, setLoaded] = useState<Loaded>({ path: '' });

  useEffect(() => {
    let isWanted = true;
    found?.route.load().then(
      (module: PageModule) => isWanted && setLoaded({ path, Page: module.default }),
      (failure: unknown) => isWanted && setLoaded({ path, failure }),
    );
    return () => {
      isWanted = false;
    };
    // The path stands for the route.
  }, [path]);

  followLanguage();
  if (!found) {
    return (
      <Page title="404">
        <Missing />
      </Page>
    );
  }
  if (loaded.path !== path) return <Page title=""><Loading /></Page>;
  if (!loaded.Page) return <Page title=""><Failed failure={loaded.failure} retry={() => location.reload()} /></Page>;
  // Another language, or another thing, is another page.
  return (
    <Boundary key={`${language()} ${here.pathname}`} frame={(broken) => <Page title="">{broken}</Page>}>
      <loaded.Page params={found.params} />
    </Boundary>
  );
}

const root = document.getElementById('root');
if (root === null) throw new Error('app.html has no element with the id "root".');

createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
