import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StatsError, type LearnerSession, type RecordResult } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';

function outcomesOf(results: readonly RecordResult[]): string[] {
  return results.map((result) => {
    if (result.outcome !== 'failed') return result.outcome;
    assert.ok(result.error instanceof StatsError, String(result.error));
    return result.error.code;
  });
}

for (const dialect of DIALECTS) {
  describe(`recording many sessions in one call on ${dialect}`, () => {
    test('Each session of a call has the same result as alone, in the order of the sessions', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const userId = newUserId();
      const [first, second] = [newSessionId(), newSessionId()];
      const session = { userId, courseId, sessionId: first, ...sessionContent({ moduleIds: ['a'] }) };
      const sessions = [
        session,
        { ...session, sessionId: second, timeStudied: -1 },
        { ...session, userId: newUserId() },
        session,
        { ...session, timeStudied: 1 },
        { ...session, courseId: newCourseId() },
        { ...session, sessionId: second },
        { ...session, sessionId: undefined },
      ];
      const results = await stats.recordSessions({ sessions });
      assert.deepEqual(outcomesOf(results), [
        'recorded',
        'invalid-request',
        'recorded',
        'replayed',
        'session-conflict',
        'course-not-found',
        'recorded',
        'recorded',
      ]);
      assert.deepEqual(results[0], { outcome: 'recorded', sessionId: first });
      assert.equal((await stats.getStats({ userId, courseId })).sessionCount, 3);
      await assertRollups(database.url);
    });

    test('Sessions with many modules are recorded in several transactions', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const moduleIds = Array.from({ length: 1_000 }, (_, index) => `m${index}`);
      const [userId, others] = [newUserId(), Array.from({ length: 9 }, () => newUserId())];
      const sessions = [userId, ...others].map((id) => ({
        userId: id,
        courseId,
        ...sessionContent({ moduleIds }),
      }));
      const progress = { isOver: false };
      const recording = stats.recordSessions({ sessions }).finally(() => (progress.isOver = true));
      let seen = 0;
      while (seen === 0 && !progress.isOver) seen = (await stats.getStats({ userId, courseId })).sessionCount;
      assert.deepEqual([seen, progress.isOver], [1, false]);
      assert.deepEqual(new Set(outcomesOf(await recording)), new Set(['recorded']));
      await assertRollups(database.url);
    });

    test('A validation error names the field within its session', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const [result] = await stats.untyped.recordSessions({
        sessions: [{ userId: 'ada', courseId, ...sessionContent({ timeStudied: -1 }), extra: 1 }],
      });
      assert.ok(result?.outcome === 'failed' && result.error instanceof StatsError);
      assert.deepEqual(
        result.error.faults.map((fault) => ('pointer' in fault ? fault.pointer : fault.parameter)),
        ['/userId', '/timeStudied', '/extra'],
      );
    });

    test('More than 20 calls at once are rejected, so that their sessions do not fill the memory', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const record = () => stats.recordSessions({ sessions: [{ ...learner, ...sessionContent() }] });
      const settled = await Promise.allSettled(Array.from({ length: 25 }, record));
      const errors = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
      assert.deepEqual(
        errors,
        Array.from({ length: 5 }, () => 'overloaded'),
      );
      assert.equal((await stats.getStats(learner)).sessionCount, 20);
      await record();
    });

    test('A call takes 1,000 sessions of any learners, and rejects more', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const userIds = Array.from({ length: 300 }, () => newUserId());
      const sessions: LearnerSession[] = Array.from({ length: 1_000 }, (_, index) => ({
        userId: userIds[(index * 7) % userIds.length] ?? newUserId(),
        courseId,
        ...sessionContent({ moduleIds: [`m${index % 5}`] }),
      }));
      const results = await stats.recordSessions({ sessions });
      assert.deepEqual(new Set(outcomesOf(results)), new Set(['recorded']));
      assert.equal(results.length, 1_000);
      await assertRollups(database.url);
      await assert.rejects(stats.recordSessions({ sessions: [...sessions, ...sessions] }), {
        code: 'invalid-request',
      });
      assert.deepEqual(await stats.recordSessions({ sessions: [] }), []);
    });
  });
}
