import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { StatsError } from '../errors.js';
import { SqliteBatches } from './batches/sqlite.js';
import { prepareStatements } from './batches/sqlite-statements.js';
import { BusyLine, retryDelay } from './busy-line.js';
import { Checkpoints } from './checkpoints.js';
import { assertWhole, copyPages } from './sqlite-copy.js';
import type { Database } from './database.js';
import type { Schema } from './schema.js';
import { beginSnapshot } from './snapshot.js';
import { findAddon } from './sqlite-addon.js';
import { isBusy, sqliteFault } from './sqlite-faults.js';
import { immediateSqliteDialect } from './sqlite-dialect.js';
import { StatementCache } from './statement-cache.js';

/** How long a transaction waits for another process's write lock, in milliseconds. */
const BUSY_TIMEOUT = 5_000;
/** How long SQLite itself waits, in milliseconds: it stops the whole process meanwhile, and looks ever less often. */
const BLOCKING_TIMEOUT = 1;

/** Of pages, in KiB. The system caches the file as well; SQLite walks through all of its own at every commit. */
const CACHE = 4_000;

/**
 * Of the log, in bytes: what somebody who reads an old moment has made it grow beyond is given back when it begins
 * anew. It is otherwise about half of this, and kept, since writing over a file is faster than making it longer.
 */
const LOG_KEPT = 256 * 1024 * 1024;

/** Statements that stay prepared: more than the calls have shapes. */
const MAX_STATEMENTS = 100;

const MEMORY = ':memory:';

/**
 * Opens a SQLite file, made if it is missing and `create` says so.
 *
 * @throws {StatsError} `database-not-found`, `database-unusable`, `database-unavailable`
 */
export function openSqlite(path: string, options: { readonly create: boolean }): Database {
  const addon = findAddon();
  const connection = connect(path, options.create, addon);
  try {
    configure(connection, options);
  } catch (error) {
    connection.close();
    throw openingError(path, error);
  }
  const statements = new StatementCache((text) => connection.prepare(text), MAX_STATEMENTS);
  const kysely = new Kysely<Schema>({
    dialect: immediateSqliteDialect({
      prepare: (text) => statements.get(text),
      close: () => connection.close(),
      inTransaction: () => connection.inTransaction,
    }),
  });
  // Who reads hardly ever waits, and must not stand behind those who write.
  const readers = new BusyLine({ isBusy, timeout: BUSY_TIMEOUT });
  const writers = new BusyLine({ isBusy, timeout: BUSY_TIMEOUT });
  const setLimit = (pages: number) => connection.pragma(`wal_autocheckpoint = ${pages}`);
  // The thread may start after the process has gone to another folder.
  const checkpoints = path === MEMORY ? undefined : new Checkpoints({ path: resolve(path), addon, setLimit });
  // Only who reads sees a moment of the file.
  const begin = () => readers.run(() => beginSnapshot(kysely, sql`select 1 from sqlite_master`));
  return {
    dialect: 'sqlite',
    kysely,
    probe: kysely,
    async transact(work) {
      await checkpoints?.restart;
      return writers.run(() => kysely.transaction().execute(work));
    },
    beginSnapshot: begin,
    ...(path !== MEMORY && {
      async copyTo(file, copying) {
        const moment = await begin();
        try {
          await copyPages(connection, file, copying);
        } finally {
          await moment.rollback().execute();
        }
        assertWhole(() => connect(file, false, addon));
      },
    }),
    batches: new SqliteBatches({
      prepare: () => prepareStatements(connection, kysely),
      read: (work) => readers.run(() => exclusively(connection, kysely, work)),
      write: (work) => writers.run(() => exclusively(connection, kysely, work)),
      inTransaction: () => connection.inTransaction,
      checkpoints,
      isMissingCourse: (error) => sqliteFault(error) === 'foreign-key',
    }),
    faultOf: sqliteFault,
    async close() {
      await checkpoints?.close();
      await kysely.destroy();
      // Kysely closes only what it has used.
      connection.close();
    },
  };
}

function connect(path: string, create: boolean, addon: string | undefined): BetterSqlite.Database {
  if (path !== MEMORY) checkPath(path, create);
  try {
    return new BetterSqlite(path, {
      fileMustExist: !create,
      timeout: BLOCKING_TIMEOUT,
      ...(addon !== undefined && { nativeBinding: addon }),
    });
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
function configure(connection: BetterSqlite.Database, { create }: { readonly create: boolean }): void {
  // Who does not make the file does not change it either: it may be another program's.
  if (create) useWal(connection);
  connection.pragma('synchronous = full');
  connection.pragma(`cache_size = -${CACHE}`);
  connection.pragma(`journal_size_limit = ${LOG_KEPT}`);
  connection.pragma('foreign_keys = on');
  if (connection.pragma('synchronous', { simple: true }) !== 2) {
    throw new Error('synchronous = full is not in force, so that a commit may be lost');
  }
}

/** While another process makes the same switch, SQLite answers busy at once, whatever its timeout. */
function useWal(connection: BetterSqlite.Database): void {
  const deadline = Date.now() + BUSY_TIMEOUT;
  for (;;) {
    try {
      connection.pragma('journal_mode = wal');
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryDelay());
    }
  }
}

/** What is done at once needs to wait for nobody unless a transaction of Kysely's is open. */
async function exclusively<T>(
  connection: BetterSqlite.Database,
  kysely: Kysely<Schema>,
  work: () => T,
): Promise<T> {
  return connection.inTransaction ? kysely.connection().execute(async () => work()) : work();
}
