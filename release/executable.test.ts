import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connectStats } from '../src/client/index.js';
import { newUserId, sessionContent } from '../test/support/factories.js';
import { startPostgres } from '../test/support/postgres.js';
import { workersWith } from '../test/support/worker-log.js';
import { createDirectory, npm, ROOT } from './support/npm.js';
import { run, serve } from './support/program.js';
import { assertHealthy, assertWorks, roundTrip } from './support/round-trip.js';

/** More than one checkpoint interval, which is 2,000 sessions. */
const SESSIONS = 5_000;
const CONCURRENCY = 50;

const directory = await createDirectory();
after(() => directory[Symbol.asyncDispose]());
const home = join(directory.path, 'home');
await mkdir(home);
const file = join(directory.path, process.platform === 'win32' ? 'stats-service.exe' : 'stats-service');
await npm(['run', '--silent', 'package', '--', '--output', file], ROOT);

/** Without PATH, so that the program cannot find an installed Node. */
const inHome = (HOME: string) =>
  ({ command: [file], cwd: directory.path, env: { HOME, TMPDIR: directory.path } }) as const;
const program = inHome(home);

test('The single executable prints its version', async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  assert.deepEqual(await run(program, ['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
});

test('The single executable has the help of every command', async () => {
  const reference = await readFile(join(ROOT, 'docs/cli.md'), 'utf8');
  const commands = Array.from(reference.matchAll(/^## stats-service ?(.*)$/gm), ([, words = '']) => words);
  assert.ok(commands.length > 10);
  for (const words of commands) {
    const argv = words.split(' ').filter(Boolean);
    const { code, stdout, stderr } = await run(program, [...argv, '--help']);
    assert.deepEqual([code, stderr], [0, ''], words);
    assert.match(stdout, new RegExp(`^Usage: ${['stats-service', ...argv].join(' ')}`));
  }
});

test('The single executable works on SQLite, and keeps the addon in the cache of the user', async () => {
  await assertWorks(program, `sqlite:${join(directory.path, 'home.db')}`);
  const cached = await readdir(join(home, '.cache/stats-service'));
  assert.match(cached.join(' '), /^better-sqlite3-[0-9a-f]{64}\.node$/);
});

test('The single executable works on SQLite if the home directory cannot be written', async () => {
  // The home is a file: not even root can create a directory in it.
  await assertWorks(inHome(file), `sqlite:${join(directory.path, 'no-home.db')}`);
});

test('The single executable works on Postgres', async () => {
  await using server = await startPostgres(['fsync=on']);
  await assertWorks(program, server.url);
});

test('The single executable serves with several workers', async () => {
  await using server = await startPostgres(['fsync=on']);
  await using service = await serve(program, server.url, ['--workers', '2']);
  await roundTrip(program, ['--server', service.url]);
  const { code, stdout, stderr } = await service.stop();
  assert.equal(code, 0, stderr);
  assert.deepEqual(new Set(workersWith({ log: stdout }, 'stopped')), new Set([1, 2]));
});

test(`The single executable runs its checkpoint thread while it records ${SESSIONS} sessions`, async () => {
  const url = `sqlite:${join(directory.path, 'many.db')}`;
  await using service = await serve(program, url);
  assert.equal(await recordMany(service.url), SESSIONS);
  if (process.platform === 'linux') assert.ok((await threadsOf(service.pid)).includes('WorkerThread'));
  const { code, stderr } = await service.stop();
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /warning/i);
  await assertHealthy(program, url);
});

async function recordMany(server: string): Promise<number> {
  await using client = connectStats({ server });
  const { courseId } = await client.addCourse({ course: { name: 'Algebra' } });
  const learner = { userId: newUserId(), courseId };
  for (let sent = 0; sent < SESSIONS; sent += CONCURRENCY) {
    const batch = Array.from({ length: CONCURRENCY }, () =>
      client.recordSession({ ...learner, session: sessionContent() }),
    );
    await Promise.all(batch);
  }
  return (await client.getStats(learner)).sessionCount;
}

async function threadsOf(pid: number): Promise<string[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  return Promise.all(
    tasks.map(async (task) => (await readFile(`/proc/${pid}/task/${task}/comm`, 'utf8')).trim()),
  );
}
