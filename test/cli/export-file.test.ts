import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runCli, runCommand, BIN } from '../support/cli.js';
import { until } from '../support/condition.js';
import { LockHolder } from '../support/lock-holder.js';
import { TestDirectory } from '../support/directory.js';
import { record, startBin } from '../support/exports.js';
import { newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { mountSmallDisk, NO_SMALL_DISK } from '../support/small-disk.js';

const OLD = 'what was there before\n';

const sh = (script: string) => runCommand(['bash', '-c', script]);

test('An export to a symlink replaces its target and keeps the mode and the link', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  await record(fixture, [newUserId()], 3);
  const file = await directory.write('a.csv', OLD.repeat(1_000));
  const link = join(directory.path, 'link.csv');
  await chmod(file, 0o640);
  await symlink('a.csv', link);
  const { code, stderr } = await runCli(['export', link, '--database', fixture.database.url]);
  assert.deepEqual([code, stderr], [0, 'Exported 3 sessions.\n']);
  assert.equal((await directory.read('a.csv')).trimEnd().split('\n').length, 4);
  assert.equal((await stat(file)).mode & 0o777, 0o640);
  assert.ok((await lstat(link)).isSymbolicLink());
  assert.deepEqual(await directory.files(), ['a.csv', 'link.csv']);
});

test('The file of a new export, or of a killed one, is accessible only to its owner', async () => {
  await using fixture = await createFixture('postgres');
  await using directory = await TestDirectory.create();
  const file = join(directory.path, 'a.csv');
  assert.equal((await runCli(['export', file, '--database', fixture.database.url])).code, 0);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  await chmod(file, 0o644);
  await using holder = await LockHolder.acquire(
    fixture.database.url,
    'lock table study_sessions in access exclusive mode',
  );
  const child = startBin(['export', file, '--database', fixture.database.url]);
  await until('the export writes its file', async () => (await directory.files()).length > 1);
  child.kill('SIGKILL');
  await child.ended;
  await holder.release();
  const [left = ''] = await directory.files();
  assert.match(left, /^\.stats-service-/);
  assert.equal((await stat(join(directory.path, left))).mode & 0o777, 0o600);
});

test('`export` reports in one line that it cannot create its file, and leaves nothing', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  await mkdir(join(directory.path, 'folder'));
  await directory.write('file', OLD);
  const cases = [
    ['folder', /folder is a directory; name a file in it\.$/],
    ['missing/a.csv', /The directory .*missing for .*a\.csv does not exist; create it first\.$/],
    ['file/a.csv', /The directory .*file for .*a\.csv does not exist; create it first\.$/],
    ['x'.repeat(300), /x cannot be written\. \(ENAMETOOLONG: .*\)$/],
  ] as const;
  for (const [name, message] of cases) {
    const { code, stderr } = await runCli([
      'export',
      join(directory.path, name),
      '--database',
      fixture.database.url,
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /^stats-service: [^\n]+\n$/);
    assert.match(stderr.trimEnd(), message);
  }
  assert.deepEqual(await directory.files(), ['file', 'folder']);
  assert.equal(await directory.read('file'), OLD);
});

describe('export on a small disk', { skip: NO_SMALL_DISK }, () => {
  test('`export` reports a full or read-only disk in one line and keeps the old file', async () => {
    await using fixture = await createFixture('sqlite');
    await record(fixture, [newUserId()], 8_000);
    await using disk = await mountSmallDisk(1);
    const file = join(disk.path, 'a.csv');
    await writeFile(file, OLD);
    const files = [file, join(disk.path, 'b.csv'), join(disk.path, 'c.ndjson')];
    for (const repair of [() => undefined, () => disk.makeReadOnly()]) {
      repair();
      for (const each of files) {
        const { code, stderr } = await runCli(['export', each, '--database', fixture.database.url]);
        assert.equal(code, 1);
        assert.match(
          stderr,
          /^stats-service: .* cannot be written\. \(It is on a (full|read-only) file system; .*\)\n$/,
        );
        assert.ok(stderr.includes(each), stderr);
      }
      assert.deepEqual(await readdir(disk.path), ['a.csv']);
      assert.equal(await readFile(file, 'utf8'), OLD);
    }
  });
});

test('An export never replaces a device or a pipe', { skip: process.platform !== 'linux' }, async () => {
  await using fixture = await createFixture('sqlite');
  await record(fixture, [newUserId()], 2_000);
  const program = [process.execPath, BIN, 'export', '--database', fixture.database.url].join(' ');

  const through = await sh(`${program} /dev/stdout | wc -l`);
  assert.deepEqual([through.stdout, through.stderr], ['2001\n', 'Exported 2,000 sessions.\n']);
  const closed = await sh(`${program} | head -n 1; echo \${PIPESTATUS[0]}`);
  assert.match(closed.stdout, /^userId,.*\n0\n$/);
  assert.equal(closed.stderr, '');
  const full = await runCli(['export', '/dev/full', '--database', fixture.database.url]);
  assert.equal(full.code, 1);
  assert.match(
    full.stderr,
    /^stats-service: \/dev\/full cannot be written\. \(It is on a full file system; .*\)\n$/,
  );
  const fullStdout = await sh(`${program} > /dev/full`);
  assert.equal(fullStdout.code, 1);
  assert.match(
    fullStdout.stderr,
    /^stats-service: stdout cannot be written\. \(It is on a full file system; .*\)\n$/,
  );
  assert.ok((await stat('/dev/full')).isCharacterDevice());
});

test('Ctrl-C during an export leaves the file unchanged and reports that', async () => {
  await using fixture = await createFixture('postgres');
  await using directory = await TestDirectory.create();
  await directory.write('a.csv', OLD);
  // The lock blocks the export.
  await using holder = await LockHolder.acquire(
    fixture.database.url,
    'lock table study_sessions in access exclusive mode',
  );
  for (const [name, outcome] of [
    ['a.csv', 'changed'],
    ['b.csv', 'created'],
  ] as const) {
    const before = await directory.files();
    const file = join(directory.path, name);
    const child = startBin(['export', file, '--database', fixture.database.url]);
    await until('the export writes its file', async () => (await directory.files()).length > before.length);
    child.kill('SIGINT');
    const { code, stderr } = await child.ended;
    assert.equal(code, 130);
    assert.equal(stderr, `stats-service: interrupted after 0 lines; ${file} was not ${outcome}\n`);
    assert.deepEqual(await directory.files(), before);
  }
  await holder.release();
  assert.equal(await directory.read('a.csv'), OLD);
});

test('Ctrl-C ends an export that is blocked on stdout and reports the lines written', async () => {
  await using fixture = await createFixture('sqlite');
  await record(fixture, [newUserId()], 4_000);
  const child = startBin(['export', '--database', fixture.database.url]);
  // Nothing reads the pipe, so the export blocks when the pipe is full.
  await once(child.stdout, 'readable');
  child.kill('SIGINT');
  const { code, stderr } = await child.ended;
  assert.equal(code, 130);
  assert.match(stderr, /^stats-service: interrupted after [\d,]+ lines\n$/);
});
