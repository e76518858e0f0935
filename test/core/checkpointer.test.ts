import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { Checkpointer } from '../../src/core/store/sqlite/checkpointer.js';
import { until } from '../support/condition.js';
import { createDatabase } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';
import { runSql, sqlitePath } from '../support/sql.js';

const BATCH = 500;
/** Bytes of the log that stay for the next round. */
const KEPT = 256 * 1024 * 1024;
/** Sessions with ids in the order of time are neighbours: SQLite would not checkpoint after this many on its own. */
const MAX_BATCHES = 30;

test('SQLite checkpoints the WAL while sessions are recorded, and closing waits for it', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const path = sqlitePath(database.url);
  const size = () => statSync(path).size;
  const before = size();
  const userId = newUserId();
  let recorded = 0;
  while (size() === before && recorded < MAX_BATCHES * BATCH) {
    const batch = Array.from({ length: BATCH }, () =>
      stats.recordSession({ userId, courseId, session: sessionContent() }),
    );
    await Promise.all(batch);
    recorded += BATCH;
  }
  assert.ok(size() > before, 'the database file has grown before it is closed');

  await stats.close();
  assert.deepEqual(await runSql(database.url, 'pragma integrity_check'), [{ integrity_check: 'ok' }]);
  assert.deepEqual(
    await runSql(database.url, 'select cast(count(*) as text) as sessions from study_sessions'),
    [{ sessions: String(recorded) }],
  );
  await assertRollups(database.url);
});

test('A WAL file that has grown too large is truncated when SQLite restarts it', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const path = sqlitePath(database.url);
  const logSize = () => statSync(`${path}-wal`).size;
  const rival = new BetterSqlite(path);
  rival.pragma('wal_autocheckpoint = 0');
  rival.exec('create table ballast (bytes blob)');
  const add = rival.prepare('insert into ballast values (zeroblob(100000000))');
  for (let count = 0; count < 3; count += 1) add.run();
  assert.ok(logSize() > KEPT);
  rival.pragma('wal_checkpoint(passive)');
  rival.close();

  await stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
  assert.ok(logSize() <= KEPT, `${logSize()} bytes`);
});

test('A checkpoint that another connection blocks is retried until it succeeds', async () => {
  await using database = await createDatabase('sqlite');
  const path = sqlitePath(database.url);
  const rival = new BetterSqlite(path);
  rival.pragma('journal_mode = wal');
  rival.pragma('locking_mode = exclusive');
  rival.exec('create table numbers (number integer)');
  const limits: number[] = [];
  const pragma = (text: string) => limits.push(Number(text.split('=')[1]));
  const checkpointer = new Checkpointer(path, undefined, { pragma });
  const checkpoint = () => checkpointer.committed(4_000);

  // The first ones fail; every fourth is a restart, for which batches wait.
  await until('a restart', () => {
    checkpoint();
    return checkpointer.restarting !== undefined;
  });
  await checkpointer.restarting;
  rival.close();
  const writer = new BetterSqlite(path);
  writer.exec(`insert into numbers select value from json_each('[${'1,'.repeat(20_000)}1]')`);
  const before = statSync(path).size;
  await until('a checkpoint', () => {
    checkpoint();
    return statSync(path).size > before;
  });

  writer.close();
  await checkpointer.close();
  assert.equal(limits.at(-1), 128_000);
});
