import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { migrations } from '../../migrations/index.js';
import { runCli } from '../support/cli.js';
import { sqlitePath } from '../support/sql.js';
import { createDatabase } from '../support/databases.js';
import { TestDirectory } from '../support/directory.js';

const NAMES = migrations.map(({ name }) => name);

test('`--database` overrides STATS_DATABASE_URL, which overrides the default path', async () => {
  await using flag = await createDatabase('sqlite');
  await using variable = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const XDG_DATA_HOME = join(directory.path, 'home');
  const add = ['course', 'add', '--name', 'Algebra'];

  const STATS_DATABASE_URL = variable.url;
  await runCli([...add, '--database', flag.url], { env: { STATS_DATABASE_URL, XDG_DATA_HOME } });
  assert.ok(existsSync(sqlitePath(flag.url)));
  assert.ok(!existsSync(sqlitePath(variable.url)));

  await runCli(add, { env: { STATS_DATABASE_URL, XDG_DATA_HOME } });
  assert.ok(existsSync(sqlitePath(variable.url)));
  assert.ok(!existsSync(XDG_DATA_HOME));

  await runCli(add, { env: { HOME: XDG_DATA_HOME } });
  assert.ok(existsSync(join(XDG_DATA_HOME, '.local', 'share', 'stats-service', 'stats.db')));
  await runCli(add, { env: { XDG_DATA_HOME } });
  assert.ok(existsSync(join(XDG_DATA_HOME, 'stats-service', 'stats.db')));
});

test('A command rejects an environment that names both a database and a server', async () => {
  const env = { STATS_DATABASE_URL: 'sqlite::memory:', STATS_SERVER_URL: 'http://127.0.0.1:1' };
  const { code, stderr } = await runCli(['course', 'list'], { env });
  assert.equal(code, 2);
  assert.match(stderr, /STATS_DATABASE_URL and STATS_SERVER_URL are both set/);
});

test('`verify`, `doctor`, `export` and `backup` reject STATS_SERVER_URL as their target', async () => {
  const env = { STATS_SERVER_URL: 'http://127.0.0.1:1' };
  for (const argv of [['verify'], ['doctor'], ['export'], ['backup', 'copy.db']]) {
    const { code, stderr } = await runCli(argv, { env });
    assert.equal(code, 2, argv[0]);
    assert.match(stderr, /cannot use a server; use --database instead of STATS_SERVER_URL/);
  }
});

test('Read commands create and migrate no database; `migrate up` and `down` change the schema', async () => {
  await using database = await createDatabase('sqlite');
  const target = ['--database', database.url];
  const missing = await runCli(['course', 'list', ...target]);
  assert.equal(missing.code, 3);
  assert.ok(missing.stderr.includes(sqlitePath(database.url)));
  assert.ok(!existsSync(sqlitePath(database.url)));

  const migrate = async (...argv: string[]) => {
    const { stderr } = await runCli(['migrate', ...argv, ...target]);
    const [first, ...lines] = stderr.split('\n');
    assert.equal(first, `Database: ${database.url}`);
    return lines.join('\n');
  };
  assert.equal(await migrate('up'), NAMES.map((name) => `Applied ${name}.\n`).join(''));
  assert.equal(await migrate(), 'The schema is current.\n');
  assert.equal((await runCli(['course', 'list', ...target])).code, 0);
  for (const name of NAMES.toReversed()) {
    assert.equal(await migrate('down', '--yes'), `Reverted ${name}.\n`);
  }
  const outdated = await runCli(['course', 'list', ...target]);
  assert.equal(outdated.code, 1);
  assert.match(outdated.stderr, /run "stats-service migrate up"/);
  const { stdout } = await runCli(['migrate', 'status', '--json', ...target]);
  assert.deepEqual(JSON.parse(stdout), { applied: [], pending: NAMES });
  assert.equal(await migrate('down', '--yes'), 'No migration is applied; nothing was reverted.\n');
});

test('An unreachable database or server ends a command with exit code 4, without the password', async () => {
  const unreachable = ['--database', 'postgres://user:secret@127.0.0.1:1/x'];
  // Concurrently, because each command retries with pauses.
  const [database, server, verbose] = await Promise.all([
    runCli(['course', 'list', ...unreachable]),
    runCli(['course', 'list', '--server', 'http://127.0.0.1:1']),
    runCli(['--verbose', 'course', 'list', ...unreachable]),
  ]);
  assert.equal(database.code, 4);
  assert.match(
    database.stderr,
    /^stats-service: The database is unavailable or busy; try again\. \(127\.0\.0\.1:1 refuses connections; check .*\)\n$/,
  );
  assert.equal(server.code, 4);
  assert.match(server.stderr, /The server http:\/\/127\.0\.0\.1:1 cannot be reached; try again\./);
  assert.match(verbose.stderr, /\n {4}at /);
  assert.ok(!verbose.stderr.includes('secret'));
});

test('A read command leaves a SQLite file of another program unchanged', async () => {
  await using database = await createDatabase('sqlite');
  const path = sqlitePath(database.url);
  const foreign = new BetterSqlite(path);
  foreign.exec('create table notes (text)');
  foreign.close();
  const before = readFileSync(path);
  assert.equal((await runCli(['course', 'list', '--database', database.url])).code, 1);
  assert.deepEqual(readFileSync(path), before);
});

test('Error messages contain no control characters and no password', async () => {
  const url = 'sqlite:/nowhere\u001b[31m\nfake/x.db';
  const folder = await runCli(['course', 'list', '--database', url]);
  assert.equal(folder.stderr.split('\n').length, 2);
  assert.ok(!folder.stderr.includes('\u001b'));
  const option = await runCli(['course', 'list', '--\u001b[31m']);
  assert.ok(!option.stderr.includes('\u001b'));
  const migrate = await runCli(['migrate', 'status', '--database', 'postgres://user:sec#ret@host/x']);
  assert.equal(migrate.code, 2);
  assert.ok(!migrate.stderr.includes('sec'));
});
