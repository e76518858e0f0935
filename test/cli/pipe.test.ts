import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runBin, runCli, runCommand } from '../support/cli.js';
import { until } from '../support/condition.js';
import { createDatabase } from '../support/databases.js';
import { TestDirectory } from '../support/directory.js';
import { record, startBin } from '../support/exports.js';
import { newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { csvLine, HEADER } from '../support/imports.js';

const INTERRUPTED = { code: 130, signal: null, stderr: 'stats-service: interrupted\n' };

async function createPipe() {
  const directory = await TestDirectory.create();
  const path = join(directory.path, 'pipe');
  execFileSync('mkfifo', [path]);
  return { path, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

/** Whether one of its threads waits in the system for the other end of a pipe. */
async function isAtPipe(pid: number | undefined): Promise<boolean> {
  const tasks = `/proc/${pid}/task`;
  const waits = (await readdir(tasks)).map((task) => readFile(`${tasks}/${task}/wchan`, 'utf8'));
  const places = await Promise.allSettled(waits);
  return places.some((place) => place.status === 'fulfilled' && place.value === 'wait_for_partner');
}

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

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} ends an export into a named pipe that has no reader`, async () => {
      await using fixture = await createFixture('sqlite');
      await using pipe = await createPipe();
      const child = startBin(['export', pipe.path, '--database', fixture.database.url]);
      await until('it waits for a reader', () => isAtPipe(child.pid));
      child.kill(signal);
      const { code, stderr } = await child.ended;
      assert.deepEqual([code, stderr], [130, 'stats-service: interrupted; 0 lines written\n']);
    });
  }

  test('Ctrl-C ends an export into a named pipe whose reader has stopped reading', async () => {
    await using fixture = await createFixture('sqlite');
    await using pipe = await createPipe();
    await record(fixture, [newUserId()], 4_000);
    await using reader = await open(pipe.path, constants.O_RDONLY | constants.O_NONBLOCK);
    const child = startBin(['export', pipe.path, '--database', fixture.database.url]);
    await until('it has begun to write', async () => {
      // Before somebody writes there is nothing, or it is not yet there.
      const { bytesRead } = await reader.read(Buffer.alloc(1)).catch(() => ({ bytesRead: 0 }));
      return bytesRead > 0;
    });
    child.kill('SIGINT');
    const { code, stderr } = await child.ended;
    assert.equal(code, 130);
    assert.match(stderr, /^stats-service: interrupted; [\d,]+ lines written\n$/);
  });

  for (const argv of [['import'], ['import', '-', '--courses']]) {
    test(`Ctrl-C ends \`${argv.join(' ')}\` from a named pipe that has no writer`, async () => {
      await using database = await createDatabase('sqlite');
      await using pipe = await createPipe();
      const csv = argv.length === 1 ? ['--format', 'csv'] : [];
      const child = startBin([...argv, pipe.path, ...csv, '--database', database.url]);
      await until('it waits for a writer', () => isAtPipe(child.pid));
      child.kill('SIGINT');
      assert.deepEqual(await child.ended, INTERRUPTED);
    });
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} ends an import from a named pipe whose writer has stopped writing`, async () => {
      await using fixture = await createFixture('sqlite');
      await using pipe = await createPipe();
      const target = ['--create-courses', '--database', fixture.database.url];
      const child = startBin(['import', pipe.path, '--format', 'csv', '--quiet', ...target]);
      await using writer = await open(pipe.path, 'w');
      const userId = newUserId();
      await writer.write(`${HEADER}\n${csvLine({ userId })}\n`);
      await until('what has come is recorded', async () => {
        const { items } = await fixture.stats.listStudiedCourses({ userId });
        return items.length === 1;
      });
      child.kill(signal);
      const { code, stderr } = await child.ended;
      assert.equal(code, 130);
      assert.match(stderr, /^Stopped after line 2\. .*\nstats-service: interrupted\n$/);
    });
  }

  for (const command of ['import', 'export']) {
    test(`A second signal ends an ${command} that waits at a deleted named pipe`, async () => {
      await using fixture = await createFixture('sqlite');
      await using pipe = await createPipe();
      const child = startBin([command, pipe.path, '--format', 'csv', '--database', fixture.database.url]);
      await until('it waits', () => isAtPipe(child.pid));
      await rm(pipe.path);
      let hasEnded = false;
      const ended = child.ended.finally(() => (hasEnded = true));
      // The first is heard some time; whatever comes after it ends the program.
      await until('it has ended', () => {
        if (!hasEnded) child.kill('SIGINT');
        return hasEnded;
      });
      const { code, signal } = await ended;
      assert.deepEqual([code, signal], [null, 'SIGINT']);
    });
  }
});
