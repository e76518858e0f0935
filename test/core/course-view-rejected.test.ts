import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ROSTER_SORTS, StatsError } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { forgeCursor, newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';

const NOW = '2026-11-22T10:00:00.000Z';
const USER = newUserId();

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

/** Forged cursors with possible keys: each is a position in the order. */
const TAKEN = [
  ...ROSTER_SORTS.map((sort) => at(sort, null)),
  ...['progress', 'timeStudied', 'sessionCount'].flatMap((sort) =>
    [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0].map((key) => at(sort, key)),
  ),
  ...[Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -1].map((key) => at('averageScore', key)),
  ...['', "'", '\\', '%', '\u{10FFFF}', 'a'.repeat(3_000)].map((key) => at('displayName', key)),
  ...['1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'].flatMap((time) => [
    at('lastCompletedAt', time),
    at('userId', USER, ['asc', USER, time]),
  ]),
];

function rawCursor(text: string): string {
  return Buffer.from(text.replace('ID', USER).replace('NOW', NOW)).toString('base64url');
}

for (const dialect of DIALECTS) {
  describe(`arguments of the course's view on ${dialect}`, () => {
    test('Invalid ones are rejected by name, unknown ones are not found, and no forged cursor fails in the database', async () => {
      await using fixture = await createFixture(dialect);
      const { courseId, stats } = fixture;
      const { untyped } = stats;
      const userId = newUserId();
      const learner = { userId, courseId };
      await stats.recordSession({ ...learner, session: sessionContent() });

      for (const [call, ...parameters] of REJECTED) {
        const error = await untyped.listLearners({ courseId, ...call }).then(
          () => assert.fail(JSON.stringify(call)),
          (reason: unknown) => reason,
        );
        assert.ok(error instanceof StatsError, `${JSON.stringify(call)}: ${String(error)}`);
        const named = error.faults.map((fault) => ('parameter' in fault ? fault.parameter : fault.pointer));
        assert.deepEqual([error.code, named], ['invalid-request', parameters], JSON.stringify(call));
      }
      for (const call of TAKEN) {
        for (const status of [undefined, 'active']) {
          const { items } = await untyped.listLearners({ courseId, ...call, status });
          assert.ok(items.length <= 1);
        }
      }
      for (const inactiveAfter of [0, 366, 1.5, '14']) {
        const expected = { code: 'invalid-request', message: /^inactiveAfter / };
        await assert.rejects(untyped.getSummary({ courseId, inactiveAfter }), expected);
        await assert.rejects(untyped.getLearner({ ...learner, inactiveAfter }), expected);
      }

      // By default, the figures of one learner are quantiles.
      const { perLearner } = await stats.getSummary({ courseId });
      assert.equal(perLearner.sessionCount?.median, 1);
      const { courseId: empty } = await stats.addCourse({ course: { name: 'Geometry' } });
      assert.deepEqual((await stats.listLearners({ courseId: empty })).items, []);
      await assert.rejects(stats.getLearner({ userId, courseId: empty }), { code: 'learner-not-found' });
      const unknown = { courseId: newCourseId() };
      for (const call of [
        () => stats.listLearners(unknown),
        () => stats.getLearner({ ...unknown, userId }),
        () => stats.getSummary(unknown),
        () => stats.getCourseActivity(unknown),
      ]) {
        await assert.rejects(call(), { code: 'course-not-found' });
      }
      await stats.eraseUser({ userId });
      await assert.rejects(stats.getLearner(learner), { code: 'learner-not-found' });
    });
  });
}
