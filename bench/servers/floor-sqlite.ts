/**
 * The least that a server on `node:http` and better-sqlite3 must do for the same durable work. Kept, since each
 * was faster than what it replaced, in requests/s of 64 connections:
 *
 * - Recording, bound by the disk: batches in one transaction on this thread 6,400; with checkpoints beside it
 *   on another thread 10,000; with the writing on a thread too 13,500. Either thread by itself gained little,
 *   and so did rarer checkpoints on this one (8,000, each a pause of 130 ms).
 * - A lone recording is written on this thread: the way to another one and back takes 0.15 ms.
 * - Reading: each by itself 31 µs of processor time, in one transaction and with mapped memory 22 µs.
 *
 * Not kept: a larger cache (SQLite walks through all of it at every commit), two batches on the way to the
 * writer, foreign keys off, bare headers, no `Date`, no timeouts: no faster, or too little to tell.
 */
import { Worker } from 'node:worker_threads';
import { scoreUnits, sessionJson, statsJson } from './answers.js';
import { Batches } from './batch.js';
import { serve } from './http.js';
import type { NewSession, Reading, Recording } from './service.js';
import { Checkpoints } from './sqlite/checkpoints.js';
import { openTotalsReader } from './sqlite/totals.js';
import { openWriter, type SessionRow } from './sqlite/writer.js';

const path = (process.argv[2] ?? '').replace('sqlite:', '');
const write = openWriter(path);
const readTotals = openTotalsReader(path);
const checkpoints = new Checkpoints(path);
const writerThread = new Worker(new URL('sqlite/writer-thread.js', import.meta.url), { workerData: path });

const recordings = new Batches<Recording>(1, (batch, done) => {
  const rows = batch.map(({ session }) => rowOf(session));
  const finish = (now: string) => {
    checkpoints.written(batch.length, done);
    for (const { session, respond } of batch) respond(sessionJson(session, now));
  };
  if (rows.length === 1) {
    finish(write(rows));
    return;
  }
  writerThread.once('message', finish);
  writerThread.postMessage(rows, []);
});

const readings = new Batches<Reading>(1, (batch, done) => {
  const rows = readTotals(batch.map(({ learner }) => learner));
  for (const [position, { learner, respond }] of batch.entries()) {
    const row = rows[position];
    if (row) respond(statsJson(learner, row));
  }
  done();
});

function rowOf(session: NewSession): SessionRow {
  const { userId, courseId, sessionId, totalModulesStudied, averageScore, timeStudied } = session;
  return [userId, courseId, sessionId, totalModulesStudied, scoreUnits(averageScore), timeStudied];
}

serve({
  record: (session, respond) => recordings.add({ session, respond }),
  stats: (learner, respond) => readings.add({ learner, respond }),
});
