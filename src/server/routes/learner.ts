import { ok, okPage } from '../response.js';
import type { CallRoute } from '../router.js';

export const learnerRoutes: readonly CallRoute[] = [
  {
    method: 'GET',
    path: '/courses/{courseId}',
    operation: 'getStats',
    summary: "The user's lifetime stats in a course",
    answers: { 200: { description: 'Zeros and nulls without sessions.', schema: 'LifetimeStats' } },
    errors: ['course-not-found'],
    handle: async (stats, call) => ok(await stats.getStats(call)),
  },
  {
    method: 'GET',
    path: '/courses/{courseId}/history',
    operation: 'getHistory',
    summary: "The user's stats in a course per day, week or month",
    description:
      'From the first session to the last, or from `from` to `to`; empty intervals are included, at most 1,000 in all.',
    answers: { 200: { description: 'Oldest interval first.', schema: 'History' } },
    errors: ['course-not-found'],
    handle: async (stats, call) => ok(await stats.getHistory(call)),
  },
  {
    method: 'GET',
    path: '/me/courses',
    operation: 'listStudiedCourses',
    summary: "The user's lifetime stats in every course studied, by the names of the courses",
    answers: { 200: { description: 'A page of stats.', schema: 'StudiedCoursePage', headers: ['Link'] } },
    errors: [],
    handle: async (stats, call, url) => okPage(await stats.listStudiedCourses(call), url),
  },
  {
    method: 'DELETE',
    path: '/me',
    operation: 'eraseUser',
    summary: 'Erase the user: sessions, stats, everything',
    answers: { 200: { description: 'Erased.', schema: 'Erasure' } },
    errors: [],
    handle: async (stats, call) => ok(await stats.eraseUser(call)),
  },
];
