import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { StatsError } from '../../errors.js';
import { BUSY_TIMEOUT, retryDelay } from './busy-retry.js';
import { explainSqlite, isBusy } from './errors.js';

/** The path of a database in memory. */
export const MEMORY = ':memory:';

/** Milliseconds that SQLite blocks the event loop for a lock; longer waits happen in `BusyRetryQueue`. */
const BLOCKING_TIMEOUT = 1;

/** Bytes per page: half the default, which halves the write-ahead log of these small rows. */
const PAGE_SIZE = 2048;

/** KiB of page cache. Small, because SQLite scans it at every commit and the system caches the file. */
const CACHE = 4_000;

/**
 * Bytes to which the write-ahead log is truncated after a long-lived reader has let it grow. The usual size
 * is about half of this and is not truncated, because overwriting a file is faster than extending it.
 */
const LOG_LIMIT = 256 * 1024 * 1024;

interface ConnectOptions {
  /** Creates a missing file. */
  readonly create: boolean;
  /** The file of SQLite's addon in a single executable. */
  readonly addon: string | undefined;
}

/**
 * Opens and configures a connection.
 *
 * @throws {StatsError} `database-not-found`, `database-unusable`, `database-unavailable`
 */
export function openConnection(path: string, options: ConnectOptions): BetterSqlite.Database {
  const connection = connect(path, options);
  try {
    configure(connection, options.create);
    return connection;
  } catch (error) {
    connection.close();
    throw openingError(path, error);
  }
}

/** Opens a connection with the default configuration. */
export function connect(path: string, { create, addon }: ConnectOptions): BetterSqlite.Database {
  if (path !== MEMORY) checkPath(path, create);
  try {
    // SQLite would give a new file the mode 0644, and its -wal and -shm files the mode of the database.
    if (create && path !== MEMORY && !existsSync(path)) closeSync(openSync(path, 'a', 0o600));
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
    throw new StatsError(
      'database-not-found',
      `There is no database at ${path}. Check the path, or create it with "stats-service migrate up".`,
    );
  }
  const directory = dirname(resolve(path));
  if (!existsSync(directory)) {
    throw new StatsError(
      'database-unusable',
      `The directory of the database does not exist: ${directory}. Create it, or name another path.`,
    );
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new StatsError('database-unusable', `${path} is a directory, not a database.`);
  }
}

function openingError(path: string, error: unknown): StatsError {
  const prefix = `The database ${path} cannot be opened.`;
  if (isBusy(error)) return new StatsError('database-unavailable', prefix, { cause: error });
  return new StatsError('database-unusable', `${prefix} ${explainSqlite(error)}`, { cause: error });
}

/**
 * WAL lets readers run during a write. FULL makes a commit survive a power failure, which WAL alone does not.
 */
function configure(connection: BetterSqlite.Database, create: boolean): void {
  // Opening without `create` never changes a file, which may belong to another program.
  if (create) {
    // Takes effect only in a new file.
    connection.pragma(`page_size = ${PAGE_SIZE}`);
    useWal(connection);
  }
  connection.pragma('synchronous = full');
  connection.pragma(`cache_size = -${CACHE}`);
  connection.pragma(`journal_size_limit = ${LOG_LIMIT}`);
  connection.pragma('foreign_keys = on');
  if (connection.pragma('synchronous', { simple: true }) !== 2) {
    throw new Error('synchronous = full is not in effect, so a commit may be lost');
  }
}

/** While another process also switches to WAL, SQLite reports busy at once, regardless of the timeout. */
function useWal(connection: BetterSqlite.Database): void {
  const deadline = performance.now() + BUSY_TIMEOUT;
  for (;;) {
    try {
      connection.pragma('journal_mode = wal');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryDelay());
    }
  }
}
