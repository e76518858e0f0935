import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LearnerKey, Stats } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { quotientOf } from '../support/oracle.js';
import { runSql } from '../support/sql.js';

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_TOTAL = BigInt(Number.MAX_SAFE_INTEGER);
const REFUSED = { code: 'total-out-of-range', kind: 'invalid' };

/** The distance of a total from its limit, which two small sessions reach. */
const ROOM = 2n;
const NOTHING = { totalModulesStudied: 0, averageScore: 0, timeStudied: 0 };

const LIMITS = [
  {
    column: 'weighted_score_units',
    limit: MAX_INT64,
    one: { totalModulesStudied: 1, averageScore: 0.0001, timeStudied: 0 },
    most: { totalModulesStudied: 100_000, averageScore: 1_000_000, timeStudied: 0 },
  },
  {
    column: 'total_modules_studied',
    limit: MAX_TOTAL,
    one: { totalModulesStudied: 1, averageScore: 0, timeStudied: 0 },
    most: { totalModulesStudied: 100_000, averageScore: 0, timeStudied: 0 },
  },
  {
    column: 'time_studied',
    limit: MAX_TOTAL,
    one: { totalModulesStudied: 0, averageScore: 0, timeStudied: 1 },
    most: { totalModulesStudied: 0, averageScore: 0, timeStudied: 1_000_000_000 },
  },
] as const;

/** Writes the total of a learner directly, because recording thousands of sessions would take too long. */
async function learnerNear(
  { stats, courseId, database }: Fixture,
  column: string,
  total: bigint,
): Promise<LearnerKey> {
  const learner = { userId: newUserId(), courseId };
  await stats.recordSession({ ...learner, session: NOTHING });
  await runSql(
    database.url,
    `update course_stats set ${column} = ${total} where user_id = '${learner.userId}'`,
  );
  return learner;
}

async function everythingOf(stats: Stats, learner: LearnerKey) {
  return { stats: await stats.getStats(learner), sessions: await stats.listSessions(learner) };
}

for (const dialect of DIALECTS) {
  describe(`limits of lifetime stats on ${dialect}`, () => {
    for (const { column, limit, one, most } of LIMITS) {
      test(`A session that would take ${column} over its limit is rejected`, async () => {
        await using fixture = await createFixture(dialect);
        const { stats } = fixture;
        const learner = await learnerNear(fixture, column, limit - ROOM);
        const key = { ...learner, sessionId: newSessionId() };
        await stats.recordSession({ ...learner, session: one });
        await stats.putSession({ ...key, session: one });
        const before = await everythingOf(stats, learner);

        const sessionId = newSessionId();
        for (const session of [one, most]) {
          await assert.rejects(
            stats.recordSession({ ...learner, session: { sessionId, ...session } }),
            REFUSED,
          );
          await assert.rejects(stats.putSession({ ...learner, sessionId, session }), REFUSED);
        }
        await assert.rejects(stats.putSession({ ...key, session: most }), REFUSED);

        assert.deepEqual(await everythingOf(stats, learner), before);
        await assert.rejects(stats.getSession({ ...learner, sessionId }), { code: 'session-not-found' });

        await stats.deleteSession(key);
        const { outcome } = await stats.putSession({ ...learner, sessionId, session: one });
        assert.equal(outcome, 'recorded');
      });
    }

    test('The average of a learner at the limit of the scores is exact', async () => {
      await using fixture = await createFixture(dialect);
      const learner = await learnerNear(fixture, 'weighted_score_units', MAX_INT64 - 7n);
      await fixture.stats.recordSession({
        ...learner,
        session: { totalModulesStudied: 7, averageScore: 0.0001, timeStudied: 0 },
      });
      const { averageScore } = await fixture.stats.getStats(learner);
      assert.equal(averageScore, quotientOf(MAX_INT64, 7n * 10_000n));
    });

    test('A learner whose total is at its limit does not block other learners', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const full = await learnerNear(fixture, 'time_studied', MAX_TOTAL);
      const other = { userId: newUserId(), courseId };
      const session = { totalModulesStudied: 0, averageScore: 0, timeStudied: 1 };
      const results = await Promise.allSettled([
        stats.recordSession({ ...full, session }),
        stats.recordSession({ ...other, session }),
        stats.recordSession({ ...full, session: NOTHING }),
      ]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ['rejected', 'fulfilled', 'fulfilled'],
      );
      assert.equal((await stats.getStats(other)).timeStudied, 1);
    });
  });
}
