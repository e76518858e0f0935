import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { PostgresStore } from '../../src/core/store/postgres/store.js';
import { openStats } from '../../src/core/index.js';
import { runOn } from '../support/connections.js';
import { createEmptyDatabase } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';

/** Database or role defaults that the driver may not expect. */
const SETTINGS = ["datestyle = 'SQL, DMY'", "timezone = 'Asia/Kolkata'", 'synchronous_commit = off'];

test('Times are exact and commits are durable whatever defaults the Postgres database sets', async () => {
  await using database = await createEmptyDatabase('postgres');
  const name = new URL(database.url).pathname.slice(1);
  for (const setting of SETTINGS) await runOn(database.url, `alter database ${name} set ${setting}`);
  await runOn(database.url, `alter database ${name} set default_transaction_isolation = 'serializable'`);

  await using stats = await openStats({ database: database.url });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  const learner = { userId: newUserId(), courseId };
  const completedAt = '2026-05-11T10:00:00.123Z';
  await stats.recordSession({ ...learner, session: sessionContent({ completedAt }) });
  assert.equal((await stats.getStats(learner)).lastCompletedAt, completedAt);

  const opened = new PostgresStore(database.url);
  const { rows } = await sql<{
    value: string;
  }>`select current_setting('synchronous_commit') as value`.execute(opened.kysely);
  await opened.close();
  assert.deepEqual(rows, [{ value: 'on' }]);
});
