import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { runSql, sqlitePath } from '../support/sql.js';

for (const dialect of DIALECTS) {
  test(`\`doctor\` on ${dialect} prints its findings and exits with code 1 for a problem`, async () => {
    await using fixture = await createFixture(dialect);
    const { stats, courseId, database } = fixture;
    await stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
    // Other findings depend on the settings of the Postgres under test.
    const seen = await runCli(['doctor', '--database', database.url]);
    assert.match(seen.stdout, /^Check +State +Detail\n/);
    assert.match(seen.stdout, /\nrollups +ok +1 rollup equals/);

    await runSql(database.url, 'update course_stats set session_count = 7');
    const { code, stdout, stderr } = await runCli(['doctor', '--database', database.url, '--json']);
    assert.equal(code, 1);
    const findings = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(findings.find(({ check }) => check === 'rollups').state, 'problem');
    assert.match(stderr, /\nstats-service: \d of 5 checks found a problem\.\n$/);
  });
}

test('`doctor` exits with code 3 for a missing database and with 4 for an unreachable one', async () => {
  const missing = await runCli(['doctor', '--database', 'sqlite:/nowhere/stats.db']);
  assert.equal(missing.code, 3);
  const unreachable = await runCli(['doctor', '--database', 'postgres://127.0.0.1:1/stats']);
  assert.equal(unreachable.code, 4);
  assert.match(unreachable.stderr, /unavailable.*127\.0\.0\.1:1 refuses connections/);
});

test('`doctor` does not print the parameters of a SQLite URL, which it rejects', async () => {
  const { code, stderr } = await runCli(['doctor', '--database', 'sqlite:stats.db?key=secret']);
  assert.equal(code, 2);
  assert.match(stderr, /^Database: sqlite:stats\.db\n.* must not contain a \?/);
  assert.doesNotMatch(stderr, /secret/);
});

test('`doctor` explains why Postgres rejects the connection, without advice about damage', async () => {
  await using fixture = await createFixture('postgres');
  const { url } = fixture.database;
  const role = `guest_${crypto.randomUUID().replaceAll('-', '')}`;
  await runSql(url, `create role ${role} login password 'guest'`);
  const change = (set: (url: URL) => void) => {
    const changed = new URL(url);
    set(changed);
    return changed.href;
  };
  const cases: readonly (readonly [database: string, code: number, message: RegExp])[] = [
    [
      change((to) => (to.password = 'secret-word')),
      1,
      /rejected the user name or the password\. Check the URL, PGUSER/,
    ],
    [
      change((to) => (to.username = 'nobody')),
      1,
      /rejected the user name or the password\. Check the URL, PGUSER/,
    ],
    [change((to) => (to.pathname = 'nowhere')), 3, /no database of this name\. Check .*createdb/],
    [
      change((to) => to.searchParams.set('sslmode', 'verify-full')),
      1,
      /does not offer TLS\. Enable it there/,
    ],
    [
      change((to) => to.searchParams.set('sslrootcert', '/nowhere.pem')),
      1,
      /A file in the URL cannot be read\. Check sslrootcert/,
    ],
    [change((to) => (to.port = '1')), 4, /unavailable.* \(127\.0\.0\.1:1 refuses connections/],
    [
      'postgres://ada:secret-word@nowhere.invalid/x',
      4,
      /nowhere\.invalid (is an unknown host|cannot be resolved)/,
    ],
  ];
  try {
    for (const [database, code, message] of cases) {
      const ended = await runCli(['doctor', '--database', database]);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, message);
      assert.match(ended.stderr, /^Database: [^\n]+\nstats-service: [^\n]+\n$/);
      assert.equal(ended.stdout, '');
      assert.doesNotMatch(ended.stderr, /backup|secret-word/);
    }
    const guest = change((to) => ([to.username, to.password] = [role, 'guest']));
    const { code, stdout } = await runCli(['doctor', '--database', guest]);
    assert.equal(code, 1);
    assert.match(stdout, /\nschema +problem +cannot be read: permission denied for table/);
    assert.match(
      stdout,
      /\nschema: The role lacks a permission\. Grant it, or use the role that owns the tables\.\n$/,
    );
  } finally {
    await runSql(url, `drop role ${role}`);
  }
});

test('`doctor` reports the first unreadable part of a damaged SQLite file once', async () => {
  await using fixture = await createFixture('sqlite');
  await fixture.stats.close();
  const path = sqlitePath(fixture.database.url);
  const bytes = readFileSync(path);
  // Keeps the header, so that the file is still a SQLite database.
  bytes.fill(0x5a, 100);
  writeFileSync(path, bytes);
  const { code, stdout, stderr } = await runCli(['doctor', '--database', fixture.database.url]);
  assert.equal(code, 1, stderr);
  assert.equal(`${stdout}${stderr}`.match(/restore a backup/g)?.length, 1);
});

test('A value that is not a database URL is a usage error that suggests one', async () => {
  for (const command of [
    'doctor',
    'verify',
    'serve',
    'course list',
    'migrate',
    'export',
    'backup /tmp/copy.db',
  ]) {
    const { code, stdout, stderr } = await runCli([...command.split(' '), '--database', '/tmp/x.db']);
    assert.deepEqual([code, stdout], [2, ''], command);
    assert.equal(
      stderr,
      'stats-service: The database URL is "/tmp/x.db"; it must be sqlite:PATH, sqlite::memory: or postgres://…. Write "sqlite:/tmp/x.db".\n',
    );
  }
  for (const database of [
    'mysql://ada:secret@host/x',
    'ada:secret@host/x',
    'host=db password=secret',
    '/ada:secret@host/x',
    'postgres://ada:sec#ret@host/x',
    'secret',
    '~/x.db',
    '/tmp/x.db?readonly',
    '',
  ]) {
    const { code, stderr } = await runCli(['doctor', '--database', database]);
    assert.equal(code, 2, database);
    assert.match(stderr, /^stats-service: The database URL must be sqlite:PATH[^\n]*\n$/);
    assert.doesNotMatch(stderr, /sec/);
  }
});
