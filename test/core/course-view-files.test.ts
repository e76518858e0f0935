import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { openStats, type LearnerKey, type Stats } from '../../src/core/index.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { makeReadOnlyCopy } from '../support/read-only-copy.js';
import { sqlitePath } from '../support/sql.js';

/** Returns the number of sessions of a learner, the only one of a course, according to each call. */
async function sessionCounts(stats: Stats, { userId, courseId }: LearnerKey): Promise<number[]> {
  const [roster, row, summary, activity] = await Promise.all([
    stats.listLearners({ courseId, sort: 'averageScore', status: 'active', inactiveAfter: 365 }),
    stats.getLearner({ userId, courseId }),
    stats.getSummary({ courseId }),
    stats.getCourseActivity({ courseId }),
  ]);
  return [roster.items[0], row, summary, activity.items[0]].map((item) => item?.sessionCount ?? NaN);
}

test('A course is read from a file that cannot be written, and nothing is left beside it', async () => {
  await using copy = await makeReadOnlyCopy();
  const stats = await openStats({ database: `sqlite:${copy.file}`, readOnly: true });
  assert.deepEqual(await sessionCounts(stats, copy), [2, 2, 2, 2]);
  await stats.close();
  assert.deepEqual(readdirSync(copy.parent), ['copy.db']);
});

test('Closing a file waits for the reads of courses, and leaves no log', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const learner = { userId: newUserId(), courseId };
  await stats.recordSession({ ...learner, session: sessionContent() });
  const reads = Array.from({ length: 8 }, () => sessionCounts(stats, learner));
  await stats.close();
  for (const counts of await Promise.all(reads)) assert.deepEqual(counts, [1, 1, 1, 1]);
  assert.deepEqual(readdirSync(dirname(sqlitePath(database.url))), ['stats.db']);
});
