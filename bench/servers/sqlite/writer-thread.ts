/** A thread that writes each batch that it is sent and answers with its time. */
import { parentPort, workerData } from 'node:worker_threads';
import { openWriter, type SessionRow } from './writer.js';

const write = openWriter(String(workerData));
parentPort?.on('message', (rows: SessionRow[]) => parentPort?.postMessage(write(rows), []));
