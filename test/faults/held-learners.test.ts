import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserId } from '../../src/core/index.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { LockHolder } from '../support/lock-holder.js';
import { assertRollups } from '../support/rollups.js';

test('A batch rejects each locked learner, and a released learner can be recorded again', async () => {
  await using fixture = await createFixture('postgres', { shortTimeouts: true });
  const { stats, courseId, database } = fixture;
  const record = (userId: UserId) => stats.recordSession({ userId, courseId, session: sessionContent() });
  const hold = async (userId: UserId) => {
    await record(userId);
    const row = `user_id = '${userId}' and course_id = '${courseId}'`;
    return LockHolder.acquire(database.url, `select from course_stats where ${row} for update`);
  };
  const unavailable = { code: 'database-unavailable' };
  const [ada, bob] = [newUserId(), newUserId()];
  await using first = await hold(ada);
  await assert.rejects(record(ada), unavailable);

  // Both are in one batch. The first lock is already known, the second is new.
  await using second = await hold(bob);
  const refused = Promise.all([
    assert.rejects(record(ada), unavailable),
    assert.rejects(record(bob), unavailable),
  ]);
  await second.waitForBlocked(1);
  await first.release();
  assert.equal((await record(ada)).outcome, 'recorded');

  await refused;
  await second.release();
  assert.equal((await record(bob)).outcome, 'recorded');
  await assertRollups(database.url);
});
