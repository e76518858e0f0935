import type { Session } from '../../core/index.js';
import { created, noContent, ok, okPage } from '../response.js';
import type { CallRoute } from '../router.js';

const SESSIONS = '/courses/{courseId}/sessions';
const SESSION = '/courses/{courseId}/sessions/{sessionId}';

export const sessionRoutes: readonly CallRoute[] = [
  {
    method: 'POST',
    path: '/courses/{courseId}',
    operation: 'recordSession',
    summary: 'Record a session, exactly once',
    description:
      'A session is identified by learner, course and `sessionId`. Sending it again changes nothing and returns 200. Sending other content under the same id returns 409. `completedAt` is compared only if it is sent.',
    document: { argument: 'session', schema: 'NewSession' },
    responses: {
      200: { description: 'The session was recorded before.', schema: 'Session', headers: ['Location'] },
      201: { description: 'Recorded.', schema: 'Session', headers: ['Location'] },
    },
    errors: ['course-not-found', 'session-conflict', 'total-out-of-range'],
    async handle(stats, call) {
      const { outcome, session } = await stats.recordSession(call);
      const response = created(locationOf(session), session);
      return outcome === 'recorded' ? response : { ...response, status: 200 };
    },
  },
  {
    method: 'GET',
    path: SESSIONS,
    operation: 'listSessions',
    summary: "The learner's sessions in a course, newest first",
    responses: { 200: { description: 'A page of sessions.', schema: 'SessionPage', headers: ['Link'] } },
    errors: ['course-not-found'],
    handle: async (stats, call, url) => okPage(await stats.listSessions(call), url),
  },
  {
    method: 'GET',
    path: SESSION,
    operation: 'getSession',
    summary: 'One session',
    responses: { 200: { description: 'The session.', schema: 'Session' } },
    errors: ['course-not-found', 'session-not-found'],
    handle: async (stats, call) => ok(await stats.getSession(call)),
  },
  {
    method: 'PUT',
    path: SESSION,
    operation: 'putSession',
    summary: 'Record or replace a session',
    description: 'Updates the lifetime stats too. Without a `completedAt`, the stored one is kept.',
    document: { argument: 'session', schema: 'SessionContent' },
    responses: {
      200: { description: 'Replaced.', schema: 'Session' },
      201: { description: 'Recorded.', schema: 'Session', headers: ['Location'] },
    },
    errors: ['course-not-found', 'total-out-of-range'],
    async handle(stats, call) {
      const { outcome, session } = await stats.putSession(call);
      return outcome === 'replaced' ? ok(session) : created(locationOf(session), session);
    },
  },
  {
    method: 'DELETE',
    path: SESSION,
    operation: 'deleteSession',
    summary: 'Delete a session',
    description: 'Updates the lifetime stats too.',
    responses: { 204: { description: 'Deleted.' } },
    errors: ['course-not-found', 'session-not-found'],
    async handle(stats, call) {
      await stats.deleteSession(call);
      return noContent();
    },
  },
];

function locationOf({ courseId, sessionId }: Session): string {
  return `/courses/${courseId}/sessions/${sessionId}`;
}
