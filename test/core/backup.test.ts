import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { backUp, diagnose, exportSessions, openStats } from '../../src/core/index.js';
import { TestDirectory } from '../support/directory.js';
import { flat, record } from '../support/exports.js';
import { newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { runSql } from '../support/sql.js';

test('A backup has the same sessions as its database and reports every byte that it copied', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  await record(fixture, [newUserId(), newUserId()], 1_500);
  const file = join(directory.path, 'copy.db');
  let copied = 0;
  const totals = new Set<number>();
  const onCopied = (bytes: number, total: number) => {
    copied += bytes;
    totals.add(total);
  };
  await backUp({ database: fixture.database.url, file, onCopied });
  const { size, mode } = await stat(file);
  assert.deepEqual([[...totals], copied, mode & 0o777], [[size], size, 0o600]);
  const sessions = await flat(exportSessions({ database: `sqlite:${file}` }));
  assert.deepEqual(sessions, await flat(exportSessions({ database: fixture.database.url })));
  for (const { state } of await diagnose({ database: `sqlite:${file}` })) assert.equal(state, 'ok');
});

test('A backup is in rollback-journal mode, and a service on it switches to WAL', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  const file = join(directory.path, 'copy.db');
  await backUp({ database: fixture.database.url, file });
  const mode = async () => runSql(`sqlite:${file}`, 'pragma journal_mode');
  assert.deepEqual(await mode(), [{ journal_mode: 'delete' }]);
  assert.deepEqual(await directory.files(), ['copy.db']);
  await using restored = await openStats({ database: `sqlite:${file}` });
  assert.deepEqual(await mode(), [{ journal_mode: 'wal' }]);
  assert.equal((await restored.listCourses({})).items.length, 1);
});

test('A backup does not overwrite a file, can be aborted, and works only for SQLite files', async () => {
  await using sqlite = await createFixture('sqlite');
  await using postgres = await createFixture('postgres');
  await using directory = await TestDirectory.create();
  const file = join(directory.path, 'note');
  await writeFile(file, 'old');
  await assert.rejects(backUp({ database: sqlite.database.url, file }), { code: 'EEXIST' });
  assert.equal(await readFile(file, 'utf8'), 'old');
  const copy = join(directory.path, 'copy.db');
  for (const database of [postgres.database.url, 'sqlite::memory:']) {
    await assert.rejects(backUp({ database, file: copy }), { code: 'invalid-database-url' });
  }
  await assert.rejects(backUp({ database: sqlite.database.url, file: copy, signal: AbortSignal.abort() }), {
    name: 'AbortError',
  });
});
