import assert from 'node:assert/strict';
import { runSql } from './sql.js';

/**
 * No two transactions have waited for each other. Calls are repeated when they have, so that only their callers'
 * timeout shows. Postgres counts them when the connections end; on SQLite no transaction waits while it holds a lock.
 */
export async function assertNoDeadlocks(url: string): Promise<void> {
  if (url.startsWith('sqlite:')) return;
  const counted = 'select deadlocks from pg_stat_database where datname = current_database()';
  assert.deepEqual(await runSql(url, counted), [{ deadlocks: '0' }]);
}
