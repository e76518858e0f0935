import type { Route, RouteGroup } from '../route.js';
import { courseRoutes } from './courses.js';
import { docsRoute } from './docs.js';
import { learnerRoutes } from './learner.js';
import { serviceRoutes } from './service.js';
import { sessionRoutes } from './sessions.js';

export { assetRoutes } from './docs.js';

export const groups: readonly RouteGroup[] = [
  { name: 'Courses', description: 'What learners study.', routes: courseRoutes },
  {
    name: 'Sessions',
    description: "The user's finished study sessions, each recorded exactly once.",
    routes: sessionRoutes,
  },
  { name: 'Stats', description: 'What the sessions of the user add up to.', routes: learnerRoutes },
  {
    name: 'Service',
    description: 'For operators and tools; no user is asked for.',
    routes: [...serviceRoutes, docsRoute],
  },
];

/** The whole API: the router, the description and the tests read it from here. */
export const routes: readonly Route[] = groups.flatMap((group) => group.routes);
