import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { CompiledQuery, Kysely, SqliteDialect, SqliteDriver, type DatabaseConnection } from 'kysely';
import { StatsError } from '../errors.js';
import type { Database, DriverFault } from './database.js';
import type { Schema } from './schema.js';

/** How long a statement waits for another process's write lock, in milliseconds. */
const BUSY_TIMEOUT = 5_000;

/** Milliseconds between attempts to switch a new file to WAL. */
const WAL_RETRY = 5;

export const MEMORY = ':memory:';

/**
 * Opens a SQLite file, made if it is missing and `create` says so.
 *
 * @throws {StatsError} `database-not-found`, `database-unusable`, `database-unavailable`
 */
export function openSqlite(path: string, options: { readonly create: boolean }): Database {
  const connection = connect(path, options.create);
  try {
    configure(connection);
  } catch (error) {
    connection.close();
    throw openingError(path, error);
  }
  return {
    dialect: 'sqlite',
    kysely: new Kysely<Schema>({ dialect: new ImmediateSqliteDialect(connection) }),
    faultOf: sqliteFault,
  };
}

function connect(path: string, create: boolean): BetterSqlite.Database {
  if (path !== MEMORY) checkPath(path, create);
  try {
    return new BetterSqlite(path, { fileMustExist: !create, timeout: BUSY_TIMEOUT });
  } catch (error) {
    throw openingError(path, error);
  }
}

function checkPath(path: string, create: boolean): void {
  if (!existsSync(path) && !create) {
    throw new StatsError('database-not-found', `There is no database at ${path}.`);
  }
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) {
    throw new StatsError('database-unusable', `The folder ${folder} of the database does not exist.`);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new StatsError('database-unusable', `${path} is a folder, not a database.`);
  }
}

function openingError(path: string, error: unknown): StatsError {
  const code = isBusy(error) ? 'database-unavailable' : 'database-unusable';
  return new StatsError(code, `The database ${path} cannot be opened.`, {
    cause: error,
  });
}

/** WAL lets readers go on during a write; FULL makes a commit outlive a power cut, which WAL alone does not. */
function configure(connection: BetterSqlite.Database): void {
  useWal(connection);
  connection.pragma('synchronous = full');
  connection.pragma('foreign_keys = on');
  if (connection.pragma('synchronous', { simple: true }) !== 2) {
    throw new Error('synchronous = full is not in force, so that a commit may be lost');
  }
}

/** While another process makes the same switch, SQLite answers busy at once instead of waiting. */
function useWal(connection: BetterSqlite.Database): void {
  const deadline = Date.now() + BUSY_TIMEOUT;
  for (;;) {
    try {
      connection.pragma('journal_mode = wal');
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_RETRY);
    }
  }
}

class ImmediateSqliteDialect extends SqliteDialect {
  readonly #connection: BetterSqlite.Database;

  constructor(connection: BetterSqlite.Database) {
    super({ database: connection });
    this.#connection = connection;
  }

  override createDriver(): ImmediateSqliteDriver {
    return new ImmediateSqliteDriver(this.#connection);
  }
}

class ImmediateSqliteDriver extends SqliteDriver {
  readonly #connection: BetterSqlite.Database;

  constructor(connection: BetterSqlite.Database) {
    super({ database: connection });
    this.#connection = connection;
  }

  /** A transaction that reads before it writes would fail at once if another process wrote in between. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** SQLite ends a transaction by itself on some errors; a second rollback would hide the first error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection.inTransaction) await super.rollbackTransaction(connection);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof BetterSqlite.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

function sqliteFault(error: unknown): DriverFault | undefined {
  if (!(error instanceof BetterSqlite.SqliteError)) return undefined;
  switch (error.code) {
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
    case 'SQLITE_CONSTRAINT_UNIQUE':
      return 'unique';
    case 'SQLITE_CONSTRAINT_FOREIGNKEY':
      return 'foreign-key';
    // A sum beyond 64 bits turns into a real number, which a strict integer column refuses.
    case 'SQLITE_CONSTRAINT_DATATYPE':
    case 'SQLITE_CONSTRAINT_CHECK':
      return 'out-of-range';
    default:
  }
  if (/^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN)/.test(error.code)) return 'unavailable';
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return 'unusable';
  return undefined;
}
