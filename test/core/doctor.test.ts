import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { diagnose, openMigrator, type Finding } from '../../src/core/index.js';
import { runOn } from '../support/connections.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { runSql, sqlitePath } from '../support/sql.js';

async function findingOf(url: string, check: Finding['check']): Promise<Finding> {
  const findings = await diagnose({ database: url });
  return findings.find((finding) => finding.check === check) ?? assert.fail(`${check} was not checked`);
}

async function record({ stats, courseId }: Fixture, moduleIds: string[]): Promise<void> {
  const session = { ...sessionContent(), moduleIds };
  await stats.recordSession({ userId: newUserId(), courseId, session });
}

for (const dialect of DIALECTS) {
  test(`Doctor finds no problem in a sound database in use on ${dialect}`, async () => {
    await using fixture = await createFixture(dialect);
    await record(fixture, ['"quoted"', String.raw`back\slash`, "it's", '{a,b}', '[1]']);
    await record(fixture, []);

    const findings = await diagnose({ database: fixture.database.url });

    assert.deepEqual(
      findings.filter(({ check }) => check !== 'durability').map(({ check, state }) => [check, state]),
      [
        ['database', 'ok'],
        ['schema', 'ok'],
        ['integrity', 'ok'],
        ['rollups', 'ok'],
      ],
    );
    assert.match(findings.at(-1)?.detail ?? '', /^2 rollups equal/);
  });

  for (const [what, statement, detail] of [
    ['a total', 'update course_stats set time_studied = time_studied + 1', /sessions: 1; module counts: 0$/],
    ['a row of totals', 'delete from course_stats', /sessions: 1; module counts: 0$/],
    ['a session', 'delete from study_sessions', /sessions: 1; module counts: 2$/],
    [
      'a module count',
      `update studied_modules set session_count = 2 where module_id = 'a'`,
      /sessions: 0; module counts: 1$/,
    ],
    ['a module', `delete from studied_modules where module_id = 'a'`, /sessions: 0; module counts: 1$/],
  ] as const) {
    test(`Doctor advises a rebuild if ${what} is wrong or missing on ${dialect}`, async () => {
      await using fixture = await createFixture(dialect);
      await record(fixture, ['a', 'b']);
      await runSql(fixture.database.url, statement);
      const finding = await findingOf(fixture.database.url, 'rollups');
      assert.equal(finding.state, 'problem');
      assert.match(finding.detail, detail);
      assert.match(finding.advice ?? '', /"stats-service verify --rebuild"/);
    });
  }

  test(`Doctor reports a schema that is outdated or newer than the program on ${dialect}`, async () => {
    await using database = await createDatabase(dialect);
    await using migrator = await openMigrator({ database: database.url });
    await migrator.up();
    await migrator.down();
    const outdated = await findingOf(database.url, 'schema');
    assert.equal(outdated.state, 'problem');
    assert.match(outdated.advice ?? '', /migrate up/);
    assert.equal((await diagnose({ database: database.url })).length, 4);

    await migrator.up();
    await runSql(database.url, `update schema_migrations set name = '9999-later' where name like '0001%'`);
    const ahead = await findingOf(database.url, 'schema');
    assert.equal(ahead.state, 'problem');
    assert.match(ahead.advice ?? '', /Upgrade/);
  });
}

test('Doctor reports the durability settings of Postgres, and a problem if one is off', async () => {
  await using database = await createDatabase('postgres');
  await using migrator = await openMigrator({ database: database.url });
  await migrator.up();
  const [setting] = await runSql(database.url, `select current_setting('fsync') as fsync`);
  const { state, detail } = await findingOf(database.url, 'durability');
  assert.match(detail, /^fsync=(on|off) full_page_writes=(on|off)$/);
  assert.deepEqual(setting, { fsync: /fsync=(on|off)/.exec(detail)?.[1] });
  assert.equal(state, detail.includes('=off') ? 'problem' : 'ok');
});

test('Doctor reports an invalid index in Postgres', async () => {
  await using fixture = await createFixture('postgres');
  await runOn(
    fixture.database.url,
    `update pg_index set indisvalid = false where indexrelid = 'course_stats_pkey'::regclass`,
  );
  const { state, detail } = await findingOf(fixture.database.url, 'integrity');
  assert.deepEqual([state, detail], ['problem', 'not valid: course_stats_pkey']);
});

test('Doctor reports SQLite rows that belong to no course', async () => {
  await using fixture = await createFixture('sqlite');
  await record(fixture, []);
  const connection = new BetterSqlite(sqlitePath(fixture.database.url));
  connection.pragma('foreign_keys = off');
  connection.exec('delete from courses');
  connection.close();
  const { state, detail } = await findingOf(fixture.database.url, 'integrity');
  assert.deepEqual([state, detail], ['problem', 'rows that refer to a missing course: 1']);
});

test('Doctor reports a damaged SQLite file and advises restoring a backup', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  for (let count = 0; count < 100; count += 1) {
    await stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
  }
  await stats.close();
  const path = sqlitePath(database.url);
  const bytes = readFileSync(path);
  // Overwrites the page of the last sessions.
  bytes.fill(0x5a, bytes.length - 3_000);
  writeFileSync(path, bytes);
  const { state, advice } = await findingOf(database.url, 'integrity');
  assert.equal(state, 'problem');
  assert.match(advice ?? '', /restore a backup/);
});

test('Doctor rejects a missing database and a file that is not a database', async () => {
  await using database = await createDatabase('sqlite');
  await assert.rejects(diagnose({ database: database.url }), { code: 'database-not-found' });
  writeFileSync(sqlitePath(database.url), 'Dear diary, '.repeat(100));
  await assert.rejects(diagnose({ database: database.url }), { code: 'database-unusable' });
});

for (const dialect of DIALECTS) {
  test(`Doctor reports a missing table on ${dialect} and advises restoring a backup`, async () => {
    await using fixture = await createFixture(dialect);
    await runSql(fixture.database.url, 'drop table studied_modules');
    const { state, detail, advice } = await findingOf(fixture.database.url, 'rollups');
    assert.equal(state, 'problem');
    assert.match(detail, /studied_modules/);
    assert.match(advice ?? '', /restore a backup/);
  });
}
