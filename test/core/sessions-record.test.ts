import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { faultOf } from '../support/faults.js';
import { createFixture } from '../support/fixture.js';

for (const dialect of DIALECTS) {
  describe(`recording a session on ${dialect}`, () => {
    test('`recordSession` stores the session and returns it as stored', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const sessionId = newSessionId();
      const content = sessionContent({ completedAt: '2026-11-20T23:30:00+05:30' });

      const result = await stats.recordSession({ ...learner, session: { sessionId, ...content } });

      assert.deepEqual(result, {
        outcome: 'recorded',
        session: {
          sessionId,
          courseId,
          totalModulesStudied: 6,
          averageScore: 68.4,
          timeStudied: 280_000,
          completedAt: '2026-11-20T18:00:00.000Z',
          moduleIds: [],
          createdAt: '2026-11-22T10:00:00.000Z',
          updatedAt: '2026-11-22T10:00:00.000Z',
        },
      });
      assert.deepEqual(await stats.getSession({ ...learner, sessionId }), result.session);
    });

    test('`recordSession` sets the id and the completion time if they are not sent', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };

      const first = await stats.recordSession({ ...learner, session: sessionContent() });
      const second = await stats.recordSession({ ...learner, session: sessionContent() });

      assert.match(first.session.sessionId, /^[0-9a-f-]{14}7/);
      assert.notEqual(first.session.sessionId, second.session.sessionId);
      assert.equal(first.session.completedAt, '2026-11-22T10:00:00.000Z');
      assert.deepEqual([first.outcome, second.outcome], ['recorded', 'recorded']);
      assert.equal((await stats.getStats(learner)).sessionCount, 2);
    });

    test('`recordSession` accepts every value at its bounds', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      for (const bounds of [
        { totalModulesStudied: 0, averageScore: 0, timeStudied: 0 },
        { totalModulesStudied: 100_000, averageScore: 1_000_000, timeStudied: 1_000_000_000 },
        { totalModulesStudied: 1, averageScore: 999_999.9999, timeStudied: 1 },
        { totalModulesStudied: 1, averageScore: null, timeStudied: 1 },
      ]) {
        const { session } = await stats.recordSession({ ...learner, session: bounds });
        assert.deepEqual(await stats.getSession({ ...learner, sessionId: session.sessionId }), {
          ...session,
          ...bounds,
        });
      }
    });

    test('A repeated session is a replay, even 400 days later and with other spellings', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, clock } = fixture;
      const learner = { userId: newUserId(), courseId };
      const sessionId = newSessionId();
      const content = sessionContent({ averageScore: 66.6667, completedAt: '2026-11-22T09:00:00Z' });
      const { session } = await stats.recordSession({ ...learner, session: { sessionId, ...content } });
      const before = await stats.getStats(learner);
      clock.advance(400 * 24 * 60 * 60 * 1000);

      const upper = {
        userId: learner.userId.toUpperCase(),
        courseId: courseId.toUpperCase(),
        sessionId: sessionId.toUpperCase(),
      };
      const { completedAt: _, ...withoutTime } = content;
      const copies = [
        { sessionId, ...content },
        { sessionId, ...withoutTime },
        { sessionId, ...content, averageScore: 66.66666666666667 },
        { sessionId, ...content, averageScore: 66.66665 },
        { sessionId, ...content, completedAt: '2026-11-22T14:30:00.0009+05:30' },
        { ...content, sessionId: upper.sessionId },
      ];
      for (const copy of copies) {
        assert.deepEqual(
          await stats.untyped.recordSession({
            userId: upper.userId,
            courseId: upper.courseId,
            session: copy,
          }),
          { outcome: 'replayed', session },
        );
      }
      assert.deepEqual(await stats.getStats(learner), before);
    });

    test('A repeated session with other content is a conflict and changes nothing', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, clock } = fixture;
      const learner = { userId: newUserId(), courseId };
      const sessionId = newSessionId();
      const content = sessionContent({ completedAt: '2026-11-22T09:00:00Z' });
      const { session } = await stats.recordSession({ ...learner, session: { sessionId, ...content } });
      const before = await stats.getStats(learner);
      clock.advance(1_000);

      for (const other of [
        { totalModulesStudied: 7 },
        { averageScore: 68.4001 },
        { timeStudied: 280_001 },
        { completedAt: '2026-11-22T09:00:00.001Z' },
      ]) {
        await assert.rejects(
          stats.recordSession({ ...learner, session: { sessionId, ...content, ...other } }),
          {
            code: 'session-conflict',
            kind: 'conflict',
            faults: [
              {
                pointer: '/sessionId',
                detail: faultOf(sessionId, 'must be new, or the content must equal the stored content'),
              },
            ],
          },
        );
      }
      assert.deepEqual(await stats.getSession({ ...learner, sessionId }), session);
      assert.deepEqual(await stats.getStats(learner), before);
    });

    test('`recordSession` rejects a course that does not exist', async () => {
      await using fixture = await createFixture(dialect);
      const { stats } = fixture;
      const courseId = newCourseId();
      await assert.rejects(
        stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() }),
        {
          code: 'course-not-found',
          kind: 'not-found',
          faults: [
            { parameter: 'courseId', detail: faultOf(courseId, 'must be the id of an existing course') },
          ],
        },
      );
    });

    test('A session that breaks a rule is rejected and not stored', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const session = sessionContent({ completedAt: '2026-11-23T10:00:00.001Z' });
      await assert.rejects(stats.recordSession({ ...learner, session }), { code: 'invalid-request' });
      assert.deepEqual(await stats.listSessions(learner), { items: [], next: null });
      assert.equal((await stats.getStats(learner)).sessionCount, 0);
    });
  });
}
