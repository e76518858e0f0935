import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { migrations } from '../../migrations/index.js';
import type { DialectName } from '../../migrations/columns.js';
import { openMigrator, openStats, type SessionKey } from '../../src/core/index.js';
import { migrateUp } from '../../src/core/store/migrate.js';
import { openDatabase } from '../../src/core/store/open.js';
import { createDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';

const [FIRST, ...LATER] = migrations;
const TIME = '2026-11-22T10:00:00.000Z';
const EARLIER = '2020-02-29T23:59:59.999Z';

/** A database as the first release made it. */
async function createFirst(dialect: DialectName): Promise<TestDatabase> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createDatabase(dialect));
  assert.ok(FIRST);
  const database = await openDatabase(url, { create: true });
  try {
    assert.deepEqual(await migrateUp(database, [FIRST], () => Date.parse(TIME)), [FIRST.name]);
  } finally {
    await database.close();
  }
  const resources = stack.move();
  return { url, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** A course and two sessions of one learner, written as the first release wrote them. */
async function fill({ url }: TestDatabase): Promise<readonly [SessionKey, SessionKey]> {
  const [userId, courseId] = [newUserId(), newCourseId()];
  const times = `'${TIME}', '${TIME}'`;
  const learner = `'${userId}', '${courseId}'`;
  const [first, second] = [newSessionId(), newSessionId()];
  await runSql(url, `insert into courses values ('${courseId}', 'Algebra', ${times})`);
  for (const [sessionId, modules, units, time, completedAt] of [
    [first, 6, 684_000, 280_000, EARLIER],
    [second, 1, 0, 5, TIME],
  ] as const) {
    await runSql(
      url,
      `insert into study_sessions (user_id, course_id, session_id, total_modules_studied, average_score_units,
         time_studied, completed_at, created_at, updated_at)
       values (${learner}, '${sessionId}', ${modules}, ${units}, ${time}, '${completedAt}', ${times})`,
    );
  }
  await runSql(
    url,
    `insert into course_stats (user_id, course_id, session_count, total_modules_studied, weighted_score_units,
       time_studied, first_completed_at, last_completed_at, created_at, updated_at)
     values (${learner}, 2, 7, 4104000, 280005, '${EARLIER}', '${TIME}', ${times})`,
  );
  const key = { userId, courseId };
  return [
    { ...key, sessionId: first },
    { ...key, sessionId: second },
  ];
}

/** What is read of the data that {@link fill} has written. */
const filled = ([first, second]: readonly [SessionKey, SessionKey]) => {
  const { courseId } = first;
  const written = { courseId, moduleIds: [], createdAt: TIME, updatedAt: TIME };
  return {
    course: { ...written, name: 'Algebra' },
    sessions: [
      {
        ...written,
        sessionId: second.sessionId,
        totalModulesStudied: 1,
        averageScore: 0,
        timeStudied: 5,
        completedAt: TIME,
      },
      {
        ...written,
        sessionId: first.sessionId,
        totalModulesStudied: 6,
        averageScore: 68.4,
        timeStudied: 280_000,
        completedAt: EARLIER,
      },
    ],
    stats: {
      courseId,
      sessionCount: 2,
      totalModulesStudied: 7,
      averageScore: 410.4 / 7,
      timeStudied: 280_005,
      distinctModulesStudied: 0,
      moduleCount: null,
      progress: null,
      firstCompletedAt: EARLIER,
      lastCompletedAt: TIME,
    },
  };
};

async function read({ url }: TestDatabase, { userId, courseId }: SessionKey) {
  await using stats = await openStats({ database: url, create: false });
  return {
    course: await stats.getCourse({ courseId }),
    sessions: (await stats.listSessions({ userId, courseId })).items,
    stats: await stats.getStats({ userId, courseId }),
  };
}

for (const dialect of DIALECTS) {
  describe(`upgrades from the first release on ${dialect}`, () => {
    test('A database of the first release is rejected until it is migrated', async () => {
      await using database = await createFirst(dialect);
      await using migrator = await openMigrator({ database: database.url });
      assert.deepEqual(await migrator.status(), {
        applied: [FIRST?.name],
        pending: LATER.map(({ name }) => name),
      });
      await assert.rejects(openStats({ database: database.url, migrate: false }), {
        code: 'schema-outdated',
      });
    });

    test('A database of the first release keeps its data when it is opened and migrated', async () => {
      await using database = await createFirst(dialect);
      const keys = await fill(database);
      assert.deepEqual(await read(database, keys[0]), filled(keys));
      await assertRollups(database.url);

      await using stats = await openStats({ database: database.url });
      const { sessionId, ...learner } = keys[0];
      const same = { sessionId, ...sessionContent() };
      assert.equal((await stats.recordSession({ ...learner, session: same })).outcome, 'replayed');
      const moduleIds = ['a', 'b'];
      await stats.putSession({ ...keys[1], session: sessionContent({ moduleIds }) });
      await stats.setCourse({
        courseId: learner.courseId,
        course: { name: 'Algebra', moduleIds: ['a', 'c'] },
      });
      const { distinctModulesStudied, progress } = await stats.getStats(learner);
      assert.deepEqual([distinctModulesStudied, progress], [2, 0.5]);
      await stats.deleteSession(keys[0]);
      await assertRollups(database.url);
    });

    test('Sessions and totals survive migrating down to the first release and up again', async () => {
      await using database = await createFirst(dialect);
      const keys = await fill(database);
      await using migrator = await openMigrator({ database: database.url });
      await migrator.up();
      {
        await using stats = await openStats({ database: database.url });
        const session = sessionContent({ moduleIds: ['a', 'b'], completedAt: EARLIER });
        await stats.putSession({ ...keys[0], session });
        await stats.setCourse({ courseId: keys[0].courseId, course: { name: 'Algebra', moduleIds: ['a'] } });
      }

      for (const { name } of LATER.toReversed()) assert.equal(await migrator.down(), name);
      assert.deepEqual((await migrator.status()).applied, [FIRST?.name]);
      assert.deepEqual(
        await migrator.up(),
        LATER.map(({ name }) => name),
      );

      // The modules are what only the second migration could hold; that they were changed is remembered.
      const { course, sessions, stats } = await read(database, keys[0]);
      const expected = filled(keys);
      assert.deepEqual(stats, expected.stats);
      assert.deepEqual(
        sessions.map((session) => ({ ...session, updatedAt: TIME })),
        expected.sessions,
      );
      assert.deepEqual([course.name, course.moduleIds, course.createdAt], ['Algebra', [], TIME]);
      await assertRollups(database.url);
    });
  });
}
