import assert from 'node:assert/strict';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runBin, runCli } from '../support/cli.js';
import { until } from '../support/condition.js';
import { createDatabase } from '../support/databases.js';
import { TestDirectory } from '../support/directory.js';
import { record, startBin } from '../support/exports.js';
import { newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { HttpClient } from '../support/http-client.js';
import { makeCourse, Recorder } from '../support/recorder.js';
import { startService } from '../support/service.js';
import { mountSmallDisk, NO_SMALL_DISK } from '../support/small-disk.js';
import { runSql, sqlitePath } from '../support/sql.js';

async function sessionsOf(file: string): Promise<number> {
  const rows = await runSql(`sqlite:${file}`, 'select session_id from study_sessions');
  return rows.length;
}

async function assertWell(file: string): Promise<void> {
  const { code, stdout } = await runCli(['doctor', '--json', '--database', `sqlite:${file}`]);
  assert.equal(code, 0, stdout);
  const findings = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(findings.length, 5);
  for (const { state } of findings) assert.equal(state, 'ok', stdout);
}

/** Adds data, so that a backup copies the database in several steps. */
async function addBallast(database: string, megabytes: number): Promise<void> {
  await runSql(database, 'create table ballast (content blob)');
  const series = `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${megabytes})`;
  await runSql(database, `insert into ballast ${series} select zeroblob(1000000) from n`);
}

test('A backup under load passes `doctor` and contains every session acknowledged before it', async () => {
  await using directory = await TestDirectory.create();
  await using database = await createDatabase('sqlite');
  await using service = await startService(['--database', database.url, '--port', '0']);
  await addBallast(database.url, 20);
  await using client = new HttpClient(service.url, 8);
  const recorders = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => new Recorder(await makeCourse(client, `Course ${index}`))),
  );
  const over = new AbortController();
  const acknowledged = () => recorders.reduce((sum, recorder) => sum + recorder.acknowledged, 0);
  const recording = Promise.all(
    recorders.map(async (recorder) => {
      while (!over.signal.aborted) assert.equal((await recorder.record(client)).status, 201);
    }),
  );
  await until('some sessions are recorded', () => acknowledged() > 500);
  for (const name of ['one.db', 'two.db']) {
    const file = join(directory.path, name);
    const before = acknowledged();
    const { code, stdout, stderr } = await runBin(['backup', file, '--database', database.url]);
    const after = acknowledged();
    const message = `Backed up to ${file}; the copy was checked.\n`;
    assert.deepEqual([code, stdout, stderr], [0, '', message]);
    assert.ok(after > before, 'nothing was recorded during the backup');
    await assertWell(file);
    const copied = await sessionsOf(file);
    // The backup may also contain sessions that were in flight when it began.
    assert.ok(copied >= before && copied <= after + recorders.length, `${before} ${copied} ${after}`);
  }
  over.abort();
  await recording;
  for (const recorder of recorders) await recorder.assertTotals(client);
  assert.deepEqual(await directory.files(), ['one.db', 'two.db']);
});

test('`backup` does not replace a file, and rejects a path where it cannot create one', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  await directory.write('old.db', 'old');
  await mkdir(join(directory.path, 'folder'));
  const cases = [
    ['old.db', 1, /old\.db already exists; name another file\.$/],
    ['folder', 1, /folder is a directory; name a file in it\.$/],
    ['missing/a.db', 1, /The directory .*missing for .*a\.db does not exist; create it first\.$/],
    ['x'.repeat(300), 1, /cannot be written\. \(ENAMETOOLONG: .*\)$/],
  ] as const;
  for (const [name, code, message] of cases) {
    const ended = await runCli(['backup', join(directory.path, name), '--database', fixture.database.url]);
    assert.equal(ended.code, code);
    assert.match(ended.stderr, /^stats-service: [^\n]+\n$/);
    assert.match(ended.stderr.trimEnd(), message);
  }
  assert.deepEqual(await directory.files(), ['folder', 'old.db']);
  assert.equal(await directory.read('old.db'), 'old');
});

test('`backup` treats a dangling symlink as an existing file and does not replace it', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  const file = join(directory.path, 'link.db');
  await symlink('nowhere.db', file);
  const { code, stderr } = await runCli(['backup', file, '--database', fixture.database.url]);
  assert.deepEqual([code, stderr], [1, `stats-service: ${file} already exists; name another file.\n`]);
  assert.ok((await lstat(file)).isSymbolicLink());
  assert.deepEqual(await directory.files(), ['link.db']);
});

test('`backup` rejects unsupported sources and targets and creates no file', async () => {
  await using directory = await TestDirectory.create();
  await using nowhere = await createDatabase('sqlite');
  const broken = await directory.write('broken.db', 'no database '.repeat(1_000));
  const cases = [
    ['postgres://127.0.0.1:1/stats', 1, /pg_dump --format=custom .*pg_restore/],
    ['sqlite::memory:', 2, /Only a SQLite file can be copied/],
    ['mysql://127.0.0.1', 2, /must be sqlite:PATH/],
    [nowhere.url, 3, /There is no database at/],
    [
      `sqlite:${broken}`,
      1,
      /cannot be opened\. It is not a SQLite database\. Check the path\. \(.*not a database\)$/,
    ],
  ] as const;
  for (const [database, code, message] of cases) {
    const ended = await runCli(['backup', join(directory.path, 'a.db'), '--database', database]);
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, /^stats-service: [^\n]+\n$/);
    assert.match(ended.stderr.trimEnd(), message);
  }
  const server = await runCli(['backup', join(directory.path, 'a.db'), '--server', 'http://127.0.0.1:1']);
  assert.equal(server.code, 2);
  assert.match(server.stderr, /backup cannot use a server/);
  assert.equal((await runCli(['backup', '-'])).code, 2);
  assert.deepEqual(await directory.files(), ['broken.db']);
});

test('`backup` of a damaged database exits with code 1 and keeps no copy', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  await record(fixture, [newUserId()], 2_000);
  await fixture.stats.close();
  const path = sqlitePath(fixture.database.url);
  const bytes = await readFile(path);
  // Damages sessions in the middle of the file, which only an integrity check detects.
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 20_000);
  await writeFile(path, bytes);
  const { code, stderr } = await runCli([
    'backup',
    join(directory.path, 'a.db'),
    '--database',
    fixture.database.url,
  ]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^stats-service: The copy is damaged, and so may be the database; .* "stats-service doctor"\. \(.*\)\n$/,
  );
  assert.deepEqual(await directory.files(), []);
});

describe('backup on a small disk', { skip: NO_SMALL_DISK }, () => {
  test('`backup` reports a full or read-only disk in one line and leaves no file', async () => {
    await using fixture = await createFixture('sqlite');
    await record(fixture, [newUserId()], 10_000);
    await using disk = await mountSmallDisk(1);
    const file = join(disk.path, 'a.db');
    for (const repair of [() => undefined, () => disk.makeReadOnly()]) {
      repair();
      const { code, stderr } = await runCli(['backup', file, '--database', fixture.database.url]);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^stats-service: [^\n]* cannot be written[^\n]*\. \(.*(full|read-only file system).*\)\n$/,
      );
      assert.deepEqual(await readdir(disk.path), []);
    }
  });
});

test('Ctrl-C during `backup` exits with code 130 and leaves no file', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  // The backup must still be running when the signal arrives.
  await addBallast(fixture.database.url, 200);
  const file = join(directory.path, 'a.db');
  const child = startBin(['backup', file, '--database', fixture.database.url]);
  await until('the backup has begun', async () => (await directory.files()).length > 0);
  child.kill('SIGINT');
  const { code, stderr } = await child.ended;
  assert.deepEqual([code, stderr], [130, `stats-service: interrupted; ${file} was not created\n`]);
  assert.deepEqual(await directory.files(), []);
});
