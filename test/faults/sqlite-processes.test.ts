import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { createDatabase } from '../support/databases.js';
import { HttpClient } from '../support/http-client.js';
import { makeCourse, Recorder } from '../support/recorder.js';
import { assertRollups } from '../support/rollups.js';
import { startService } from '../support/service.js';
import { runSql, sqlitePath } from '../support/sql.js';

const CONNECTIONS = 32;
/** Sessions per process. The log restarts every 16,000 sessions. */
const SESSIONS = 9_000;
/** Bytes: half of the growth without a restart, because the phase of the restarts varies. */
const SLACK = 128 * 1024 * 1024;

test('Two processes on one SQLite file record exact totals, and their WAL stays bounded', async () => {
  await using database = await createDatabase('sqlite');
  const path = sqlitePath(database.url);
  const logSize = () => statSync(`${path}-wal`).size;
  const argv = ['--database', database.url, '--port', '0'];
  await using first = await startService(argv);
  await using second = await startService(argv);
  await using one = new HttpClient(first.url, CONNECTIONS);
  await using two = new HttpClient(second.url, CONNECTIONS);
  const courseId = await makeCourse(one);
  const recorders = [one, two].map((client) => ({ client, recorder: new Recorder(courseId) }));
  const load = async (sessions: number) => {
    const workers = recorders.flatMap((each) => Array.from({ length: CONNECTIONS }, () => each));
    await Promise.all(
      workers.map(async ({ client, recorder }) => {
        for (let session = 0; session < sessions / CONNECTIONS; session++) {
          const { status, text } = await recorder.record(client);
          assert.equal(status, 201, text);
        }
      }),
    );
  };
  await load(500);

  const reader = new BetterSqlite(path);
  const count = reader.prepare('select count(*) from study_sessions').pluck();
  reader.exec('begin');
  const before = count.get();
  await load(SESSIONS / 2);
  assert.equal(count.get(), before, 'the snapshot of the reader changed');
  reader.exec('commit');
  reader.close();

  await load(SESSIONS);
  const settled = logSize();
  await load(SESSIONS);
  assert.ok(logSize() <= settled + SLACK, `the log went from ${settled} to ${logSize()} bytes`);

  // Both processes return the same totals.
  for (const { recorder } of recorders) {
    await recorder.assertTotals(one);
    await recorder.assertTotals(two);
  }
  assert.equal((await first.stop()).code, 0);
  assert.equal((await second.stop()).code, 0);
  assert.deepEqual(await runSql(database.url, 'pragma integrity_check'), [{ integrity_check: 'ok' }]);
  await assertRollups(database.url);
});
