import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { getPriority } from 'node:os';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { openStats, StatsError, type LearnerKey, type Stats } from '../../src/core/index.js';
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

test('Closing a file waits for the reads of a course in progress, fails those that wait, and leaves no log', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const learner = { userId: newUserId(), courseId };
  await stats.recordSession({ ...learner, session: sessionContent() });
  // As many as there are threads.
  const reading = Promise.all([stats.getLearner(learner), stats.getLearner(learner)]);
  const waiting = Promise.allSettled([stats.getSummary({ courseId }), stats.getCourseActivity({ courseId })]);
  await stats.close();
  assert.deepEqual(
    (await reading).map(({ sessionCount }) => sessionCount),
    [1, 1],
  );
  for (const result of await waiting) {
    assert.ok(result.status === 'rejected' && result.reason instanceof StatsError);
    assert.equal(result.reason.code, 'overloaded');
  }
  assert.deepEqual(readdirSync(dirname(sqlitePath(database.url))), ['stats.db']);
});

test('Equal calls share a summary and an activity while they are computed, and no longer', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId } = fixture;
  const read = () =>
    Promise.all([
      stats.getSummary({ courseId }),
      stats.getSummary({ courseId, inactiveAfter: 14 }),
      stats.getSummary({ courseId, inactiveAfter: 15 }),
      stats.getCourseActivity({ courseId }),
      stats.getCourseActivity({ courseId }),
    ]);
  const [first, same, other, activity, sameActivity] = await read();
  assert.equal(same, first);
  assert.notEqual(other, first);
  assert.equal(sameActivity, activity);
  const [again] = await read();
  assert.notEqual(again, first);
});

const notLinux = process.platform !== 'linux' && 'Other systems have no priorities of threads';
test(
  'A thread that reads a course has a lower priority than the one that records',
  { skip: notLinux },
  async () => {
    await using fixture = await createFixture('sqlite');
    await fixture.stats.getSummary({ courseId: fixture.courseId });
    const niceness = readdirSync('/proc/self/task').map((task) => {
      // The name of the program, in parentheses, can contain spaces. The 17th field after it is the niceness.
      const [, fields = ''] = readFileSync(`/proc/self/task/${task}/stat`, 'utf8').split(/\) (?!.*\) )/);
      return Number(fields.split(' ')[16]);
    });
    assert.ok(Math.max(...niceness) > getPriority(), niceness.join());
  },
);

test('A course is not read from another file at the path of the open one', async () => {
  await using fixture = await createFixture('sqlite');
  await using other = await createFixture('sqlite');
  const path = sqlitePath(fixture.database.url);
  renameSync(path, `${path}.moved`);
  copyFileSync(sqlitePath(other.database.url), path);
  await assert.rejects(fixture.stats.getSummary({ courseId: fixture.courseId }), {
    code: 'database-unusable',
  });
  // The thread that has opened the other file is not used again.
  renameSync(`${path}.moved`, path);
  const { courseId } = await fixture.stats.getSummary({ courseId: fixture.courseId });
  assert.equal(courseId, fixture.courseId);
});

test('Pages by display name follow each other, however long a folded name would be', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId } = fixture;
  // Compatibility decomposition makes 18 letters of this one.
  for (const displayName of ['\ufdfa'.repeat(255), `${'\ufdfa'.repeat(254)}a`]) {
    await stats.enrolLearner({ userId: newUserId(), courseId, enrolment: { displayName } });
  }
  const { next } = await stats.listLearners({ courseId, sort: 'displayName', limit: 1 });
  assert.ok(next !== null && next.length < 2_000, `${next?.length}`);
  const { items } = await stats.listLearners({ courseId, sort: 'displayName', limit: 1, cursor: next });
  assert.equal(items.length, 1);
});
