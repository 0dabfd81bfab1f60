import { askDashboard } from '../dashboard/asked';
import type { Route } from './router';

/** Every page of this site. The server answers these paths with the same document (`api/src/http/web.rs`). */
export const routes: Route[] = [
  {
    path: '/',
    load: () => import('../dashboard/page'),
    ask: askDashboard,
  },
  ...['bodies', 'meetings', 'institutions', 'bills', 'recommendations', 'cases', 'programmes', 'persons', 'plans', 'documents'].map((kind) => ({
    path: `/${kind}`,
    load: () => import('../pages/list'),
  })),
  { path: '/bodies/:code', load: () => import('../pages/body') },
  { path: '/meetings/:code', load: () => import('../pages/meeting') },
  { path: '/meetings/:code/pack', load: () => import('../pages/pack') },
  { path: '/institutions/:code', load: () => import('../pages/institution') },
  { path: '/bills/:code', load: () => import('../pages/bill') },
  { path: '/recommendations/:code', load: () => import('../pages/recommendation') },
  { path: '/cases/:code', load: () => import('../pages/case') },
  { path: '/programmes/:code', load: () => import('../pages/programme') },
  { path: '/persons/:code', load: () => import('../pages/person') },
  { path: '/plans/:code', load: () => import('../pages/plan') },
  { path: '/documents/:code', load: () => import('../pages/document') },
  { path: '/search', load: () => import('../pages/search') },
  { path: '/submit', load: () => import('../submit/page') },
];
