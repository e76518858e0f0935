import { setImmediate } from 'node:timers/promises';
import type BetterSqlite from 'better-sqlite3';
import {
  CompiledQuery,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Dialect,
  type SqliteDatabase,
  type SqliteStatement,
  type TransactionSettings,
} from 'kysely';
import { codedColumns, decodeRow, type CodedColumns } from './values.js';

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

/** Decodes the ids and times of result rows. */
class DecodingStatement implements SqliteStatement {
  readonly #statement: BetterSqlite.Statement<unknown[], Record<string, unknown>>;
  readonly #columns: CodedColumns;

  constructor(statement: BetterSqlite.Statement<unknown[], Record<string, unknown>>) {
    this.#statement = statement;
    this.#columns = codedColumns(statement);
  }

  get reader(): boolean {
    return this.#statement.reader;
  }

  all(parameters: readonly unknown[]): unknown[] {
    const rows = this.#statement.all(...parameters);
    for (const row of rows) decodeRow(row, this.#columns);
    return rows;
  }

  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...parameters);
  }

  *iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    for (const row of this.#statement.iterate(...parameters)) {
      decodeRow(row, this.#columns);
      yield row;
    }
  }
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

/** Keeps the most recently used statements prepared. */
export class StatementCache<Statement> {
  readonly #prepare: (text: string) => Statement;
  readonly #size: number;
  /** From least to most recently used. */
  readonly #statements = new Map<string, Statement>();

  constructor(prepare: (text: string) => Statement, size: number) {
    this.#prepare = prepare;
    this.#size = size;
  }

  get(text: string): Statement {
    const statement = this.#statements.get(text) ?? this.#prepare(text);
    this.#statements.delete(text);
    this.#statements.set(text, statement);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size > this.#size && oldest !== undefined) this.#statements.delete(oldest);
    return statement;
  }
}
