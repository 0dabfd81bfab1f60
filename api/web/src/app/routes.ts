import type { Route } from './router';

/** Every page of this site. The server answers these paths with the same document (`api/src/http/web.rs`). */
export const routes: Route[] = [
  { path: '/', load: () => import('../dashboard/page') },
  { path: '/bodies/:code', load: () => import('../pages/body') },
  { path: '/meetings/:code', load: () => import('../pages/meeting') },
  { path: '/institutions/:code', load: () => import('../pages/institution') },
  { path: '/bills/:code', load: () => import('../pages/bill') },
  { path: '/recommendations/:code', load: () => import('../pages/recommendation') },
  { path: '/cases/:code', load: () => import('../pages/case') },
  { path: '/programmes/:code', load: () => import('../pages/programme') },
  { path: '/search', load: () => import('../pages/search') },
  { path: '/submit', load: () => import('../submit/page') },
];
