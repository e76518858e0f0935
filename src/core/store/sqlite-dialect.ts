import { setImmediate } from 'node:timers/promises';
import {
  CompiledQuery,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Dialect,
  type SqliteDatabase,
  type TransactionSettings,
} from 'kysely';

interface Connection extends SqliteDatabase {
  readonly inTransaction: () => boolean;
}

/** Kysely's SQLite, with transactions that hold the write lock from the beginning, unless they only read. */
export function immediateSqliteDialect(connection: Connection): Dialect {
  const createDriver = () => new ImmediateSqliteDriver(connection);
  return Object.assign(new SqliteDialect({ database: connection }), { createDriver });
}

class ImmediateSqliteDriver extends SqliteDriver {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super({ database: connection });
    this.#connection = connection;
  }

  /** A transaction that reads before it writes would fail if another process wrote in between. */
  override async beginTransaction(
    connection: DatabaseConnection,
    { accessMode }: TransactionSettings = {},
  ): Promise<void> {
    // SQLite never waits for anything, so that without this nothing else would run until all writes are done.
    await setImmediate();
    await connection.executeQuery(
      CompiledQuery.raw(accessMode === 'read only' ? 'begin deferred' : 'begin immediate'),
    );
  }

  /** SQLite ends a transaction by itself on some errors; a second rollback would hide the first error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection.inTransaction()) await super.rollbackTransaction(connection);
  }
}
