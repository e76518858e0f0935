import assert from 'node:assert/strict';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SETTINGS } from '../../src/cli/settings.js';
import { runBin, runCli } from '../support/cli.js';
import { createDatabase } from '../support/databases.js';
import { TestDirectory } from '../support/directory.js';

const LIST = ['course', 'list'];
/** A command that reads it fails with exit code 4. */
const SETTING = 'STATS_SERVER_URL=http://127.0.0.1:1\n';

test('A `.env` file with a byte order mark is read', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  await directory.write('.env', `\uFEFFSTATS_DATABASE_URL=${database.url}\n`);
  const { code, stderr } = await runBin(LIST, { cwd: directory.path });
  assert.equal(code, 3);
  assert.ok(stderr.includes(database.url.replace('sqlite:', '')), stderr);
});

for (const [encoding, bytes] of [
  ['UTF-16 with a byte order mark', Buffer.from(`\uFEFF${SETTING}`, 'utf16le')],
  ['big-endian UTF-16 with a byte order mark', Buffer.from(`\uFEFF${SETTING}`, 'utf16le').swap16()],
  ['UTF-16 without a byte order mark', Buffer.from(SETTING, 'utf16le')],
  ['Latin-1', Buffer.from('NAME=café\n', 'latin1')],
] as const) {
  test(`A \`.env\` file in ${encoding} is refused`, async () => {
    await using directory = await TestDirectory.create();
    await directory.write('.env', bytes);
    assert.deepEqual(await runBin(LIST, { cwd: directory.path }), {
      code: 2,
      stdout: '',
      stderr: 'stats-service: .env is not in UTF-8; save it as UTF-8\n',
    });
  });
}

test('A `.env` file that cannot be read is an error with its cause, and `--help` works nevertheless', async () => {
  await using directory = await TestDirectory.create();
  const cwd = directory.path;
  // A loop of links is unreadable for root too.
  await symlink('.env', join(cwd, '.env'));
  const { code, stderr } = await runBin(LIST, { cwd });
  assert.equal(code, 2);
  assert.match(stderr, /^stats-service: \.env cannot be read \(ELOOP: .*\); correct its permissions.*\n$/);
  assert.equal((await runBin(['--help'], { cwd })).code, 0);
});

test(
  'A `.env` file without permission to read it is an error that names EACCES',
  { skip: process.getuid?.() === 0 && 'root may read every file' },
  async () => {
    await using directory = await TestDirectory.create();
    await chmod(await directory.write('.env', SETTING), 0);
    const { code, stderr } = await runBin(LIST, { cwd: directory.path });
    assert.equal(code, 2);
    assert.match(stderr, /^stats-service: \.env cannot be read \(EACCES: .*\); correct its permissions.*\n$/);
  },
);

test('A directory named `.env` is ignored', async () => {
  await using directory = await TestDirectory.create();
  await mkdir(`${directory.path}/.env`);
  const argv = [...LIST, '--database', 'sqlite:missing.db'];
  assert.equal((await runBin(argv, { cwd: directory.path })).code, 3);
});

test('A line of `.env` that names a setting without = is refused', async () => {
  await using directory = await TestDirectory.create();
  await directory.write('.env', '# STATS_PORT\nSTATS_DATABASE_URL: sqlite:x.db\n');
  const { code, stderr } = await runBin(LIST, { cwd: directory.path });
  assert.deepEqual(
    [code, stderr],
    [2, 'stats-service: .env has STATS_DATABASE_URL without =; write STATS_DATABASE_URL=…\n'],
  );
});

for (const name of [
  'STATS_DATBASE_URL',
  'stats_database_url',
  'STATS-DATABASE-URL',
  '"STATS_DATABASE_URL"',
  'set STATS_DATABASE_URL',
]) {
  test(`The unknown variable ${name} of \`.env\` is refused`, async () => {
    await using directory = await TestDirectory.create();
    await directory.write('.env', `${name}=sqlite:x.db\n`);
    const { code, stderr } = await runBin(LIST, { cwd: directory.path });
    assert.deepEqual(
      [code, stderr],
      [2, `stats-service: ${name} is not a setting; did you mean STATS_DATABASE_URL?\n`],
    );
  });
}

test('Commands refuse an unknown variable that begins with STATS_', async () => {
  const env = { STATS_SEVER_URL: 'http://127.0.0.1:1' };
  const id = crypto.randomUUID();
  for (const argv of [
    LIST,
    ['record', '--user', id, '--course', id, '--modules', '1', '--score', '1', '--time', '1m'],
    ['stats', '--user', id],
    ['import', 'x.csv'],
    ['export'],
    ['serve'],
    ['migrate', 'status'],
    ['doctor'],
    ['verify'],
    ['backup', 'x.db'],
    ['erase', '--user', id, '--yes'],
  ]) {
    const { code, stderr } = await runCli(argv, { env });
    assert.deepEqual(
      [code, stderr],
      [2, 'stats-service: STATS_SEVER_URL is not a setting; did you mean STATS_SERVER_URL?\n'],
      argv[0],
    );
  }
});

test('A variable that resembles no setting is refused with the list of all', async () => {
  const { code, stderr } = await runCli(LIST, { env: { STATS_DB: 'sqlite:x.db' } });
  assert.equal(code, 2);
  for (const { env } of Object.values(SETTINGS)) assert.ok(stderr.includes(env), env);
});

test('Variables of the tests, of `compose.yaml` and of Kubernetes are ignored', async () => {
  const env = {
    STATS_TEST_POSTGRES: 'postgres://x',
    STATS_POSTGRES_PASSWORD: 'local',
    STATS_SERVICE_SERVICE_HOST: '10.0.0.1',
    STATS_SERVICE_SERVICE_PORT: '8080',
    STATS_SERVICE_SERVICE_PORT_HTTP: '8080',
    STATS_SERVICE_PORT: 'tcp://10.0.0.1:8080',
    STATS_DATABASE_PORT: 'tcp://10.0.0.1:5432',
    STATS_SERVICE_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
    STATS_SERVICE_PORT_8080_TCP_PROTO: 'tcp',
    STATS_SERVICE_PORT_8080_TCP_PORT: '8080',
    STATS_SERVICE_PORT_8080_TCP_ADDR: '10.0.0.1',
  };
  const argv = [...LIST, '--database', 'sqlite:/nowhere/x.db'];
  assert.equal((await runCli(argv, { env })).code, 3);
  const typo = await runCli(argv, { env: { STATS_SERVER_PORT: '8080' } });
  assert.equal(typo.code, 2);
});

test('A setting that is empty is refused', async () => {
  for (const { env } of Object.values(SETTINGS)) {
    for (const value of ['', ' ']) {
      assert.deepEqual(await runCli(LIST, { env: { [env]: value } }), {
        code: 2,
        stdout: '',
        stderr: `stats-service: ${env} is empty; set it or remove it\n`,
      });
    }
  }
});
