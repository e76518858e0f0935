import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { migrations } from '../migrations/index.js';
import { openMigrator, openStats, type LearnerCall } from '../src/core/index.js';
import { createDatabase, DIALECTS, type TestDatabase } from '../test/support/databases.js';
import { newUserId, sessionContent } from '../test/support/factories.js';
import { runSql } from '../test/support/sql.js';
import { installInto, pack, shellEnvironment } from './support/npm.js';
import { run, runJson, serve } from './support/program.js';

const [FIRST, ...LATER] = migrations.map(({ name }) => name);
assert.ok(FIRST);

await using packed = await pack();
const installed = await installInto([packed.tarball]);
after(() => installed[Symbol.asyncDispose]());

/** The new release, installed from its package. */
const program = {
  command: [process.execPath, join(installed.path, 'node_modules/stats-service/bin/stats-service.js')],
  cwd: installed.path,
  env: shellEnvironment(),
} as const;

/** Records one session and reverts the schema to the first release. */
async function fillFirst({ url }: TestDatabase): Promise<LearnerCall> {
  const learner = await recordOne(url);
  await using migrator = await openMigrator({ database: url });
  for (const _ of LATER) await migrator.down();
  assert.deepEqual((await migrator.status()).applied, [FIRST]);
  return learner;
}

async function recordOne(url: string): Promise<LearnerCall> {
  await using stats = await openStats({ database: url });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  const learner = { userId: newUserId(), courseId };
  await stats.recordSession({ ...learner, session: sessionContent() });
  return learner;
}

for (const dialect of DIALECTS) {
  test(`Upgrade and rollback of a ${dialect} database work as documented in docs/operations.md`, async () => {
    await using database = await createDatabase(dialect);
    const { userId, courseId } = await fillFirst(database);
    const target = ['--database', database.url];
    const learner = ['--user', userId, '--course', courseId, ...target];
    const migrate = (...argv: string[]) => run(program, ['migrate', ...argv, ...target]);
    const status = () => runJson(program, ['migrate', 'status', ...target]);

    // A read command does not migrate.
    const rejected = await run(program, ['stats', ...learner]);
    assert.equal(rejected.code, 1);
    assert.match(rejected.stderr, /run "stats-service migrate up"/);
    assert.deepEqual(await status(), { applied: [FIRST], pending: LATER });

    assert.equal((await migrate('up')).code, 0);
    assert.deepEqual(await status(), { applied: [FIRST, ...LATER], pending: [] });
    await runJson(program, ['record', ...learner, '--modules', '6', '--score', '68.4', '--time', '5m']);
    assert.equal(await sessionCount(learner), 2);

    // `migrate down` deletes data, so it requires `--yes`.
    assert.notEqual((await migrate('down')).code, 0);
    for (const _ of LATER) assert.equal((await migrate('down', '--yes')).code, 0);
    assert.deepEqual(await status(), { applied: [FIRST], pending: LATER });
    const stats = await runSql(
      database.url,
      'select cast(session_count as text) as sessions, cast(time_studied as text) as time from course_stats',
    );
    assert.deepEqual(stats, [{ sessions: '2', time: '580000' }]);
  });

  test(`The program serves a ${dialect} database with columns of a later release`, async () => {
    await using database = await createDatabase(dialect);
    const { userId, courseId } = await recordOne(database.url);
    await runSql(
      database.url,
      `insert into schema_migrations (name, is_breaking, created_at, updated_at)
       select '9999-later', 0, created_at, updated_at from schema_migrations limit 1`,
    );
    await runSql(database.url, 'alter table study_sessions add column later integer not null default 0');
    await runSql(database.url, 'alter table course_stats add column later integer not null default 0');
    await using service = await serve(program, database.url);
    const learner = ['--user', userId, '--course', courseId, '--server', service.url];
    await runJson(program, ['record', ...learner, '--modules', '6', '--score', '68.4', '--time', '5m']);
    assert.equal(await sessionCount(learner), 2);
    assert.equal((await service.stop()).code, 0);
  });

  test(`\`serve\` upgrades a ${dialect} database of the first release`, async () => {
    await using database = await createDatabase(dialect);
    const { userId, courseId } = await fillFirst(database);
    await using service = await serve(program, database.url);
    const learner = ['--user', userId, '--course', courseId, '--server', service.url];
    assert.equal(await sessionCount(learner), 1);
    assert.equal((await service.stop()).code, 0);
  });
}

async function sessionCount(learner: readonly string[]): Promise<unknown> {
  const stats = await runJson(program, ['stats', ...learner]);
  return Object(stats)['sessionCount'];
}
