/** A worker thread that runs reading statements on a connection of its own; see `readerDialect`. */
import { constants, getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';
import { BUSY_TIMEOUT } from './busy-retry.js';
import { DecodingStatement } from './decoding-statement.js';
import { addFunctions } from './functions.js';
import type { ReaderRequest, ReaderReply } from './reader.js';
import { StatementCache } from './statement-cache.js';
import type { ThreadData } from './thread.js';

/** KiB of page cache: enough for the rollups of a large course. Kept until the store closes. */
const CACHE = 16_000;
/** Prepared statements to keep. */
const MAX_STATEMENTS = 50;

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
// Recording goes first. Only on Linux is the priority that of the thread, and not of the process.
if (process.platform === 'linux') setPriority(Math.min(getPriority() + PRIORITY_BELOW_NORMAL, PRIORITY_LOW));

const { path, addon }: ThreadData = workerData;
const connection = new BetterSqlite(path, {
  fileMustExist: true,
  readonly: true,
  timeout: BUSY_TIMEOUT,
  ...(addon !== undefined && { nativeBinding: addon }),
});
connection.pragma(`cache_size = -${CACHE}`);
// Sorting must not depend on a writable directory for temporary files.
connection.pragma('temp_store = memory');
addFunctions(connection);
const statements = new StatementCache(
  (text) => new DecodingStatement(connection.prepare(text)),
  MAX_STATEMENTS,
);

parentPort?.on('message', ({ text, parameters }: ReaderRequest) => {
  parentPort?.postMessage(run(text, parameters));
});

function run(text: string, parameters: readonly unknown[]): ReaderReply {
  try {
    const statement = statements.get(text);
    if (statement.reader) return { rows: statement.all(parameters) };
    statement.run(parameters);
    return { rows: [] };
  } catch (error) {
    if (!(error instanceof BetterSqlite.SqliteError)) throw error;
    // An error loses its code when it is sent.
    return { code: error.code, message: error.message };
  }
}
