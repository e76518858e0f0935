import type { Client } from 'pg';

const WAITING = `
  select count(*)::int as waiting from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`;

/** Resolves once some other connection to the database waits for a lock, as this one's transaction makes it. */
export async function waitForLock(client: Client): Promise<void> {
  for (;;) {
    // Within a transaction Postgres would answer again what it answered first.
    await client.query('select pg_stat_clear_snapshot()');
    const { rows } = await client.query<{ waiting: number }>(WAITING);
    if (rows.some(({ waiting }) => waiting > 0)) return;
  }
}
