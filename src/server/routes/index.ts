import type { Route } from '../route.js';
import { courseRoutes } from './courses.js';
import { learnerRoutes } from './learner.js';
import { serviceRoutes } from './service.js';
import { sessionRoutes } from './sessions.js';

/** The whole API: the router, the description and the tests read it from here. */
export const routes: readonly Route[] = [
  ...courseRoutes,
  ...sessionRoutes,
  ...learnerRoutes,
  ...serviceRoutes,
];
