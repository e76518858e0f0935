import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runBin, runCli, runCommand } from '../support/cli.js';
import { until } from '../support/condition.js';
import { createDatabase } from '../support/databases.js';
import { TestDirectory } from '../support/directory.js';
import { record, startBin } from '../support/exports.js';
import { newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { csvLine, HEADER, runImport } from '../support/imports.js';
import { runSql } from '../support/sql.js';

async function createPipe() {
  const directory = await TestDirectory.create();
  const path = join(directory.path, 'pipe');
  execFileSync('mkfifo', [path]);
  return { path, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

/** True if a thread of the process blocks while it opens a pipe. */
async function isAtPipe(pid: number | undefined): Promise<boolean> {
  const tasks = `/proc/${pid}/task`;
  const waits = (await readdir(tasks)).map((task) => readFile(`${tasks}/${task}/wchan`, 'utf8'));
  const places = await Promise.allSettled(waits);
  return places.some((place) => place.status === 'fulfilled' && place.value === 'wait_for_partner');
}

/** Runs the program with a stdout whose reader has exited. */
async function runClosed(argv: readonly string[]) {
  const child = startBin(argv);
  child.stdout.destroy();
  const { code, stderr } = await child.ended;
  return { code, stderr };
}

test('A command that fails keeps its exit code if the reader of stdout has exited', async () => {
  await using fixture = await createFixture('sqlite');
  const { database } = fixture;
  await record(fixture, [newUserId()], 1);
  await runSql(database.url, 'update course_stats set session_count = 7');
  for (const command of [['doctor'], ['verify'], ['verify', '--json'], ['doctor', '--json']]) {
    const { code, stderr } = await runClosed([...command, '--database', database.url]);
    assert.equal(code, 1, command.join(' '));
    assert.match(stderr, /\nstats-service: [^\n]+\n$/);
  }
});

test('A list or an export ends early with exit code 0 if the reader of stdout has exited', async () => {
  await using fixture = await createFixture('sqlite');
  const { courseId, database } = fixture;
  const userId = newUserId();
  await record(fixture, [userId], 3_000);
  for (const command of [
    ['sessions', '--user', userId, '--course', courseId],
    ['sessions', '--user', userId, '--course', courseId, '--json'],
    ['stats', '--user', userId, '--course', courseId],
    // Closing takes longer, because a thread ends.
    ['summary', '--course', courseId],
    ['export'],
    ['export', '--gzip'],
  ]) {
    const ended = await runClosed([...command, '--database', database.url]);
    assert.deepEqual(ended, { code: 0, stderr: '' }, command.join(' '));
  }
});

describe('named pipes', { skip: process.platform !== 'linux' }, () => {
  test('An export into a named pipe has the same content as an export to stdout', async () => {
    await using fixture = await createFixture('sqlite');
    await using pipe = await createPipe();
    await record(fixture, [newUserId()], 3_000);
    const reader = runCommand(['cat', pipe.path]);
    const { code, stderr } = await runBin(['export', pipe.path, '--database', fixture.database.url]);
    assert.deepEqual([code, stderr], [0, 'Exported 3,000 sessions.\n']);
    const direct = await runCli(['export', '--database', fixture.database.url]);
    assert.equal((await reader).stdout, direct.stdout);
  });

  for (const options of [[], ['--gzip']]) {
    test(`\`${['export', ...options].join(' ')}\` exits with code 0 if its pipe is closed`, async () => {
      await using fixture = await createFixture('sqlite');
      await using pipe = await createPipe();
      await record(fixture, [newUserId()], 4_000);
      const reader = runCommand(['head', '-c', '1', pipe.path]);
      const argv = ['export', pipe.path, ...options, '--database', fixture.database.url];
      assert.deepEqual(await runBin(argv), { code: 0, stdout: '', stderr: '' });
      assert.equal((await reader).stdout.length, 1);
    });
  }

  test('An import reads a named pipe to its end', async () => {
    await using database = await createDatabase('sqlite');
    await using pipe = await createPipe();
    const writer = writeFile(pipe.path, `${HEADER}\n${csvLine({ userId: newUserId() })}\n`);
    const target = ['--create-courses', '--database', database.url];
    const { code, summary } = await runImport([pipe.path, '--format', 'csv', ...target]);
    await writer;
    assert.deepEqual([code, summary.created], [0, 1]);
  });

  for (const command of ['import', 'export']) {
    test(`A second signal ends an ${command} that waits for the other end of a named pipe`, async () => {
      await using fixture = await createFixture('sqlite');
      await using pipe = await createPipe();
      const child = startBin([command, pipe.path, '--format', 'csv', '--database', fixture.database.url]);
      await until('the command waits for the pipe', () => isAtPipe(child.pid));
      let hasEnded = false;
      const ended = child.ended.finally(() => (hasEnded = true));
      // The program handles the first signal. A later one kills it.
      await until('the command has ended', () => {
        if (!hasEnded) child.kill('SIGINT');
        return hasEnded;
      });
      const { code, signal } = await ended;
      assert.deepEqual([code, signal], [null, 'SIGINT']);
    });
  }
});
