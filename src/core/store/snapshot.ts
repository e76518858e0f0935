import type { ControlledTransaction, Kysely, RawBuilder } from 'kysely';
import type { Schema } from './schema.js';

/** Whoever begins one must end it: by a rollback, since nothing was written. */
export type Snapshot = ControlledTransaction<Schema>;

/**
 * Begins a transaction that only reads: it sees the database as it is at its first statement, which is run here,
 * for as long as it lasts, and nobody who writes waits for it.
 */
export async function beginSnapshot(kysely: Kysely<Schema>, first: RawBuilder<unknown>): Promise<Snapshot> {
  const transaction = kysely.startTransaction().setIsolationLevel('repeatable read');
  const snapshot = await transaction.setAccessMode('read only').execute();
  try {
    await first.execute(snapshot);
    return snapshot;
  } catch (error) {
    await snapshot.rollback().execute();
    throw error;
  }
}
