import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { quotientOf } from '../support/oracle.js';

const at = (day: number) => `2026-11-${day}T10:00:00.000Z`;

for (const dialect of DIALECTS) {
  describe(`lifetime stats on ${dialect}`, () => {
    test('Lifetime stats without sessions are zeros and nulls', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      assert.deepEqual(await stats.getStats({ userId: newUserId(), courseId }), {
        courseId,
        sessionCount: 0,
        totalModulesStudied: 0,
        averageScore: null,
        timeStudied: 0,
        distinctModulesStudied: 0,
        moduleCount: null,
        progress: null,
        firstCompletedAt: null,
        lastCompletedAt: null,
      });
    });

    test('Lifetime stats average the scores weighted by modules', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const sessions = [
        { totalModulesStudied: 1, averageScore: 100, timeStudied: 1 },
        { totalModulesStudied: 2, averageScore: 0.0001, timeStudied: 1_000_000_000 },
        { totalModulesStudied: 0, averageScore: 1_000_000, timeStudied: 0 },
        { totalModulesStudied: 4, averageScore: 66.66666666666667, timeStudied: 3 },
      ];
      for (const session of sessions) await stats.recordSession({ ...learner, session });

      assert.deepEqual(await stats.getStats(learner), {
        courseId,
        sessionCount: 4,
        totalModulesStudied: 7,
        averageScore: quotientOf(1n * 1_000_000n + 2n * 1n + 4n * 666_667n, 7n * 10_000n),
        timeStudied: 1_000_000_004,
        distinctModulesStudied: 0,
        moduleCount: null,
        progress: null,
        firstCompletedAt: '2026-11-22T10:00:00.000Z',
        lastCompletedAt: '2026-11-22T10:00:00.000Z',
      });
    });

    test('Lifetime stats average exactly in any order, where a sum of doubles would drift', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const scores = [0.1, 0.2, 0.3, 999_999.9999, 0.7];
      for (const order of [scores, scores.toReversed()]) {
        const learner = { userId: newUserId(), courseId };
        for (const averageScore of order) {
          await stats.recordSession({
            ...learner,
            session: sessionContent({ averageScore, totalModulesStudied: 1 }),
          });
        }
        assert.equal((await stats.getStats(learner)).averageScore, 200_000.25998);
      }
    });

    test('Lifetime stats average exactly beyond the integers that a double holds', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const most = { totalModulesStudied: 100_000, averageScore: 1_000_000, timeStudied: 0 };
      for (let count = 0; count < 20; count += 1) await stats.recordSession({ ...learner, session: most });
      assert.equal((await stats.getStats(learner)).averageScore, 1_000_000);

      const least = { totalModulesStudied: 1, averageScore: 0.0001, timeStudied: 0 };
      await stats.recordSession({ ...learner, session: least });
      const sum = 20n * 10_000_000_000n * 100_000n + 1n;
      assert.ok(sum > BigInt(Number.MAX_SAFE_INTEGER));
      const { averageScore, totalModulesStudied } = await stats.getStats(learner);
      assert.equal(totalModulesStudied, 2_000_001);
      assert.equal(averageScore, quotientOf(sum, 2_000_001n * 10_000n));
    });

    test('Lifetime stats without modules have a null average; a score of 0 averages to 0', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };

      await stats.recordSession({
        ...learner,
        session: sessionContent({ totalModulesStudied: 0, averageScore: 90 }),
      });
      const { sessionCount, totalModulesStudied, averageScore } = await stats.getStats(learner);
      assert.deepEqual([sessionCount, totalModulesStudied, averageScore], [1, 0, null]);

      await stats.recordSession({ ...learner, session: sessionContent({ averageScore: 0 }) });
      assert.equal((await stats.getStats(learner)).averageScore, 0);
    });

    test('The first and last completion follow replaced and deleted sessions', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const early = { ...learner, sessionId: newSessionId() };
      const middle = { ...learner, sessionId: newSessionId() };
      const late = { ...learner, sessionId: newSessionId() };
      const put = (key: typeof early, day: number) =>
        stats.putSession({ ...key, session: sessionContent({ completedAt: at(day) }) });
      const span = async () => {
        const { firstCompletedAt, lastCompletedAt } = await stats.getStats(learner);
        return [firstCompletedAt, lastCompletedAt];
      };

      await put(middle, 15);
      assert.deepEqual(await span(), [at(15), at(15)]);
      await put(late, 20);
      await put(early, 10);
      assert.deepEqual(await span(), [at(10), at(20)]);
      await put(early, 21);
      assert.deepEqual(await span(), [at(15), at(21)]);
      await put(early, 11);
      assert.deepEqual(await span(), [at(11), at(20)]);
      await put(late, 14);
      assert.deepEqual(await span(), [at(11), at(15)]);
      await stats.deleteSession(early);
      assert.deepEqual(await span(), [at(14), at(15)]);
      await stats.deleteSession(middle);
      assert.deepEqual(await span(), [at(14), at(14)]);
      await stats.deleteSession(late);
      assert.deepEqual(await span(), [null, null]);
    });

    test('Lifetime stats after deleting all sessions equal those without any session', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const before = await stats.getStats(learner);
      const { session } = await stats.recordSession({ ...learner, session: sessionContent() });
      await stats.deleteSession({ ...learner, sessionId: session.sessionId });
      assert.deepEqual(await stats.getStats(learner), before);
    });
  });
}
