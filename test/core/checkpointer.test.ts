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
/** The `journal_size_limit`, in bytes. */
const LOG_SIZE_LIMIT = 256 * 1024 * 1024;
/** Too few for an automatic checkpoint of SQLite, because time-ordered ids fill the same pages. */
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
  assert.ok(size() > before, 'no checkpoint ran before the database was closed');

  await stats.close();
  assert.deepEqual(await runSql(database.url, 'pragma integrity_check'), [{ integrity_check: 'ok' }]);
  assert.deepEqual(
    await runSql(database.url, 'select cast(count(*) as text) as sessions from study_sessions'),
    [{ sessions: String(recorded) }],
  );
  await assertRollups(database.url);
});

test('SQLite truncates a WAL file above the size limit when it restarts the log', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const path = sqlitePath(database.url);
  const logSize = () => statSync(`${path}-wal`).size;
  const holder = new BetterSqlite(path);
  holder.pragma('wal_autocheckpoint = 0');
  holder.exec('create table ballast (bytes blob)');
  const add = holder.prepare('insert into ballast values (zeroblob(100000000))');
  for (let count = 0; count < 3; count += 1) add.run();
  assert.ok(logSize() > LOG_SIZE_LIMIT);
  holder.pragma('wal_checkpoint(passive)');
  holder.close();

  await stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
  assert.ok(logSize() <= LOG_SIZE_LIMIT, `${logSize()} bytes`);
});

test('A checkpoint that another connection blocks is retried until it succeeds', async () => {
  await using database = await createDatabase('sqlite');
  const path = sqlitePath(database.url);
  const holder = new BetterSqlite(path);
  holder.pragma('journal_mode = wal');
  holder.pragma('locking_mode = exclusive');
  holder.exec('create table numbers (number integer)');
  const limits: number[] = [];
  const pragma = (text: string) => limits.push(Number(text.split('=')[1]));
  const checkpointer = new Checkpointer(path, undefined, { pragma });
  const checkpoint = () => checkpointer.committed(4_000);

  // The first checkpoints fail. Every fourth is a restart, which batches wait for.
  await until('a restart', () => {
    checkpoint();
    return checkpointer.restarting !== undefined;
  });
  await checkpointer.restarting;
  holder.close();
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
