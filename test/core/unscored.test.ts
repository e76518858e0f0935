import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exportSessions, verify } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';

for (const dialect of DIALECTS) {
  describe(`sessions without a score on ${dialect}`, () => {
    test('A session without a score counts in every sum but the average', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const learner = { userId: newUserId(), courseId };
      const unscored = { totalModulesStudied: 5, averageScore: null, timeStudied: 3 };
      await stats.recordSession({ ...learner, session: unscored });
      assert.partialDeepStrictEqual(await stats.getStats(learner), {
        sessionCount: 1,
        totalModulesStudied: 5,
        averageScore: null,
        timeStudied: 3,
      });

      await stats.recordSession({
        ...learner,
        session: { totalModulesStudied: 2, averageScore: 80, timeStudied: 1 },
      });
      const sums = { sessionCount: 2, totalModulesStudied: 7, averageScore: 80, timeStudied: 4 };
      assert.partialDeepStrictEqual(await stats.getStats(learner), sums);
      const { items } = await stats.getHistory({ ...learner, interval: 'day' });
      assert.deepEqual(items, [{ start: '2026-11-22T00:00:00+00:00', ...sums }]);
      const studied = await stats.listStudiedCourses({ userId: learner.userId });
      assert.partialDeepStrictEqual(studied.items[0], sums);
      await assertRollups(database.url);
      assert.equal((await verify({ database: database.url })).isConsistent, true);
    });

    test('A score of 0 is not a missing score', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      await stats.recordSession({ ...learner, session: sessionContent({ averageScore: 0 }) });
      assert.equal((await stats.getStats(learner)).averageScore, 0);
      await stats.recordSession({ ...learner, session: sessionContent({ averageScore: null }) });
      assert.equal((await stats.getStats(learner)).averageScore, 0);
    });

    test('A replay without a score equals only a session without a score', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const sessionId = newSessionId();
      const session = { sessionId, ...sessionContent({ averageScore: null }) };
      const recorded = await stats.recordSession({ ...learner, session });
      assert.equal(recorded.session.averageScore, null);
      assert.deepEqual(await stats.recordSession({ ...learner, session }), {
        outcome: 'replayed',
        session: recorded.session,
      });
      const scored = { ...session, averageScore: 0 };
      await assert.rejects(stats.recordSession({ ...learner, session: scored }), {
        code: 'session-conflict',
      });
      assert.deepEqual(await stats.getSession({ ...learner, sessionId }), recorded.session);
    });

    test('A replaced session may gain and lose its score, and the average follows', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const learner = { userId: newUserId(), courseId };
      const key = { ...learner, sessionId: newSessionId() };
      await stats.recordSession({
        ...learner,
        session: sessionContent({ totalModulesStudied: 1, averageScore: 10 }),
      });
      for (const [averageScore, average] of [
        [null, 10],
        [20, 15],
        [null, 10],
        [0, 5],
      ] as const) {
        await stats.putSession({ ...key, session: sessionContent({ totalModulesStudied: 1, averageScore }) });
        assert.equal((await stats.getSession(key)).averageScore, averageScore);
        assert.equal((await stats.getStats(learner)).averageScore, average);
        await assertRollups(database.url);
      }
      await stats.deleteSession(key);
      assert.equal((await stats.getStats(learner)).averageScore, 10);
      await assertRollups(database.url);
    });

    test('An export contains sessions without a score', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const session = sessionContent({ averageScore: null });
      await stats.recordSession({ userId: newUserId(), courseId, session });
      const scores: (number | null)[] = [];
      for await (const page of exportSessions({ database: database.url })) {
        scores.push(...page.map(({ averageScore }) => averageScore));
      }
      assert.deepEqual(scores, [null]);
    });
  });
}
