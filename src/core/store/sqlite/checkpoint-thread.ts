/** A worker thread that runs checkpoints; see `Checkpointer`. */
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';
import type { CheckpointThreadData } from './checkpointer.js';

/** Milliseconds to wait for another process; batches may wait for a restart. */
const TIMEOUT = 100;

const { path, addon }: CheckpointThreadData = workerData;
const connection = new BetterSqlite(path, {
  fileMustExist: true,
  timeout: TIMEOUT,
  ...(addon !== undefined && { nativeBinding: addon }),
});
// As durable as the commits: moved pages may be overwritten in the log.
connection.pragma('synchronous = full');

parentPort?.on('message', (mode: 'passive' | 'restart') => {
  try {
    connection.pragma(`wal_checkpoint(${mode})`);
  } catch {
    // For example on a full disk. The log stays, and the next sessions cause the next attempt.
  }
  parentPort?.postMessage(mode);
});
