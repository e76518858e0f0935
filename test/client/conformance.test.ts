import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connectStats } from '../../src/client/index.js';
import { StatsError, type Stats } from '../../src/core/index.js';
import { serve } from '../../src/server/index.js';
import { stoppedClock } from '../support/clock.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { openStats } from '../../src/core/index.js';
import { forgeCursor, newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';

const [ALGEBRA, GEOMETRY, SPARE, UNKNOWN] = [newCourseId(), newCourseId(), newCourseId(), newCourseId()];
const [ANN, BOB, FIRST, SECOND] = [newUserId(), newUserId(), newSessionId(), newSessionId()];
const LEARNER = { userId: ANN, courseId: ALGEBRA };
const BROKEN = { totalModulesStudied: 3.5, averageScore: -1, timeStudied: '3', what: 1 };

/** Every call with each of its outcomes. */
const CALLS: readonly ((stats: Stats) => Promise<unknown>)[] = [
  (stats) => stats.ready(),
  (stats) => stats.addCourse({ course: { courseId: ALGEBRA, name: ' Algebra ' } }),
  (stats) => stats.addCourse({ course: { courseId: ALGEBRA, name: 'Algebra' } }),
  (stats) => stats.setCourse({ courseId: GEOMETRY, course: { name: 'Geometry' } }),
  (stats) => stats.setCourse({ courseId: GEOMETRY, course: { name: 'Geometry 2' } }),
  (stats) =>
    stats.setCourse({ courseId: GEOMETRY, course: { name: 'Geometry 2', moduleIds: ['b', 'a', 'b'] } }),
  (stats) => stats.untyped.setCourse({ courseId: GEOMETRY, course: { name: 'x', moduleIds: ['a', ';'] } }),
  (stats) => stats.setCourse({ courseId: GEOMETRY, course: { name: 'Algebra' } }),
  (stats) => stats.setCourse({ courseId: GEOMETRY, course: { name: 'Geometry 3' } }),
  (stats) => stats.setCourse({ courseId: GEOMETRY, course: { name: 'Geometry 3', moduleIds: null } }),
  (stats) => stats.setCourse({ courseId: GEOMETRY, course: { name: 'Geometry 2', moduleIds: ['a', 'b'] } }),
  (stats) => stats.setCourse({ courseId: SPARE, course: { name: 'Spare', moduleIds: ['a'] } }),
  (stats) => stats.deleteCourse({ courseId: SPARE }),
  (stats) => stats.deleteCourse({ courseId: SPARE }),
  (stats) => stats.untyped.deleteCourse({ courseId: 'x' }),
  (stats) => stats.getCourse({ courseId: GEOMETRY }),
  (stats) => stats.getCourse({ courseId: UNKNOWN }),
  (stats) => stats.listCourses({}),
  (stats) => stats.listCourses(),
  async (stats) => {
    const { next } = await stats.listCourses({ limit: 1 });
    return stats.listCourses({ limit: 1, cursor: next ?? undefined });
  },
  (stats) =>
    stats.enrolLearner({ ...LEARNER, enrolment: { displayName: ' Ann ', groups: ['b', 'a', ' b'] } }),
  (stats) => stats.enrolLearner({ ...LEARNER, enrolment: { displayName: 'Ann', groups: ['a', 'b'] } }),
  (stats) => stats.enrolLearner({ ...LEARNER, enrolment: {} }),
  (stats) => stats.enrolLearner({ userId: ANN, courseId: UNKNOWN, enrolment: {} }),
  (stats) => stats.untyped.enrolLearner({ userId: 'x', courseId: 'y', enrolment: { groups: ['', 1] } }),
  (stats) => stats.unenrolLearner(LEARNER),
  (stats) => stats.unenrolLearner(LEARNER),
  (stats) => stats.unenrolLearner({ userId: ANN, courseId: UNKNOWN }),
  (stats) => stats.untyped.unenrolLearner({ userId: 'x', courseId: 'y' }),
  (stats) => stats.recordSession({ ...LEARNER, session: { sessionId: FIRST, ...sessionContent() } }),
  (stats) => stats.recordSession({ ...LEARNER, session: { sessionId: FIRST, ...sessionContent() } }),
  (stats) =>
    stats.recordSession({
      ...LEARNER,
      session: { sessionId: FIRST, ...sessionContent({ averageScore: 1 }) },
    }),
  (stats) => stats.recordSession({ userId: ANN, courseId: UNKNOWN, session: sessionContent() }),
  (stats) => stats.untyped.recordSession({ userId: 'x', courseId: 'y', session: BROKEN }),
  (stats) => stats.putSession({ ...LEARNER, sessionId: SECOND, session: sessionContent() }),
  (stats) => stats.putSession({ ...LEARNER, sessionId: SECOND, session: sessionContent({ timeStudied: 1 }) }),
  (stats) => stats.getSession({ ...LEARNER, sessionId: SECOND }),
  (stats) => stats.getSession({ ...LEARNER, userId: BOB, sessionId: SECOND }),
  (stats) =>
    stats.listSessions({ ...LEARNER, from: '2026-11-22T11:00:00+01:00', to: '2026-11-23T00:00:00Z' }),
  async (stats) => {
    const { next } = await stats.listSessions({ ...LEARNER, limit: 1 });
    return stats.listSessions({ ...LEARNER, limit: 1, cursor: next ?? undefined });
  },
  (stats) => stats.listSessions({ ...LEARNER, limit: 0, cursor: forgeCursor(['now', 'x']) }),
  (stats) => stats.deleteCourse({ courseId: ALGEBRA }),
  (stats) => stats.getStats(LEARNER),
  (stats) => stats.getStats({ ...LEARNER, userId: BOB }),
  (stats) =>
    stats.recordSession({
      ...LEARNER,
      courseId: GEOMETRY,
      session: { sessionId: FIRST, ...sessionContent({ moduleIds: ['c', 'a'] }) },
    }),
  (stats) =>
    stats.recordSession({
      ...LEARNER,
      courseId: GEOMETRY,
      session: { sessionId: FIRST, ...sessionContent({ moduleIds: ['a', 'c', 'a'] }) },
    }),
  (stats) => stats.getHistory({ ...LEARNER, interval: 'day' }),
  (stats) => stats.getHistory(LEARNER),
  (stats) =>
    stats.getHistory({
      ...LEARNER,
      interval: 'week',
      timeZone: 'America/New_York',
      from: '2026-11-01T00:00:00-04:00',
      to: '2026-11-30T00:00:00-05:00',
    }),
  (stats) => stats.getHistory({ ...LEARNER, userId: BOB, interval: 'month' }),
  (stats) => stats.getHistory({ ...LEARNER, courseId: UNKNOWN, interval: 'month' }),
  (stats) => stats.getHistory({ ...LEARNER, interval: 'day', from: '1970-01-01T00:00:00Z' }),
  (stats) => stats.untyped.getHistory({ ...LEARNER, interval: 'year', timeZone: '+01:00' }),
  (stats) => stats.getLearnerActivity({ userId: ANN }),
  (stats) =>
    stats.getLearnerActivity({
      userId: ANN,
      timeZone: 'Pacific/Apia',
      dayStart: '05:30',
      from: '2026-11-22T00:00:00+14:00',
      to: '2026-11-23T00:00:00Z',
    }),
  (stats) => stats.getLearnerActivity({ userId: BOB, from: '2020-01-01T00:00:00Z' }),
  (stats) => stats.untyped.getLearnerActivity({ userId: ANN, courseId: ALGEBRA, dayStart: '6:00' }),
  (stats) => stats.listStudiedCourses({ userId: ANN }),
  async (stats) => {
    const { next } = await stats.listStudiedCourses({ userId: ANN, limit: 1 });
    return stats.listStudiedCourses({ userId: ANN, limit: 1, cursor: next ?? undefined });
  },
  (stats) => stats.listStudiedCourses({ userId: BOB }),
  (stats) => stats.untyped.listStudiedCourses({ userId: 'x', limit: 0, cursor: forgeCursor([1]) }),
  (stats) => stats.deleteSession({ ...LEARNER, sessionId: FIRST }),
  (stats) => stats.deleteSession({ ...LEARNER, sessionId: FIRST }),
  (stats) => stats.getStats(LEARNER),
  (stats) => stats.getStats({ ...LEARNER, courseId: UNKNOWN }),
  (stats) => stats.eraseUser({ userId: BOB }),
  (stats) => stats.eraseUser({ userId: ANN }),
  (stats) => stats.eraseUser({ userId: ANN }),
  (stats) => stats.untyped.eraseUser({ userId: 'x', courseId: 'y' }),
  (stats) => stats.listStudiedCourses({ userId: ANN }),
];

for (const dialect of DIALECTS) {
  describe(`conformance on ${dialect}`, () => {
    test('Every call has the same outcome over HTTP as on the database', async () => {
      await using ofLibrary = await createDatabase(dialect);
      await using ofServer = await createDatabase(dialect);
      const clock = stoppedClock().read;
      await using library = await openStats({ database: ofLibrary.url, clock });
      await using served = await openStats({ database: ofServer.url, clock });
      await using server = await serve(served, { port: 0 });
      await using client = connectStats({ server: server.url });
      for (const call of CALLS) {
        assert.deepEqual(await outcomeOf(client, call), await outcomeOf(library, call), call.toString());
      }
    });
  });
}

async function outcomeOf(stats: Stats, call: (stats: Stats) => Promise<unknown>): Promise<unknown> {
  try {
    return await call(stats);
  } catch (error) {
    assert.ok(error instanceof StatsError, String(error));
    return { code: error.code, message: error.message, faults: error.faults };
  }
}
