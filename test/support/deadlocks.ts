import assert from 'node:assert/strict';
import { runSql } from './sql.js';

/**
 * Asserts that Postgres counted no deadlocks, because retries hide them from callers. The counter is updated
 * when connections close. SQLite transactions cannot deadlock.
 */
export async function assertNoDeadlocks(url: string): Promise<void> {
  if (url.startsWith('sqlite:')) return;
  const counted = 'select deadlocks from pg_stat_database where datname = current_database()';
  assert.deepEqual(await runSql(url, counted), [{ deadlocks: '0' }]);
}
