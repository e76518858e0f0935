import { ok, okPage } from '../response.js';
import type { CallRoute } from '../router.js';

const READ = { scope: 'stats:read' } as const;

/** The routes with which teachers and analysts read a whole course. */
export const courseViewRoutes: readonly CallRoute[] = [
  {
    method: 'GET',
    path: '/courses/{courseId}/learners',
    operation: 'listLearners',
    access: READ,
    summary: 'The learners of a course, with their lifetime stats',
    description:
      'Everyone with an enrolment or a session. All pages of a walk have the statuses of the same time, `asOf`.',
    responses: { 200: { description: 'A page of learners.', schema: 'Roster', headers: ['Link'] } },
    errors: ['course-not-found'],
    handle: async (stats, call, url) => okPage(await stats.listLearners(call), url),
  },
  {
    method: 'GET',
    path: '/courses/{courseId}/learners/{userId}',
    operation: 'getLearner',
    access: READ,
    summary: 'One learner of a course',
    description: 'The learner is in the path, and `X-User-Id` is not used.',
    responses: { 200: { description: 'One row of the roster.', schema: 'CourseLearner' } },
    errors: ['course-not-found', 'learner-not-found'],
    handle: async (stats, call) => ok(await stats.getLearner(call)),
  },
  {
    method: 'GET',
    path: '/courses/{courseId}/summary',
    operation: 'getSummary',
    access: READ,
    summary: 'The figures of a course',
    description:
      'Numbers of learners by status and progress, sums over all sessions, quantiles per learner, and learners by module.',
    responses: { 200: { description: 'The figures.', schema: 'CourseSummary' } },
    errors: ['course-not-found', 'total-out-of-range'],
    handle: async (stats, call) => ok(await stats.getSummary(call)),
  },
  {
    method: 'GET',
    path: '/courses/{courseId}/activity',
    operation: 'getCourseActivity',
    access: READ,
    summary: 'The figures of a course per day, week or month',
    description:
      'The range includes `from` and excludes `to`. By default it covers the first to the last session. It includes empty intervals and has at most 1,000 intervals.',
    responses: { 200: { description: 'The intervals, oldest first.', schema: 'CourseActivity' } },
    errors: ['course-not-found', 'total-out-of-range'],
    handle: async (stats, call) => ok(await stats.getCourseActivity(call)),
  },
];
