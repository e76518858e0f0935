import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { faultOf } from '../support/faults.js';
import { createFixture } from '../support/fixture.js';

const MINUTE = 60_000;

for (const dialect of DIALECTS) {
  describe(`replacing a session on ${dialect}`, () => {
    test('`putSession` records a session that is new', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const key = { ...learner, sessionId: newSessionId() };

      const result = await stats.putSession({ ...key, session: sessionContent() });

      assert.equal(result.outcome, 'recorded');
      assert.equal(result.session.completedAt, '2026-11-22T10:00:00.000Z');
      assert.deepEqual(await stats.getSession(key), result.session);
      assert.equal((await stats.getStats(learner)).sessionCount, 1);
    });

    test('`putSession` replaces the content and the stats, and keeps an omitted completion', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, clock } = fixture;
      const learner = { userId: newUserId(), courseId };
      const key = { ...learner, sessionId: newSessionId() };
      await stats.putSession({ ...key, session: sessionContent() });
      clock.advance(MINUTE);

      const session = { totalModulesStudied: 2, averageScore: 10.00005, timeStudied: 5 };
      const result = await stats.putSession({ ...key, session });

      assert.deepEqual(result, {
        outcome: 'replaced',
        session: {
          sessionId: key.sessionId,
          courseId,
          totalModulesStudied: 2,
          averageScore: 10.0001,
          timeStudied: 5,
          completedAt: '2026-11-22T10:00:00.000Z',
          moduleIds: [],
          createdAt: '2026-11-22T10:00:00.000Z',
          updatedAt: '2026-11-22T10:01:00.000Z',
        },
      });
      assert.deepEqual(await stats.getSession(key), result.session);
      assert.deepEqual(await stats.getStats(learner), {
        courseId,
        sessionCount: 1,
        totalModulesStudied: 2,
        averageScore: 10.0001,
        timeStudied: 5,
        distinctModulesStudied: 0,
        moduleCount: null,
        progress: null,
        firstCompletedAt: '2026-11-22T10:00:00.000Z',
        lastCompletedAt: '2026-11-22T10:00:00.000Z',
      });
    });

    test('`putSession` with another completion time moves the session in the stats', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, clock } = fixture;
      const learner = { userId: newUserId(), courseId };
      const key = { ...learner, sessionId: newSessionId() };
      await stats.putSession({ ...key, session: sessionContent() });
      clock.advance(MINUTE);

      const session = sessionContent({ completedAt: '2020-02-29T12:00:00Z' });
      const result = await stats.putSession({ ...key, session });

      assert.equal(result.session.completedAt, '2020-02-29T12:00:00.000Z');
      assert.equal(result.session.updatedAt, '2026-11-22T10:01:00.000Z');
      assert.equal((await stats.getStats(learner)).firstCompletedAt, '2020-02-29T12:00:00.000Z');
      assert.equal((await stats.getStats(learner)).lastCompletedAt, '2020-02-29T12:00:00.000Z');
    });

    test('`putSession` with the stored content changes nothing, not even `updatedAt`', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, clock } = fixture;
      const learner = { userId: newUserId(), courseId };
      const key = { ...learner, sessionId: newSessionId() };
      const { session } = await stats.putSession({ ...key, session: sessionContent() });
      clock.advance(MINUTE);

      for (const same of [
        sessionContent(),
        sessionContent({ averageScore: 68.39995 }),
        sessionContent({ completedAt: session.completedAt }),
      ]) {
        assert.deepEqual(await stats.putSession({ ...key, session: same }), { outcome: 'replaced', session });
      }
      assert.deepEqual(await stats.getSession(key), session);
    });

    test('`putSession` rejects a course that does not exist', async () => {
      await using fixture = await createFixture(dialect);
      const key = { userId: newUserId(), courseId: newCourseId(), sessionId: newSessionId() };
      await assert.rejects(fixture.stats.putSession({ ...key, session: sessionContent() }), {
        code: 'course-not-found',
      });
    });
  });

  describe(`deleting a session on ${dialect}`, () => {
    test('`deleteSession` removes a session, and its id can be recorded again', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const key = { ...learner, sessionId: newSessionId() };
      await stats.putSession({ ...key, session: sessionContent() });

      assert.equal(await stats.deleteSession(key), undefined);

      await assert.rejects(stats.getSession(key), { code: 'session-not-found' });
      await assert.rejects(stats.deleteSession(key), { code: 'session-not-found' });
      assert.deepEqual(await stats.listSessions(learner), { items: [], next: null });
      const other = { sessionId: key.sessionId, ...sessionContent({ timeStudied: 1 }) };
      const again = await stats.recordSession({ ...learner, session: other });
      assert.equal(again.outcome, 'recorded');
      assert.equal((await stats.getStats(learner)).timeStudied, 1);
    });
  });

  describe(`missing sessions and courses on ${dialect}`, () => {
    test('A missing session and a missing course are different errors', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const userId = newUserId();
      const sessionId = newSessionId();
      const session = { userId, courseId, sessionId };
      for (const call of [() => stats.getSession(session), () => stats.deleteSession(session)]) {
        await assert.rejects(call, {
          code: 'session-not-found',
          faults: [
            {
              parameter: 'sessionId',
              detail: faultOf(sessionId, 'must be the id of a session of the learner in the course'),
            },
          ],
        });
      }

      const nowhere = { userId, courseId: newCourseId() };
      for (const call of [
        () => stats.getSession({ ...nowhere, sessionId }),
        () => stats.deleteSession({ ...nowhere, sessionId }),
        () => stats.listSessions(nowhere),
        () => stats.getStats(nowhere),
        () => stats.getCourse({ courseId: nowhere.courseId }),
      ]) {
        await assert.rejects(call, { code: 'course-not-found', kind: 'not-found' });
      }
    });
  });
}
