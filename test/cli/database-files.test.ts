import assert from 'node:assert/strict';
import { link, mkdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { runBin, runCli } from '../support/cli.js';
import { TestDirectory } from '../support/directory.js';
import { record } from '../support/exports.js';
import { newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { createService } from '../support/http-service.js';
import { makeCourse, Recorder } from '../support/recorder.js';
import { sqlitePath } from '../support/sql.js';

const REFUSED = /^stats-service: [^\n]* belongs to the database; name another file\n$/;

test('`export` and `backup` never overwrite the database files that a server uses', async () => {
  await using service = await createService('sqlite');
  const { client, database } = service;
  const recorder = new Recorder(await makeCourse(client, 'Logic'));
  assert.equal((await recorder.record(client)).status, 201);
  const path = sqlitePath(database.url);
  const { ino } = await stat(path);
  for (const command of ['export', 'backup']) {
    for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) {
      const { code, stderr } = await runCli([command, file, '--database', database.url]);
      assert.equal(code, 2, file);
      assert.match(stderr, REFUSED);
    }
  }
  assert.equal((await stat(path)).ino, ino);
  assert.equal((await recorder.record(client)).status, 201);
  await recorder.assertTotals(client);
});

test('`import --rejects` never overwrites a file of its database', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  const path = sqlitePath(fixture.database.url);
  const { ino, size } = await stat(path);
  const file = await directory.write('sessions.csv', 'userId\nx\n');
  for (const rejects of [path, `${path}-wal`]) {
    const { code, stderr } = await runCli([
      'import',
      file,
      '--rejects',
      rejects,
      '--database',
      `sqlite:${path}`,
    ]);
    assert.equal(code, 2);
    assert.match(stderr, REFUSED);
  }
  const after = await stat(path);
  assert.deepEqual([after.ino, after.size], [ino, size]);
});

test('`export` recognizes a database file by any path, even before the file exists', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  await record(fixture, [newUserId()], 3);
  await fixture.stats.close();
  const path = sqlitePath(fixture.database.url);
  const name = basename(path);
  const before = await readFile(path);
  const at = (file: string) => join(directory.path, file);
  await symlink(path, at('link.db'));
  await symlink(dirname(path), at('folder'));
  await link(path, at('same.csv'));
  for (const [file, database] of [
    [at('link.db'), fixture.database.url],
    [at('same.csv'), fixture.database.url],
    [`${at('folder')}/${name}`, fixture.database.url],
    [`${at('folder')}/${name}-wal`, fixture.database.url],
    [path, `sqlite:${at('link.db')}`],
    [`${path}-journal`, `sqlite:${at('link.db')}`],
    [`${path}-wal`, `sqlite: ${at('folder')}/${name} `],
  ] as const) {
    const { code, stderr } = await runCli(['export', file, '--database', database]);
    assert.equal(code, 2, `${file} ${database} ${stderr}`);
    assert.match(stderr, REFUSED);
  }
  for (const [file, database] of [
    [`./${name}`, `sqlite:${name}`],
    [`${name}-shm`, `sqlite:${path}`],
  ] as const) {
    const { code, stderr } = await runBin(['export', file, '--database', database], { cwd: dirname(path) });
    assert.equal(code, 2, `${file} ${database} ${stderr}`);
    assert.match(stderr, REFUSED);
  }
  assert.deepEqual(await readFile(path), before);

  // A file with a similar name does not belong to the database.
  await mkdir(at('other'));
  for (const file of [at(`other/${name}`), `${path}-wal.csv`, `${path}.csv`]) {
    const argv = ['export', file, '--format', 'csv', '--database', fixture.database.url];
    const { code, stderr } = await runCli(argv);
    assert.deepEqual([code, stderr], [0, 'Exported 3 sessions.\n']);
    await rm(file);
  }
});
