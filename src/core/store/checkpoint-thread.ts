/** A thread that moves SQLite's log into the database as it is told to, beside the thread that writes. */
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';
import type { CheckpointThreadData } from './checkpoints.js';

/** Milliseconds to wait for another process: sessions may be waiting for us. */
const TIMEOUT = 100;

const { path, addon }: CheckpointThreadData = workerData;
const connection = new BetterSqlite(path, {
  fileMustExist: true,
  timeout: TIMEOUT,
  ...(addon !== undefined && { nativeBinding: addon }),
});
// As durable as the commits: what has been moved may be overwritten in the log.
connection.pragma('synchronous = full');

parentPort?.on('message', (mode: 'passive' | 'restart') => {
  try {
    connection.pragma(`wal_checkpoint(${mode})`);
  } catch {
    // On a full disk, say. The log stays, and the next sessions bring the next attempt.
  }
  parentPort?.postMessage(mode);
});
