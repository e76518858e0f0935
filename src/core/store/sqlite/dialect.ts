import { setImmediate } from 'node:timers/promises';
import type BetterSqlite from 'better-sqlite3';
import {
  CompiledQuery,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Dialect,
  type SqliteDatabase,
  type TransactionSettings,
} from 'kysely';
import { DecodingStatement } from './decoding-statement.js';
import { StatementCache } from './statement-cache.js';

/** Prepared statements to keep: more than all calls together use. */
const MAX_STATEMENTS = 100;

/** A Kysely dialect for SQLite with cached statements, decoded rows and immediate transactions. */
export function sqliteDialect(connection: BetterSqlite.Database): Dialect {
  const statements = new StatementCache(
    (text) => new DecodingStatement(connection.prepare(text)),
    MAX_STATEMENTS,
  );
  const database = { prepare: (text: string) => statements.get(text), close: () => connection.close() };
  const createDriver = () => new ImmediateDriver(database, connection);
  return Object.assign(new SqliteDialect({ database }), { createDriver });
}

/** Transactions take the write lock when they begin, unless they only read. */
class ImmediateDriver extends SqliteDriver {
  readonly #connection: BetterSqlite.Database;

  constructor(database: SqliteDatabase, connection: BetterSqlite.Database) {
    super({ database });
    this.#connection = connection;
  }

  /** A deferred transaction fails if another process writes between its first read and its first write. */
  override async beginTransaction(
    connection: DatabaseConnection,
    { accessMode }: TransactionSettings = {},
  ): Promise<void> {
    // SQLite queries block the event loop; other work runs between transactions.
    await setImmediate();
    await connection.executeQuery(
      CompiledQuery.raw(accessMode === 'read only' ? 'begin deferred' : 'begin immediate'),
    );
  }

  /** SQLite rolls back on some errors; a second rollback would hide the first error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection.inTransaction) await super.rollbackTransaction(connection);
  }
}
