import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { openStats, StatsError, type CourseId, type Stats, type UserId } from '../../src/core/index.js';
import { openStore } from '../../src/core/store/open.js';
import { toSessionRow } from '../../src/core/store/rows.js';
import { DIALECTS } from '../support/databases.js';
import { assertNoDeadlocks } from '../support/deadlocks.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';

const CONCURRENCY = 200;
/** One round may miss a race. */
const ROUNDS = 4;
const timeout = 60_000;

/** Returns the number of sessions that the call added or removed. */
type Change = (stats: Stats) => Promise<number>;

/** Returns conflicting calls on a few users and courses. Most of them record and share batches. */
function mixedChanges(userIds: readonly UserId[], courseIds: readonly CourseId[]): Change[] {
  const sessionIds = Array.from({ length: 12 }, () => newSessionId());
  return Array.from({ length: CONCURRENCY }, (_, index): Change => {
    const userId = userIds[index % userIds.length] ?? assert.fail();
    const courseId = courseIds[Math.floor(index / 3) % courseIds.length] ?? assert.fail();
    const sessionId = sessionIds[(index * 7) % sessionIds.length] ?? assert.fail();
    const key = { userId, courseId, sessionId };
    const moduleIds = Array.from({ length: 4 }, (__, offset) => `m${(index + offset) % 6}`);
    const content = sessionContent({ timeStudied: index % 3, moduleIds });
    switch (index % 11) {
      case 4:
        return async (stats) => -(await stats.eraseUser({ userId })).sessionsDeleted;
      case 1:
      case 7:
        return async (stats) => {
          const { outcome } = await stats.putSession({ ...key, session: content });
          return outcome === 'recorded' ? 1 : 0;
        };
      case 2:
      case 9:
        return async (stats) => {
          const deleting = stats.deleteSession(key);
          return unless(
            'session-not-found',
            deleting.then(() => -1),
          );
        };
      default:
        return async (stats) => {
          const recording = stats.recordSession({ userId, courseId, session: { sessionId, ...content } });
          return unless(
            'session-conflict',
            recording.then(({ outcome }) => (outcome === 'recorded' ? 1 : 0)),
          );
        };
    }
  });
}

async function unless(code: string, change: Promise<number>): Promise<number> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof StatsError && error.code === code) return 0;
    throw error;
  }
}

for (const dialect of DIALECTS) {
  describe(`concurrent batches on ${dialect}`, { timeout }, () => {
    test('Batches of two handles count each session exactly once during other changes', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const { courseId: logic } = await stats.addCourse({ course: { name: 'Logic' } });
      const userIds = Array.from({ length: 5 }, () => newUserId());
      let stored = 0;
      {
        await using first = await openStats({ database: database.url });
        await using second = await openStats({ database: database.url });
        for (let round = 0; round < ROUNDS; round += 1) {
          const changes = mixedChanges(userIds, [courseId, logic]);
          // Opposite orders provoke conflicts.
          const begun = [
            ...changes.map((change) => change(first)),
            ...changes.toReversed().map((change) => change(second)),
          ];
          for (const change of await Promise.all(begun)) stored += change;
          await assertRollups(database.url);
        }
      }
      assert.equal((await runSql(database.url, 'select 1 from study_sessions')).length, stored);
      await assertNoDeadlocks(database.url);
    });

    test('A batch is not part of a transaction that is open at the same time', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const database = await openStore(fixture.database.url, { create: false });
      try {
        const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        const transaction = database.transact(async () => {
          begun.resolve();
          await ended.promise;
          throw new Error('undone');
        });
        const undone = assert.rejects(transaction, /undone/);
        await begun.promise;

        const key = { ...learner, sessionId: newSessionId() };
        const row = toSessionRow(key, sessionContent(), '2026-11-22T10:00:00.000Z');
        const recording = database.record([{ row, completionSent: false }]);
        const reading = database.findSessions([key]);
        // Without isolation, SQLite would complete both calls in this round of the event loop.
        await setImmediate();
        ended.resolve();

        await undone;
        assert.deepEqual(await recording, [{ outcome: 'recorded', session: row }]);
        await reading;
        assert.equal((await stats.getStats(learner)).sessionCount, 1);
      } finally {
        await database.close();
      }
    });
  });
}
