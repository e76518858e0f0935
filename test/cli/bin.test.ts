import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { BIN, runBin, runCli, runNode } from '../support/cli.js';
import { until } from '../support/condition.js';
import { createDatabase } from '../support/databases.js';
import { TestDirectory } from '../support/directory.js';
import { csvLine, HEADER } from '../support/imports.js';
import { listen } from '../support/ports.js';

const PACKAGE = new URL('../../package.json', import.meta.url);
const { version: VERSION } = JSON.parse(await readFile(PACKAGE, 'utf8'));

test('`--version` prints the version of package.json', async () => {
  assert.deepEqual(await runBin(['--version']), { code: 0, stdout: `${VERSION}\n`, stderr: '' });
});

test('The program says in one line that its clone is not built', async () => {
  await using clone = await TestDirectory.create();
  await mkdir(join(clone.path, 'bin'));
  await copyFile(BIN, join(clone.path, 'bin', 'stats-service.js'));
  await clone.write('package.json', '{"type":"module"}');
  assert.deepEqual(await runNode([join(clone.path, 'bin', 'stats-service.js'), 'serve']), {
    code: 1,
    stdout: '',
    stderr: 'stats-service: not built yet; run "npm run build"\n',
  });
});

test('An import lowers its priority and prints nothing else on stderr', async () => {
  await using database = await createDatabase('sqlite');
  const argv = [BIN, 'import', '-', '--create-courses', '--quiet', '--database', database.url];
  const child = spawn(process.execPath, argv, { env: {} });
  const stderr = text(child.stderr);
  const { pid = assert.fail('it did not start') } = child;
  await until('low priority', () => getPriority(pid) === constants.priority.PRIORITY_BELOW_NORMAL);
  child.stdin.end(`${HEADER}\n${csvLine()}\n`);
  await once(child, 'exit');
  assert.deepEqual([child.exitCode, await stderr], [0, '']);
});

test('The program reads `.env` of the working directory; environment variables override it', async () => {
  await using fromFile = await createDatabase('sqlite');
  await using fromEnvironment = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const cwd = directory.path;
  await directory.write('.env', `STATS_DATABASE_URL="${fromFile.url}"\n`);
  const add = ['course', 'add', '--name', 'Algebra'];
  const list = ['course', 'list', '--json'];

  assert.equal((await runBin(add, { cwd })).code, 0);
  assert.match((await runCli(list, { env: { STATS_DATABASE_URL: fromFile.url } })).stdout, /Algebra/);
  const env = { STATS_DATABASE_URL: fromEnvironment.url };
  assert.equal((await runBin(list, { cwd, env })).code, 3);
});

test('The Postgres driver sees the variables of `.env`; a directory of that name is ignored', async () => {
  await using directory = await TestDirectory.create();
  await using database = await createDatabase('postgres');
  const cwd = directory.path;
  const url = new URL(database.url);
  const argv = ['course', 'add', '--name', 'Algebra', '--database'];
  await directory.write('.env', `PGPASSWORD=${url.password}\n`);
  url.password = '';
  assert.equal((await runBin([...argv, url.href])).code, 1);
  assert.equal((await runBin([...argv, url.href], { cwd })).code, 0);

  await rm(`${cwd}/.env`);
  await mkdir(`${cwd}/.env`);
  assert.deepEqual(await runBin(['--version'], { cwd }), { code: 0, stdout: `${VERSION}\n`, stderr: '' });
});

test('A password from a pgpass file prints no deprecation of the Postgres driver', async () => {
  await using directory = await TestDirectory.create();
  await using database = await createDatabase('postgres');
  const url = new URL(database.url);
  const PGPASSFILE = await directory.write('pgpass', `*:*:*:${url.username}:${url.password}\n`);
  await chmod(PGPASSFILE, 0o600);
  url.password = '';
  const argv = ['course', 'add', '--name', 'Algebra', '--json', '--database', url.href];
  const { code, stderr } = await runBin(argv, { env: { PGPASSFILE } });
  assert.deepEqual([code, stderr], [0, '']);
});

test('`--help` exits with code 0 if the reader has closed stdout', async () => {
  const child = spawn(process.execPath, [BIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

test('Ctrl-C ends a command that waits for a server with exit code 130', async () => {
  // The command waits for this server, which never responds, when the signal arrives.
  await using silent = createServer();
  const port = await listen(silent);
  const child = spawn(process.execPath, [BIN, 'course', 'list', '--server', `http://127.0.0.1:${port}`]);
  await once(silent, 'request');
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  assert.equal(code, 130);
});
