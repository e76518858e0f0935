import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { runCommand } from '../test/support/cli.js';
import { startPostgres } from '../test/support/postgres.js';
import { createFolder } from './support/folder.js';
import { makeExecutable } from './support/executable.js';
import { ROOT } from './support/npm.js';
import { recordMany } from './support/load.js';
import { run, serve } from './support/program.js';
import { makeReadOnly } from './support/read-only.js';
import { assertHealthy, assertWorks } from './support/round-trip.js';

const STARTS = 20;
/** More than the two thousand after which SQLite's log is moved by a thread. */
const SESSIONS = 5_000;

const executable = await makeExecutable();
const elsewhere = await createFolder();
const home = join(elsewhere.path, 'home');
await mkdir(home);
const readOnlyHome = join(elsewhere.path, 'read-only-home');
await mkdir(readOnlyHome);
const readOnly = await makeReadOnly(readOnlyHome);
after(async () => {
  await readOnly[Symbol.asyncDispose]();
  await Promise.all([executable, elsewhere].map((folder) => folder[Symbol.asyncDispose]()));
});

/** In a folder without Node, and with nothing in the environment that would find one. */
const inHome = (HOME: string) =>
  ({ command: [executable.file], cwd: elsewhere.path, env: { HOME, TMPDIR: elsewhere.path } }) as const;
const program = inHome(home);

describe('the single executable, where no Node is', () => {
  test('tells its version', async (t) => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const took: number[] = [];
    for (let start = 0; start < STARTS; start++) {
      const before = performance.now();
      assert.deepEqual(await run(program, ['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
      took.push(performance.now() - before);
    }
    t.diagnostic(`--version: median of ${STARTS} is ${median(took)} ms`);
  });

  test('has the help of every command', async () => {
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

  test('works on SQLite', async (t) => {
    const before = performance.now();
    {
      await using service = await serve(program, 'sqlite::memory:');
      t.diagnostic(`serve listens after ${Math.round(performance.now() - before)} ms`);
      assert.equal((await fetch(`${service.url}/readyz`)).status, 200);
    }
    await assertWorks(program, `sqlite:${join(elsewhere.path, 'home.db')}`);
    assert.match(
      (await readdir(join(home, '.cache/stats-service'))).join(' '),
      /^better-sqlite3-[0-9a-f]{64}\.node$/,
    );
  });

  test('works with a home that cannot be written', async () => {
    await assert.rejects(mkdir(join(readOnlyHome, '.cache')));
    await assertWorks(inHome(readOnlyHome), `sqlite:${join(elsewhere.path, 'no-home.db')}`);
  });

  test('works on Postgres', async () => {
    await using server = await startPostgres(['fsync=on']);
    await assertWorks(program, server.url);
  });

  test(`moves the log of ${SESSIONS} sessions on its thread, without a warning`, async () => {
    const url = `sqlite:${join(elsewhere.path, 'many.db')}`;
    await using service = await serve(program, url);
    assert.equal(await recordMany(service.url, SESSIONS), SESSIONS);
    // Linux tells the names of a process's threads to whoever asks.
    if (process.platform === 'linux') assert.ok((await threadsOf(service.pid)).includes('WorkerThread'));
    const { code, stderr } = await service.stop();
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /warning/i);
    await assertHealthy(program, url);
  });

  test('finds no Node here', async () => {
    await assert.rejects(
      runCommand(['node', '--version'], { cwd: elsewhere.path, env: { PATH: elsewhere.path } }),
    );
  });
});

async function threadsOf(pid: number): Promise<string[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  return Promise.all(
    tasks.map(async (task) => (await readFile(`/proc/${pid}/task/${task}/comm`, 'utf8')).trim()),
  );
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
}
