import type { Client } from 'pg';

const WAITING = `
  select count(*)::int as waiting from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`;

/** Resolves when another connection to the database waits for a lock. */
export async function waitForLock(client: Client): Promise<void> {
  for (;;) {
    // A transaction would read the same snapshot of the statistics again.
    await client.query('select pg_stat_clear_snapshot()');
    const { rows } = await client.query<{ waiting: number }>(WAITING);
    if (rows.some(({ waiting }) => waiting > 0)) return;
  }
}
