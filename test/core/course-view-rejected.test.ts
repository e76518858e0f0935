import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROSTER_SORTS, StatsError } from '../../src/core/index.js';
import { addLearners, learnerId } from '../support/classroom.js';
import { DIALECTS } from '../support/databases.js';
import { forgeCursor, newCourseId, newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';

const NOW = '2026-11-22T10:00:00.000Z';
const USER = learnerId(0);

const at = (sort: string, key: unknown, [order, userId, asOf]: readonly unknown[] = ['asc', USER, NOW]) => ({
  sort,
  cursor: forgeCursor([sort, order, key, userId, asOf]),
});

/** The arguments of a call and the parameters that are named as wrong. */
const REJECTED: readonly (readonly [call: object, ...parameters: string[]])[] = [
  [{ limit: 0 }, 'limit'],
  [{ limit: 1001, inactiveAfter: 0 }, 'inactiveAfter', 'limit'],
  [{ inactiveAfter: 366 }, 'inactiveAfter'],
  [{ inactiveAfter: 1.5 }, 'inactiveAfter'],
  [{ sort: 'name' }, 'sort'],
  [{ sort: null, order: 'ASC' }, 'sort', 'order'],
  [{ status: 'late' }, 'status'],
  [{ group: ';' }, 'group'],
  [{ search: 'a\0' }, 'search'],
  [{ search: 'a\nb' }, 'search'],
  [{ search: '\uD800' }, 'search'],
  [{ search: 'a'.repeat(256) }, 'search'],
  [{ minLearners: 1 }, 'minLearners'],
  // Of another sort or order.
  [{ ...at('sessionCount', 1), sort: 'timeStudied' }, 'cursor'],
  [{ ...at('sessionCount', 1), order: 'desc' }, 'cursor'],
  [at('sessionCount', 1, ['up', USER, NOW]), 'cursor'],
  [at('name', 'a'), 'sort', 'cursor'],
  // Of another shape.
  [{ cursor: '' }, 'cursor'],
  [{ cursor: '%' }, 'cursor'],
  [{ cursor: forgeCursor('userId') }, 'cursor'],
  [{ cursor: forgeCursor(['userId', 'asc', USER, USER]) }, 'cursor'],
  [{ cursor: forgeCursor(['userId', 'asc', USER, USER, NOW, 1]) }, 'cursor'],
  [at('userId', USER, ['asc', 'x', NOW]), 'cursor'],
  [at('userId', USER, ['asc', USER, 'x']), 'cursor'],
  [at('userId', USER, ['asc', USER, Date.parse(NOW)]), 'cursor'],
  // A key of another type.
  [at('userId', 1), 'cursor'],
  [at('displayName', 1), 'cursor'],
  [at('displayName', 'a\0'), 'cursor'],
  [at('displayName', '\uDC00'), 'cursor'],
  [at('displayName', ['a']), 'cursor'],
  [at('lastCompletedAt', 'yesterday'), 'cursor'],
  [at('lastCompletedAt', 0), 'cursor'],
  [at('lastCompletedAt', '0000-01-01T00:00:00Z'), 'cursor'],
  [at('progress', 0.5), 'cursor'],
  [at('progress', '1'), 'cursor'],
  [at('averageScore', '1'), 'cursor'],
  [at('averageScore', true), 'cursor'],
  [at('timeStudied', 2 ** 53), 'cursor'],
  [at('sessionCount', 1e300), 'cursor'],
  [{ sort: 'averageScore', cursor: rawCursor('["averageScore","asc",1e999,"ID","NOW"]') }, 'cursor'],
  [{ sort: 'averageScore', cursor: rawCursor('["averageScore","asc",NaN,"ID","NOW"]') }, 'cursor'],
];

function rawCursor(text: string): string {
  return Buffer.from(text.replace('ID', USER).replace('NOW', NOW)).toString('base64url');
}

test('Invalid arguments of a roster and of a status are rejected by name', async () => {
  await using fixture = await createFixture('sqlite');
  const { courseId } = fixture;
  const { untyped } = fixture.stats;
  for (const [call, ...parameters] of REJECTED) {
    const error = await untyped.listLearners({ courseId, ...call }).then(
      () => assert.fail(JSON.stringify(call)),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof StatsError, `${JSON.stringify(call)}: ${String(error)}`);
    const named = error.faults.map((fault) => ('parameter' in fault ? fault.parameter : fault.pointer));
    assert.deepEqual([error.code, named], ['invalid-request', parameters], JSON.stringify(call));
  }
  for (const inactiveAfter of [0, 366, 1.5, '14']) {
    const expected = { code: 'invalid-request', message: /^inactiveAfter / };
    await assert.rejects(untyped.getSummary({ courseId, inactiveAfter }), expected);
    await assert.rejects(untyped.getLearner({ courseId, userId: USER, inactiveAfter }), expected);
  }
});

const ALL = [0, 1, 2];
const descending = (sort: string, key: unknown) => ({ ...at(sort, key, ['desc', USER, NOW]), order: 'desc' });

/** Forged cursors with possible keys, each of which is a position in the order, and the learners after it. */
const POSITIONS: readonly (readonly [call: object, learners: readonly number[]])[] = [
  // All learners have all values, and null is last. The position by id is the id alone.
  ...ROSTER_SORTS.map((sort) => [at(sort, null), sort === 'userId' ? [1, 2] : []] as const),
  ...['progress', 'timeStudied', 'sessionCount'].flatMap(
    (sort) =>
      [
        [at(sort, Number.MIN_SAFE_INTEGER), ALL],
        [at(sort, 0), ALL],
        [at(sort, Number.MAX_SAFE_INTEGER), []],
        [descending(sort, Number.MAX_SAFE_INTEGER), ALL.toReversed()],
        [descending(sort, Number.MIN_SAFE_INTEGER), []],
      ] as const,
  ),
  // Learners with the same value and a later id than that of the cursor follow.
  [at('sessionCount', 1), [1, 2]],
  [descending('sessionCount', 3), [2, 1, 0]],
  [descending('sessionCount', 1), []],
  ...[-Number.MAX_VALUE, -1, Number.MIN_VALUE].map((key) => [at('averageScore', key), ALL] as const),
  [at('averageScore', 20), [1, 2]],
  [at('averageScore', Number.MAX_VALUE), []],
  ...['', "'", '\\', '%', 'a'.repeat(3_000)].map((key) => [at('displayName', key), ALL] as const),
  [at('displayName', 'b'), [1, 2]],
  [at('displayName', '\u{10FFFF}'), []],
  [at('lastCompletedAt', '1970-01-01T00:00:00.000Z'), ALL],
  [at('lastCompletedAt', '2026-11-21T10:00:00.001Z'), [2]],
  [at('lastCompletedAt', '9999-12-31T23:59:59.999Z'), []],
  [at('userId', USER, ['asc', USER, '1970-01-01T00:00:00.000Z']), [1, 2]],
  [{ ...at('userId', USER, ['asc', USER, '9999-12-31T23:59:59.999Z']), status: 'inactive' }, [1, 2]],
];

for (const dialect of DIALECTS) {
  // One database for all, because opening one takes longer than these tests.
  test(`forged cursors and unknown ids in the course's view on ${dialect}`, async (context) => {
    await using fixture = await createFixture(dialect);
    const { stats } = fixture;

    await context.test('A forged cursor is a position in the order', async () => {
      const course = { name: 'Cursors', moduleIds: ['a', 'b', 'c', 'd'] };
      const { courseId } = await stats.addCourse({ course });
      // Every sort has the order of the ids.
      await addLearners(fixture, courseId, [
        { enrolment: { displayName: 'Ann' }, sessions: [['a']], daysAgo: 2, score: 10 },
        { enrolment: { displayName: 'Bob' }, sessions: [['a'], ['b']], daysAgo: 1, score: 20 },
        { enrolment: { displayName: 'Cem' }, sessions: [['a'], ['b'], ['c']], score: 30 },
      ]);
      for (const [call, learners] of POSITIONS) {
        for (const status of [undefined, 'active']) {
          const { items } = await stats.untyped.listLearners({ courseId, status, ...call });
          assert.deepEqual(
            items.map(({ userId }) => userId),
            learners.map(learnerId),
            JSON.stringify(call),
          );
        }
      }
    });

    await context.test(
      'Unknown learners and courses are not found, and one learner has quantiles',
      async () => {
        const { courseId } = fixture;
        const learner = { userId: USER, courseId };
        assert.deepEqual((await stats.listLearners({ courseId })).items, []);
        await assert.rejects(stats.getLearner(learner), { code: 'learner-not-found' });
        await addLearners(fixture, courseId, [{ sessions: [['a']] }]);
        assert.equal((await stats.getLearner(learner)).sessionCount, 1);
        assert.equal((await stats.getSummary({ courseId })).perLearner.sessionCount?.median, 1);
        const unknown = { courseId: newCourseId() };
        for (const call of [
          () => stats.listLearners(unknown),
          () => stats.getLearner({ ...unknown, userId: USER }),
          () => stats.getSummary(unknown),
          () => stats.getCourseActivity(unknown),
        ]) {
          await assert.rejects(call(), { code: 'course-not-found' });
        }
        await stats.eraseUser({ userId: USER });
        await assert.rejects(stats.getLearner(learner), { code: 'learner-not-found' });
        await assert.rejects(stats.getLearner({ userId: newUserId(), courseId }), {
          code: 'learner-not-found',
        });
      },
    );
  });
}
