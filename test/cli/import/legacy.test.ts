import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStats, toCourseId, toUserId } from '../../../src/core/index.js';
import { createDatabase, createEmptyDatabase, DIALECTS } from '../../support/databases.js';
import { runImport } from '../../support/imports.js';
import { runSql } from '../../support/sql.js';

/** More sessions than the import reads at a time. */
const SESSIONS = 5_100;
const USER = '7c7b7d42-ff2f-57e0-b43e-bdac13420b81';
const COURSE = '7384c218-7413-5439-8a53-127d6e177480';

/** Creates the tables of the previous service. */
async function createLegacy(sessions: number) {
  const database = await createEmptyDatabase('postgres');
  for (const statement of [
    'create table courses (id uuid primary key, name varchar(255) not null)',
    `create table study_sessions (id uuid primary key, user_id uuid not null, course_id uuid not null,
       total_modules_studied integer, average_score double precision, time_studied integer,
       created_at timestamptz not null)`,
    `insert into courses values ('${COURSE}', 'Algebra')`,
    `insert into study_sessions select gen_random_uuid(), '${USER}', '${COURSE}', 2, number % 100 + 0.5, 1000,
       timestamptz '2026-01-01T00:00:00.123456Z' + number * interval '1 minute'
     from generate_series(1, ${sessions}) as number`,
    `insert into study_sessions values
       (gen_random_uuid(), '${USER}', '${COURSE}', 2, null, 1000, '2026-01-01Z'),
       (gen_random_uuid(), '${USER}', '${COURSE}', 2, 7, 1000, 'infinity')`,
  ]) {
    await runSql(database.url, statement);
  }
  return database;
}

for (const dialect of DIALECTS) {
  test(`\`import --from-legacy\` into ${dialect} records each session once`, async () => {
    await using legacy = await createLegacy(SESSIONS);
    await using database = await createDatabase(dialect);
    const argv = ['--from-legacy', legacy.url, '--database', database.url];
    const first = await runImport(argv);
    assert.equal(first.code, 5, first.stderr);
    assert.match(first.stderr, /^session [0-9a-f-]{36}: completedAt is .*; it must be an RFC 3339 time/m);
    const { created, invalid, coursesCreated } = first.summary;
    assert.deepEqual([created, invalid, coursesCreated], [SESSIONS + 1, 1, 1]);

    // The old service writes between the imports.
    await runSql(
      legacy.url,
      `update study_sessions set created_at = '2026-01-01Z' where created_at = 'infinity'`,
    );
    const second = await runImport(argv);
    assert.equal(second.code, 0, second.stderr);
    assert.deepEqual([second.summary.created, second.summary.replayed], [1, SESSIONS + 1]);

    await using stats = await openStats({ database: database.url });
    const { sessionCount, averageScore, firstCompletedAt, lastCompletedAt } = await stats.getStats({
      userId: toUserId(USER),
      courseId: toCourseId(COURSE),
    });
    assert.equal(sessionCount, SESSIONS + 2);
    // One session has no score, and another 7.
    assert.equal(averageScore, (50 * SESSIONS + 7) / (SESSIONS + 1));
    assert.equal(firstCompletedAt, '2026-01-01T00:00:00.000Z');
    assert.equal(lastCompletedAt, '2026-01-04T13:00:00.123Z');
  });
}

test('A dry run of `import --from-legacy` counts the sessions and records nothing', async () => {
  await using legacy = await createLegacy(10);
  await using database = await createDatabase('sqlite');
  await using stats = await openStats({ database: database.url });
  const argv = ['--from-legacy', legacy.url, '--database', database.url, '--dry-run'];
  const { summary, stderr } = await runImport(argv);
  assert.deepEqual([summary.created, summary.invalid, summary.coursesCreated], [11, 1, 0], stderr);
  assert.deepEqual((await stats.listStudiedCourses({ userId: toUserId(USER) })).items, []);
});

test('`import --from-legacy` rejects a database that the previous service did not create', async () => {
  await using database = await createDatabase('sqlite');
  await using other = await createEmptyDatabase('postgres');
  const { code, stderr } = await runImport(['--from-legacy', other.url, '--database', database.url]);
  assert.equal(code, 3);
  assert.match(stderr, /The database is not one of the previous service/);
});
