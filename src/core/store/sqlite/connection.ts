import { closeSync, existsSync, openSync, realpathSync, rmSync, statSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { StatsError } from '../../errors.js';
import { BUSY_TIMEOUT, retryDelay } from './busy-retry.js';
import { explainSqlite, isBusy, sqliteFault } from './errors.js';
import { checkPath } from './path.js';

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
  /** The file of SQLite's addon in a single executable. */
  readonly addon: string | undefined;
  /** Opens the file without ever writing to it. Default: false. */
  readonly readOnly?: boolean;
}

interface OpenOptions extends Required<ConnectOptions> {
  /** Creates a missing file. */
  readonly create: boolean;
}

/**
 * Opens and configures a connection. A file that it has created is removed again if it cannot be set up.
 *
 * @throws {StatsError} `invalid-database-url`, `database-not-found`, `database-unusable`,
 *   `database-unavailable`
 */
export function openConnection(path: string, options: OpenOptions): BetterSqlite.Database {
  let isNew = false;
  try {
    if (path !== MEMORY) {
      checkPath(path, options);
      isNew = options.create && createFile(path);
    }
    return open(path, options);
  } catch (error) {
    // Another process that has locked the database may be setting it up.
    if (isNew && !isBusy(error)) removeEmpty(path);
    throw error instanceof StatsError ? error : openingError(path, error);
  }
}

function open(path: string, options: OpenOptions): BetterSqlite.Database {
  const connection = connect(path, options);
  let isSwitched = false;
  try {
    // Opening without `create` never changes a file, which may belong to another program.
    isSwitched = options.create && useWal(connection);
    // The first read, which fails if this is not a database, or if WAL does not work on its file system.
    retryingBusy(() => connection.pragma('user_version'));
    configure(connection);
    return connection;
  } catch (error) {
    connection.close();
    removeEmptyLog(path, { addon: options.addon, leaveWal: isSwitched });
    throw error;
  }
}

/** Opens an existing file with the default configuration. */
export function connect(path: string, { addon, readOnly = false }: ConnectOptions): BetterSqlite.Database {
  return new BetterSqlite(path, {
    fileMustExist: path !== MEMORY,
    readonly: readOnly && path !== MEMORY,
    timeout: BLOCKING_TIMEOUT,
    ...(addon !== undefined && { nativeBinding: addon }),
  });
}

/**
 * Creates a file that only its owner can access: SQLite would give it the mode 0644, and its -wal and -shm files the
 * mode of the database. Returns false if it exists.
 */
function createFile(path: string): boolean {
  if (existsSync(path)) return false;
  try {
    closeSync(openSync(path, 'ax', 0o600));
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    // A symbolic link to a missing file, or another process has just created it.
    closeSync(openSync(path, 'a', 0o600));
    return false;
  }
}

/** Removes the files of a database to which no other process has added anything. */
function removeEmpty(path: string): void {
  try {
    const main = realpathSync(path);
    const log = statSync(`${main}-wal`, { throwIfNoEntry: false });
    if (statSync(main).size > PAGE_SIZE || (log && log.size > 0)) return;
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${main}${suffix}`, { force: true });
  } catch {
    // The caller reports why the database cannot be set up.
  }
}

function openingError(path: string, error: unknown): StatsError {
  const code = sqliteFault(error) === 'unavailable' ? 'database-unavailable' : 'database-unusable';
  const detail = `The database ${path} cannot be opened. ${explainSqlite(error)}`.trimEnd();
  return new StatsError(code, detail, { cause: error });
}

/** FULL makes a commit survive a power failure, which WAL alone does not. */
function configure(connection: BetterSqlite.Database): void {
  connection.pragma('synchronous = full');
  connection.pragma(`cache_size = -${CACHE}`);
  connection.pragma(`journal_size_limit = ${LOG_LIMIT}`);
  connection.pragma('foreign_keys = on');
  if (connection.pragma('synchronous', { simple: true }) !== 2) {
    throw new Error('synchronous = full is not in effect, so a commit may be lost');
  }
}

/** Switches to WAL, which lets readers run during a write. Returns false if it was in use. */
function useWal(connection: BetterSqlite.Database): boolean {
  // Takes effect only in a new file.
  connection.pragma(`page_size = ${PAGE_SIZE}`);
  return retryingBusy(() => {
    if (connection.pragma('journal_mode', { simple: true }) === 'wal') return false;
    connection.pragma('journal_mode = wal');
    return true;
  });
}

/** While another process also switches to WAL, SQLite reports busy at once, regardless of the timeout. */
function retryingBusy<T>(work: () => T): T {
  const deadline = performance.now() + BUSY_TIMEOUT;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryDelay());
    }
  }
}

interface RemoveOptions extends Pick<ConnectOptions, 'addon'> {
  /** Switches the file back to the rollback-journal mode. */
  readonly leaveWal?: boolean;
}

/**
 * Removes the `-wal` and `-shm` files that reading has created, unless another process uses the database or the log
 * is not empty. SQLite removes them only when a connection with write permission closes.
 */
export function removeEmptyLog(path: string, { addon, leaveWal = false }: RemoveOptions): void {
  try {
    const file = realpathSync(path);
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
    if (log?.size !== 0 && !leaveWal) return;
    const connection = connect(path, { addon });
    try {
      // Locks out every other process, and needs no shared memory.
      connection.pragma('locking_mode = exclusive');
      connection.pragma(leaveWal ? 'journal_mode = delete' : 'user_version');
      rmSync(`${file}-shm`, { force: true });
    } finally {
      connection.close();
    }
  } catch {
    // Another process uses the database, or it cannot be written.
  }
}
