/** A worker thread that runs checkpoints; see `Checkpointer`. */
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';
import type { ThreadData } from './thread.js';

/** Milliseconds to wait for locks of other processes. Short, because batches wait for a restart. */
const TIMEOUT = 100;

const { path, addon }: ThreadData = workerData;
const connection = new BetterSqlite(path, {
  fileMustExist: true,
  timeout: TIMEOUT,
  ...(addon !== undefined && { nativeBinding: addon }),
});
// Full, because the log may be overwritten as soon as its pages are in the database.
connection.pragma('synchronous = full');

parentPort?.on('message', (mode: 'passive' | 'restart') => {
  try {
    connection.pragma(`wal_checkpoint(${mode})`);
  } catch {
    // For example a full disk: the log stays, and the next checkpoint tries again.
  }
  parentPort?.postMessage(mode);
});
