import { ok, okPage } from '../response.js';
import type { CallRoute } from '../router.js';

export const learnerRoutes: readonly CallRoute[] = [
  {
    method: 'GET',
    path: '/courses/{courseId}',
    operation: 'getStats',
    access: { forOthers: 'stats:read' },
    summary: "The learner's lifetime stats in a course",
    responses: { 200: { description: 'Zeros and nulls without sessions.', schema: 'LifetimeStats' } },
    errors: ['course-not-found'],
    handle: async (stats, call) => ok(await stats.getStats(call)),
  },
  {
    method: 'GET',
    path: '/courses/{courseId}/history',
    operation: 'getHistory',
    access: { forOthers: 'stats:read' },
    summary: "The learner's stats in a course per day, week or month",
    description:
      'The range includes `from` and excludes `to`. By default it covers the first to the last session. It includes empty intervals and has at most 1,000 intervals.',
    responses: { 200: { description: 'The intervals, oldest first.', schema: 'History' } },
    errors: ['course-not-found'],
    handle: async (stats, call) => ok(await stats.getHistory(call)),
  },
  {
    method: 'GET',
    path: '/me/activity',
    operation: 'getLearnerActivity',
    access: { forOthers: 'stats:read' },
    summary: "The learner's days with a session in any course, and streaks",
    description:
      'A streak is a run of days with a session; the current one ends today or yesterday. Streaks and `activeDays` are of all time. `from` and `to` limit only the items, to at most 1,000 days; by default the items are of the last 371 days. Days after today do not count yet.',
    responses: { 200: { description: 'The streaks and the days.', schema: 'LearnerActivity' } },
    errors: [],
    handle: async (stats, call) => ok(await stats.getLearnerActivity(call)),
  },
  {
    method: 'GET',
    path: '/me/courses',
    operation: 'listStudiedCourses',
    access: { forOthers: 'stats:read' },
    summary: "The learner's lifetime stats in each course studied, sorted by course name",
    responses: { 200: { description: 'A page of stats.', schema: 'StudiedCoursePage', headers: ['Link'] } },
    errors: [],
    handle: async (stats, call, url) => okPage(await stats.listStudiedCourses(call), url),
  },
  {
    method: 'DELETE',
    path: '/me',
    operation: 'eraseUser',
    access: { forOthers: 'admin' },
    summary: 'Erase all data of the learner',
    responses: { 200: { description: 'The learner was erased.', schema: 'Erasure' } },
    errors: [],
    handle: async (stats, call) => ok(await stats.eraseUser(call)),
  },
];
