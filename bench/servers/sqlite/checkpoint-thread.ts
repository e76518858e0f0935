/** A thread that checkpoints as it is told, `passive` beside the writer or `restart` while that waits. */
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from './connection.js';

const db = connect(String(workerData));
parentPort?.on('message', (mode: string) => {
  db.pragma(`wal_checkpoint(${mode})`);
  parentPort?.postMessage(mode, []);
});
