import type { RecordResult, Session } from '../../core/index.js';
import { batchSchema, MAX_BATCH } from '../../core/model/calls.js';
import { parseCall } from '../../core/model/validation.js';
import { problemResponse } from '../problem.js';
import { created, noContent, ok, okPage } from '../response.js';
import type { CallRoute } from '../router.js';

const SESSIONS = '/courses/{courseId}/sessions';
const SESSION = '/courses/{courseId}/sessions/{sessionId}';

export const sessionRoutes: readonly CallRoute[] = [
  {
    method: 'POST',
    path: '/courses/{courseId}',
    operation: 'recordSession',
    access: { forOthers: 'sessions:write' },
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
    method: 'POST',
    path: '/sessions',
    operation: 'recordSessions',
    access: { scope: 'sessions:write' },
    summary: 'Record up to 1,000 sessions of any learners and courses',
    description:
      'For services, not for learners: the learner of each session is in the body, and `X-User-Id` is not used. Each session is recorded exactly once and has a status of its own; one that fails does not fail the others. Sending the request again is safe if every session has a `sessionId`.',
    document: { argument: 'body', schema: 'SessionBatch', maxContainers: 4 * MAX_BATCH },
    responses: {
      200: { description: 'The outcome of each session, in their order.', schema: 'BatchResult' },
    },
    errors: [],
    async handle(stats, call) {
      const { body } = parseCall(batchSchema, call);
      const results = await stats.recordSessions(body);
      return { ...ok({ items: results.map(toItem) }), failures: failuresOf(results) };
    },
  },
  {
    method: 'GET',
    path: SESSIONS,
    operation: 'listSessions',
    access: { forOthers: 'stats:read' },
    summary: "The learner's sessions in a course, newest first",
    responses: { 200: { description: 'A page of sessions.', schema: 'SessionPage', headers: ['Link'] } },
    errors: ['course-not-found'],
    handle: async (stats, call, url) => okPage(await stats.listSessions(call), url),
  },
  {
    method: 'GET',
    path: SESSION,
    operation: 'getSession',
    access: { forOthers: 'stats:read' },
    summary: 'One session',
    responses: { 200: { description: 'The session.', schema: 'Session' } },
    errors: ['course-not-found', 'session-not-found'],
    handle: async (stats, call) => ok(await stats.getSession(call)),
  },
  {
    method: 'PUT',
    path: SESSION,
    operation: 'putSession',
    access: { forOthers: 'sessions:write' },
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
    access: { forOthers: 'sessions:write' },
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

function toItem(result: RecordResult) {
  if (result.outcome === 'failed') {
    const { status, body: problem } = problemResponse(result.error);
    return { status, problem };
  }
  const { outcome, sessionId } = result;
  return { status: outcome === 'recorded' ? 201 : 200, outcome, sessionId };
}

/** Returns the first failure of each code for the log, because the sessions of a batch often fail alike. */
function failuresOf(results: readonly RecordResult[]): unknown[] {
  const failures = new Map<string, unknown>();
  for (const result of results) {
    if (result.outcome !== 'failed') continue;
    const { status, body } = problemResponse(result.error);
    if (status >= 500 && !failures.has(body.code)) failures.set(body.code, result.error);
  }
  return Array.from(failures.values());
}
