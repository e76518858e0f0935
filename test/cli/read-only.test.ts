import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { backUp } from '../../src/core/index.js';
import { runCli, runCommand } from '../support/cli.js';
import { TestDirectory } from '../support/directory.js';
import { record } from '../support/exports.js';
import { newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { makeReadOnlyCopy } from '../support/read-only-copy.js';
import { runSql, sqlitePath } from '../support/sql.js';
import { allUnprivileged, NO_PERMISSIONS, unprivileged } from '../support/unprivileged.js';

/** The commands that only read, except `backup`, which needs a path. */
function readCommands({ userId, courseId }: { userId: string; courseId: string }): string[][] {
  const learner = ['--user', userId];
  const course = ['--course', courseId];
  return [
    ['stats', ...learner, ...course],
    ['stats', ...learner],
    ['sessions', ...learner, ...course],
    ['history', ...learner, ...course],
    ['activity', ...learner],
    ['activity', ...course],
    ['roster', ...course],
    ['summary', ...course],
    ['report', ...course],
    ['course', 'list'],
    ['course', 'show', ...course],
    ['key', 'list'],
    ['migrate', 'status'],
    ['verify'],
    ['doctor'],
    ['export'],
  ];
}

describe('a database in a directory without write permission', { skip: NO_PERMISSIONS }, () => {
  test('Every command that reads works on a backup there and changes nothing', async () => {
    await using copy = await makeReadOnlyCopy();
    const { file } = copy;
    const before = readFileSync(file);
    const again = join(copy.scratch, 'again.db');
    const commands = [...readCommands(copy), ['backup', again]];
    const argvs = commands.map((argv) => [...argv, '--database', `sqlite:${file}`]);
    const { code, stderr } = await runCommand(allUnprivileged(argvs));
    assert.equal(code, 0, stderr);
    assert.deepEqual(readFileSync(file), before);
    assert.deepEqual(readdirSync(copy.parent), ['copy.db']);
    assert.equal((await runCli(['doctor', '--database', `sqlite:${again}`])).code, 0);
  });

  test('Commands that write name the file and the permissions, and suggest to serve it read-only', async () => {
    await using copy = await makeReadOnlyCopy();
    const { file } = copy;
    for (const argv of [
      ['serve', '--port', '0'],
      ['verify', '--rebuild'],
      ['migrate', 'up'],
      ['course', 'delete', '--course', copy.courseId, '--yes'],
    ]) {
      const { code, stderr } = await runCommand(unprivileged(...argv, '--database', `sqlite:${file}`));
      assert.equal(code, 1, stderr);
      assert.match(stderr, /The database .*copy\.db cannot be written\. Check the permissions .*--read-only/);
    }
    // The directory alone also prevents changes.
    chmodSync(file, 0o644);
    const erase = unprivileged('erase', '--user', copy.userId, '--yes', '--database', `sqlite:${file}`);
    const { code, stderr } = await runCommand(erase);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /cannot be written/);
  });

  test('A file in WAL mode there says why it cannot be read and what to do', async () => {
    await using copy = await makeReadOnlyCopy('wal');
    const { file } = copy;
    const { code, stderr } = await runCommand(unprivileged('doctor', '--database', `sqlite:${file}`));
    assert.equal(code, 1);
    assert.match(
      stderr,
      /copy\.db cannot be opened\. SQLite must create files in its directory, .* copy the file, /,
    );
  });

  test('`doctor` and `serve` report a directory that may not be entered as such', async () => {
    await using copy = await makeReadOnlyCopy();
    const { file, parent, userId } = copy;
    chmodSync(parent, 0o000);
    for (const argv of [['doctor'], ['serve', '--port', '0'], ['stats', '--user', userId]]) {
      const { code, stderr } = await runCommand(unprivileged(...argv, '--database', `sqlite:${file}`));
      assert.equal(code, 1, stderr);
      assert.match(
        stderr,
        /copy\.db cannot be opened\. Check the path and its permissions\. \(.*cannot be accessed/,
      );
      assert.doesNotMatch(stderr, /There is no database|create it/);
    }
  });
});

test('Commands that read leave a closed database without further files, and a log of a killed process in place', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  const userId = newUserId();
  const path = sqlitePath(fixture.database.url);
  await record(fixture, [userId], 3);
  // The open database has its latest sessions in the log, like that of a killed process.
  const killed = join(directory.path, 'killed.db');
  for (const suffix of ['', '-wal']) copyFileSync(`${path}${suffix}`, `${killed}${suffix}`);
  await fixture.stats.close();
  const closed = join(directory.path, 'closed.db');
  copyFileSync(path, closed);
  const log = readFileSync(`${killed}-wal`);
  assert.ok(log.length > 0);
  const states = () => [closed, killed].map((file) => [readFileSync(file), statSync(file).mtimeMs]);
  const before = states();

  for (const file of [closed, killed]) {
    for (const argv of [
      ...readCommands({ userId, courseId: fixture.courseId }),
      ['backup', `${file}.copy`],
    ]) {
      const { code, stdout, stderr } = await runCli([...argv, '--database', `sqlite:${file}`]);
      assert.equal(code, 0, stderr);
      if (argv[0] === 'sessions') assert.equal(stdout.trimEnd().split('\n').length, 4);
    }
  }
  assert.deepEqual(states(), before);
  assert.deepEqual(readFileSync(`${killed}-wal`), log);
  const files = (await directory.files()).filter((name) => name.startsWith('closed')).toSorted();
  assert.deepEqual(files, ['closed.db', 'closed.db.copy']);
});

test('A command that reads says how to repair a file whose writer was interrupted, and `migrate up` repairs it', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  const file = join(directory.path, 'copy.db');
  await backUp({ database: fixture.database.url, file });
  const interrupted = join(directory.path, 'interrupted.db');
  const writer = new BetterSqlite(file);
  // A small cache, so that pages reach the file before the commit.
  writer.pragma('cache_size = 2');
  writer.exec('begin; create table ballast (content blob); insert into ballast values (zeroblob(1000000))');
  for (const suffix of ['', '-journal']) copyFileSync(`${file}${suffix}`, `${interrupted}${suffix}`);
  writer.exec('rollback');
  writer.close();

  const target = ['--database', `sqlite:${interrupted}`];
  const { code, stderr } = await runCli(['course', 'list', ...target]);
  assert.equal(code, 1);
  assert.match(stderr, /was interrupted, .* Run "stats-service migrate up"/);
  assert.equal((await runCli(['migrate', 'up', ...target])).code, 0);
  assert.match((await runCli(['course', 'list', ...target])).stdout, /Algebra/);
});

test('Commands that read see the latest sessions of a running service, whose log stays', async () => {
  await using fixture = await createFixture('sqlite');
  const userId = newUserId();
  await record(fixture, [userId], 2);
  const { url } = fixture.database;
  const sessions = ['sessions', '--user', userId, '--course', fixture.courseId, '--database', url];
  assert.equal((await runCli(sessions)).stdout.trimEnd().split('\n').length, 3);
  await record(fixture, [userId], 1);
  assert.equal((await runCli(sessions)).stdout.trimEnd().split('\n').length, 4);
  assert.ok(statSync(`${sqlitePath(url)}-wal`).size > 0);
});

test('Commands that read leave the empty log of a running service in place', async () => {
  await using fixture = await createFixture('sqlite');
  const { url } = fixture.database;
  await runSql(url, 'pragma wal_checkpoint(truncate)');
  const files = () => ['-wal', '-shm'].map((suffix) => statSync(`${sqlitePath(url)}${suffix}`));
  const before = files();
  assert.equal(before[0]?.size, 0);
  assert.equal((await runCli(['course', 'list', '--database', url])).code, 0);
  assert.deepEqual(
    files().map(({ ino }) => ino),
    before.map(({ ino }) => ino),
  );
});
