import type { RawBuilder } from 'kysely';
import { inTransaction, type Database, type StoreContext } from '../database.js';

/** Reading everything may take long. A transaction on SQLite would keep others from writing meanwhile. */
export function unhurried<T>(database: Database, work: (context: StoreContext) => Promise<T>): Promise<T> {
  return database.dialect === 'sqlite' ? work(database) : inTransaction(database, work, { unlimited: true });
}

/** Each statement sees the database as it was at one moment, and keeps nobody from changing it afterwards. */
export function read<Row>(database: Database, query: RawBuilder<Row>): Promise<readonly Row[]> {
  return unhurried(database, async ({ kysely }) => (await query.execute(kysely)).rows);
}
