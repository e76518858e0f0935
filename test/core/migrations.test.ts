import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { migrations } from '../../migrations/index.js';
import type { DialectName } from '../../migrations/columns.js';
import { openMigrator, openStats } from '../../src/core/index.js';
import { createEmptyDatabase, DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { runSql, sqlitePath } from '../support/sql.js';
import { startWorkers, type Workers } from '../support/workers.js';

const NAMES = migrations.map(({ name }) => name);
const PROCESSES = 8;
const timeout = 60_000;

const COLUMNS: Readonly<Record<DialectName, string>> = {
  sqlite: `
    select tables.name as "table", columns.name as "column", lower(columns.type) as type, columns."notnull" as required
    from sqlite_schema as tables, pragma_table_info(tables.name) as columns
    where tables.type = 'table' and tables.name not like 'sqlite_%'`,
  postgres: `
    select relname as "table", attname as "column", format_type(atttypid, atttypmod) as type, attnotnull::int as required
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relkind = 'r' and relnamespace = 'public'::regnamespace and attnum > 0`,
};

const INSTANT: Readonly<Record<DialectName, string>> = {
  sqlite: 'integer',
  postgres: 'timestamp(3) with time zone',
};

const tablesOf = async (dialect: DialectName, url: string) =>
  runSql(url, `select distinct "table" from (${COLUMNS[dialect]}) as columns order by 1`);

const unheardOf = ({ isBreaking }: { isBreaking: boolean }) => `
  insert into schema_migrations (name, is_breaking, created_at, updated_at)
  select '9999-unheard-of', ${Number(isBreaking)}, created_at, updated_at from schema_migrations limit 1`;

for (const dialect of DIALECTS) {
  describe(`the schema on ${dialect}`, () => {
    test('The first migration is not reverted while there is a course', async () => {
      await using database = await createEmptyDatabase(dialect);
      await using stats = await openStats({ database: database.url });
      await using migrator = await openMigrator({ database: database.url });
      const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
      for (const _ of NAMES.slice(1)) await migrator.down();
      await assert.rejects(migrator.down(), { code: 'database-not-empty', kind: 'conflict' });
      await migrator.up();
      await stats.deleteCourse({ courseId });
      for (const name of NAMES.toReversed()) assert.equal(await migrator.down(), name);
    });

    test('The first migration is not reverted while there is an API key, also a revoked one', async () => {
      await using database = await createEmptyDatabase(dialect);
      await using stats = await openStats({ database: database.url });
      await using migrator = await openMigrator({ database: database.url });
      const { key } = await stats.keys.create({ name: 'Reports', scopes: ['stats:read'] });
      for (const _ of NAMES.slice(1)) await migrator.down();
      const notEmpty = { code: 'database-not-empty', message: /every course, session and API key/ };
      await assert.rejects(migrator.down(), notEmpty);
      await migrator.up();
      await stats.keys.revoke(key.keyId);
      for (const _ of NAMES.slice(1)) await migrator.down();
      await assert.rejects(migrator.down(), notEmpty);
      await migrator.up();
      assert.equal((await stats.keys.list()).length, 1);
    });

    test('Migrations go up, down and up again to the same tables', async () => {
      await using database = await createEmptyDatabase(dialect);
      await using migrator = await openMigrator({ database: database.url });

      assert.deepEqual(await migrator.status(), { applied: [], pending: NAMES });
      assert.deepEqual(await migrator.up(), NAMES);
      assert.deepEqual(await migrator.status(), { applied: NAMES, pending: [] });
      assert.deepEqual(await migrator.up(), []);
      const tables = await tablesOf(dialect, database.url);

      for (const name of NAMES.toReversed()) assert.equal(await migrator.down(), name);
      assert.equal(await migrator.down(), undefined);
      assert.deepEqual(await migrator.status(), { applied: [], pending: NAMES });
      assert.deepEqual(await tablesOf(dialect, database.url), [{ table: 'schema_migrations' }]);

      assert.deepEqual(await migrator.up(), NAMES);
      assert.deepEqual(await tablesOf(dialect, database.url), tables);
    });

    test('The status of migrations is read without writing to the database', async () => {
      await using database = await createEmptyDatabase(dialect);
      await using migrator = await openMigrator({ database: database.url });
      await migrator.status();
      assert.deepEqual(await tablesOf(dialect, database.url), []);
    });

    test('A course is kept when the database is closed and opened again', async () => {
      await using database = await createEmptyDatabase(dialect);
      const open = () => openStats({ database: database.url });
      const first = await open();
      const course = await first.addCourse({ course: { name: 'Algebra' } });
      await first.close();
      await using second = await open();
      assert.deepEqual(await second.getCourse({ courseId: course.courseId }), course);
    });

    test('Every table has the columns `created_at` and `updated_at`', async () => {
      await using database = await createEmptyDatabase(dialect);
      await using _ = await openStats({ database: database.url });
      const tables = await tablesOf(dialect, database.url);
      assert.ok(tables.length >= 4);
      for (const column of ['created_at', 'updated_at']) {
        const having = await runSql(
          database.url,
          `select "table" from (${COLUMNS[dialect]}) as columns
           where "column" = '${column}' and type = '${INSTANT[dialect]}' and required = 1 order by 1`,
        );
        assert.deepEqual(having, tables);
      }
    });

    test('The schema rejects deleting a course that has sessions', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      await stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
      const removal = `delete from courses where course_id = '${courseId}'`;
      await assert.rejects(runSql(database.url, removal), /foreign key/i);
    });

    test('A newer schema with compatible migrations is used and is not changed', async () => {
      await using database = await createEmptyDatabase(dialect);
      await using migrator = await openMigrator({ database: database.url });
      await migrator.up();
      await runSql(database.url, unheardOf({ isBreaking: false }));
      await using stats = await openStats({ database: database.url });
      await stats.ready();
      await using strict = await openStats({ database: database.url, migrate: false });
      await strict.ready();
      assert.deepEqual(await migrator.status(), { applied: [...NAMES, '9999-unheard-of'], pending: [] });
      assert.deepEqual(await migrator.up(), []);
      await assert.rejects(migrator.down(), { code: 'schema-newer', message: /9999-unheard-of/ });
      assert.deepEqual((await migrator.status()).applied, [...NAMES, '9999-unheard-of']);
    });

    test('A newer schema with a breaking migration is rejected and is not changed', async () => {
      await using database = await createEmptyDatabase(dialect);
      await using migrator = await openMigrator({ database: database.url });
      await migrator.up();
      await runSql(database.url, unheardOf({ isBreaking: true }));
      const newer = { code: 'schema-newer', kind: 'incompatible', message: /9999-unheard-of/ };
      await assert.rejects(openStats({ database: database.url }), newer);
      await assert.rejects(openStats({ database: database.url, migrate: false }), newer);
      await assert.rejects(migrator.status(), newer);
      await assert.rejects(migrator.up(), newer);
      await assert.rejects(migrator.down(), newer);
      const [row] = await runSql(
        database.url,
        'select cast(count(*) as text) as applied from schema_migrations',
      );
      assert.deepEqual(row, { applied: String(NAMES.length + 1) });
    });

    test('An outdated schema is rejected when it is opened without migrating', async () => {
      await using database = await createEmptyDatabase(dialect);
      await assert.rejects(openStats({ database: database.url, migrate: false }), {
        code: 'schema-outdated',
        kind: 'incompatible',
        message: new RegExp(NAMES.join(', ')),
      });
      await using migrator = await openMigrator({ database: database.url });
      await migrator.up();
      await using stats = await openStats({ database: database.url, migrate: false });
      await stats.ready();
      await migrator.down();
      await assert.rejects(stats.ready(), { code: 'schema-outdated' });
    });
  });
}

describe('concurrent migrations', { timeout }, () => {
  let workers: Workers;
  before(async () => {
    workers = await startWorkers(PROCESSES);
  });
  after(() => workers[Symbol.asyncDispose]());

  for (const dialect of DIALECTS) {
    test(`Processes that open an empty database on ${dialect} concurrently migrate it once`, async () => {
      // One round may miss a race.
      for (let round = 0; round < 3; round += 1) {
        await using database = await createEmptyDatabase(dialect);
        const outcomes = await workers.run(() => ({ database: database.url, calls: [] }));
        assert.deepEqual(
          outcomes,
          Array.from({ length: PROCESSES }, () => []),
        );
        await using migrator = await openMigrator({ database: database.url });
        assert.deepEqual(await migrator.status(), { applied: NAMES, pending: [] });
      }
    });
  }
});

test('A missing SQLite file is created only without `create: false`', async () => {
  await using database = await createEmptyDatabase('sqlite');
  const config = { database: database.url, create: false };
  const notFound = { code: 'database-not-found', kind: 'not-found' };
  await assert.rejects(openStats(config), notFound);
  await assert.rejects(openStats({ ...config, migrate: false }), notFound);
  await assert.rejects(openMigrator(config), notFound);
  assert.equal(existsSync(sqlitePath(database.url)), false);

  await (await openStats({ database: database.url })).close();
  await (await openStats(config)).close();
});

test('A SQLite file is opened in WAL mode, so that a write does not block readers', async () => {
  await using database = await createEmptyDatabase('sqlite');
  await using _ = await openStats({ database: database.url });
  assert.deepEqual(await runSql(database.url, 'pragma journal_mode'), [{ journal_mode: 'wal' }]);
});
