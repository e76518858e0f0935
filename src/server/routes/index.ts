import type { RouteGroup } from '../openapi/index.js';
import type { Route } from '../router.js';

import { callerRoutes } from './caller.js';
import { chartRoutes } from './charts.js';
import { courseRoutes } from './courses.js';
import { courseViewRoutes } from './course-view.js';
import { enrolmentRoutes } from './enrolments.js';
import { learnerRoutes } from './learner.js';
import { serviceRoutes } from './service.js';
import { sessionRoutes } from './sessions.js';

export { dashboardRoutes, isDashboard } from './dashboard.js';
export { docsRoutes } from './service.js';

export const routeGroups: readonly RouteGroup[] = [
  { name: 'Courses', description: 'What learners study.', routes: courseRoutes },
  { name: 'Enrolments', description: 'Which learners belong to a course.', routes: enrolmentRoutes },
  {
    name: 'Course view',
    description: 'How the learners of a course are doing, for teachers and analysts.',
    routes: courseViewRoutes,
  },
  {
    name: 'Sessions',
    description: "The learner's finished study sessions, each recorded exactly once.",
    routes: sessionRoutes,
  },
  { name: 'Stats', description: "Statistics of the learner's sessions.", routes: learnerRoutes },
  { name: 'Charts', description: 'Series of numbers as SVG pictures.', routes: chartRoutes },
  { name: 'Caller', description: 'What the credential of a request allows.', routes: callerRoutes },
  { name: 'Service', description: 'For operators and tools; no learner required.', routes: serviceRoutes },
];

export const routes: readonly Route[] = routeGroups.flatMap((group) => group.routes);
