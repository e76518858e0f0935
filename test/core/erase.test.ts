import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CourseId, Stats, UserId } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';
import { rowsOf } from '../support/user-tables.js';

async function addCourses({ stats, courseId }: Fixture): Promise<CourseId[]> {
  const logic = await stats.addCourse({ course: { name: 'Logic', moduleIds: ['a', 'b'] } });
  const sets = await stats.addCourse({ course: { name: 'Set Theory' } });
  return [courseId, logic.courseId, sets.courseId];
}

async function study(stats: Stats, userId: UserId, courseIds: readonly CourseId[]): Promise<void> {
  for (const courseId of courseIds) {
    for (const moduleIds of [['a'], ['a', 'b'], []]) {
      await stats.recordSession({ userId, courseId, session: sessionContent({ moduleIds }) });
    }
    await stats.enrolLearner({ userId, courseId, enrolment: { displayName: 'Ann', groups: ['evening'] } });
  }
}

for (const dialect of DIALECTS) {
  describe(`erasing a learner on ${dialect}`, () => {
    test('Erasing a learner removes sessions and module counts whose rollup is missing', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, database } = fixture;
      const userId = newUserId();
      await study(stats, userId, await addCourses(fixture));
      await runSql(database.url, 'delete from course_stats');
      assert.deepEqual(await stats.eraseUser({ userId }), { sessionsDeleted: 9 });
      for (const [table, rows] of await rowsOf(dialect, database.url, userId))
        assert.deepEqual(rows, [], table);
    });

    test('Erasing a learner removes their rows from every table and keeps those of others', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, database } = fixture;
      const [ann, bob] = [newUserId(), newUserId()];
      const courseIds = await addCourses(fixture);
      await study(stats, ann, courseIds);
      await study(stats, bob, courseIds);
      const before = await rowsOf(dialect, database.url, ann);
      for (const [table, rows] of before) assert.ok(rows.length > 0, `${table} has nothing to erase`);
      const others = await rowsOf(dialect, database.url, bob);

      assert.deepEqual(await stats.eraseUser({ userId: ann }), { sessionsDeleted: 9 });

      for (const [table, rows] of await rowsOf(dialect, database.url, ann)) assert.deepEqual(rows, [], table);
      assert.deepEqual(await rowsOf(dialect, database.url, bob), others);
      await assertRollups(database.url);
      assert.deepEqual(await stats.listStudiedCourses({ userId: ann }), { items: [], next: null });
      for (const courseId of courseIds) {
        const learner = { userId: ann, courseId };
        assert.deepEqual((await stats.listSessions(learner)).items, []);
        assert.deepEqual((await stats.getHistory({ ...learner, interval: 'day' })).items, []);
        const { courseId: _, moduleCount, progress, ...sums } = await stats.getStats(learner);
        assert.deepEqual(sums, {
          sessionCount: 0,
          totalModulesStudied: 0,
          averageScore: null,
          timeStudied: 0,
          distinctModulesStudied: 0,
          firstCompletedAt: null,
          lastCompletedAt: null,
        });
        assert.equal(progress, moduleCount === null ? null : 0);
      }
    });

    test('Erasing a learner keeps the courses and the modules that they declare', async () => {
      await using fixture = await createFixture(dialect);
      const { stats } = fixture;
      const userId = newUserId();
      await study(stats, userId, await addCourses(fixture));
      const courses = await stats.listCourses({});
      await stats.eraseUser({ userId });
      assert.deepEqual(await stats.listCourses({}), courses);
    });

    test('Erasing a learner without sessions removes the enrolments', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const userId = newUserId();
      await stats.enrolLearner({ userId, courseId, enrolment: { displayName: 'Ann' } });
      assert.deepEqual(await stats.eraseUser({ userId }), { sessionsDeleted: 0 });
      for (const [table, rows] of await rowsOf(dialect, database.url, userId))
        assert.deepEqual(rows, [], table);
    });

    test('Erasing a learner a second time, or an unknown one, reports 0 deleted sessions', async () => {
      await using fixture = await createFixture(dialect);
      const { stats } = fixture;
      const userId = newUserId();
      await study(stats, userId, await addCourses(fixture));
      assert.deepEqual(await stats.eraseUser({ userId }), { sessionsDeleted: 9 });
      assert.deepEqual(await stats.eraseUser({ userId }), { sessionsDeleted: 0 });
      assert.deepEqual(await stats.eraseUser({ userId: newUserId() }), { sessionsDeleted: 0 });
    });

    test('`eraseUser` accepts the user id in any case', async () => {
      await using fixture = await createFixture(dialect);
      const { stats } = fixture;
      const userId = newUserId();
      await study(stats, userId, await addCourses(fixture));
      const erased = await stats.untyped.eraseUser({ userId: userId.toUpperCase() });
      assert.deepEqual(erased, { sessionsDeleted: 9 });
    });

    test('An erased learner can record sessions again with the same ids', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database, clock } = fixture;
      const learner = { userId: newUserId(), courseId };
      const sessionId = newSessionId();
      await stats.putSession({ ...learner, sessionId, session: sessionContent({ moduleIds: ['a', 'b'] }) });
      await stats.eraseUser({ userId: learner.userId });
      clock.advance(60_000);

      const session = { sessionId, ...sessionContent({ averageScore: 1, moduleIds: ['b'] }) };
      const recorded = await stats.recordSession({ ...learner, session });

      assert.equal(recorded.outcome, 'recorded');
      assert.equal(recorded.session.createdAt, '2026-11-22T10:01:00.000Z');
      const { sessionCount, averageScore, distinctModulesStudied } = await stats.getStats(learner);
      assert.deepEqual([sessionCount, averageScore, distinctModulesStudied], [1, 1, 1]);
      await assertRollups(database.url);
    });

    test('Erasing a learner deletes more sessions than a page holds', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const userId = newUserId();
      const record = () =>
        stats.recordSession({ userId, courseId, session: sessionContent({ moduleIds: ['a'] }) });
      await Promise.all(Array.from({ length: 1_100 }, record));
      assert.deepEqual(await stats.eraseUser({ userId }), { sessionsDeleted: 1_100 });
      for (const rows of (await rowsOf(dialect, database.url, userId)).values()) assert.deepEqual(rows, []);
    });
  });
}

test('`eraseUser` rejects a missing user id and an unknown parameter', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId } = fixture;
  await assert.rejects(stats.untyped.eraseUser({}), {
    code: 'invalid-request',
    faults: [
      {
        parameter: 'userId',
        detail: 'is required and must be a UUID: 8-4-4-4-12 hexadecimal digits',
      },
    ],
  });
  // Ignoring an unknown `courseId` would erase more than the caller intended.
  await assert.rejects(stats.untyped.eraseUser({ userId: newUserId(), courseId }), {
    code: 'invalid-request',
    faults: [{ parameter: 'courseId', detail: 'is not a known field' }],
  });
});
