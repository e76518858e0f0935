/**
 * The floor on SQLite: the least work of a server on `node:http` and better-sqlite3 that is equally durable.
 * 64 connections record 9,000 sessions/s with batches on the main thread, 15,000 to 20,000 with checkpoints
 * on another thread, and 15,000 to 24,000 with the writes on a thread too. The last two are equal on a busy
 * machine. The main thread writes a lone recording, because a round trip to another thread takes 0.15 ms. A
 * larger cache, two batches in flight, disabled foreign keys and bare headers were not faster.
 *
 * One process runs this file three times: as the server, as the writer thread and as the checkpointer thread.
 */
import { parentPort, Worker } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';
import { ID_BYTES, prepareRecording, type SessionRow } from '../tables.js';
import { batched, rowOf, serve, type Key, type RecordCall, type StatsCall, type StatsRow } from './server.js';

/** Corresponds to about 57 MB of write-ahead log. */
const SESSIONS_PER_CHECKPOINT = 6_000;
const CHECKPOINTS_PER_RESTART = 4;

const [, , url = '', role = 'server'] = process.argv;

if (role === 'writer') {
  const write = openWriter();
  parentPort?.on('message', (rows: SessionRow[]) => parentPort?.postMessage(write(rows)));
} else if (role === 'checkpointer') {
  const db = connect();
  parentPort?.on('message', (mode: string) => parentPort?.postMessage(db.pragma(`wal_checkpoint(${mode})`)));
} else {
  startServer();
}

function startServer(): void {
  const write = openWriter();
  const read = openReader();
  const checkpoint = startCheckpointer();
  const writer = startThread('writer');
  const record = batched<RecordCall>(1, (batch, done) => {
    const rows = batch.map(({ input }) => rowOf(input));
    const finish = (time: number) => {
      checkpoint(batch.length, done);
      const now = new Date(time).toISOString();
      for (const { respond } of batch) respond(now);
    };
    if (rows.length === 1) {
      finish(write(rows));
    } else {
      writer.once('message', finish);
      writer.postMessage(rows);
    }
  });
  const stats = batched<StatsCall>(1, (batch, done) => {
    const rows = read(batch.map(({ input }) => input));
    for (const [position, { respond }] of batch.entries()) respond(rows[position] ?? []);
    done();
  });
  serve(record, stats);
}

function startThread(name: string): Worker {
  return new Worker(new URL(import.meta.url), { argv: [url, name] });
}

/** Opens a connection as durable as the service's. Only the checkpointer runs checkpoints. */
function connect(): BetterSqlite.Database {
  const db = new BetterSqlite(url.replace('sqlite:', ''));
  for (const pragma of ['journal_mode = wal', 'synchronous = full', 'foreign_keys = on']) db.pragma(pragma);
  db.pragma('wal_autocheckpoint = 0');
  // Saves a system call per page read.
  db.pragma(`mmap_size = ${2 ** 31 - 1}`);
  return db;
}

/** Returns a function that writes sessions and their totals in one transaction and returns the time. */
function openWriter(): (rows: readonly SessionRow[]) => number {
  const db = connect();
  const record = prepareRecording(db);
  const write = db.transaction((rows: readonly SessionRow[]) => {
    const now = Date.now();
    for (const row of rows) record(row, now, '', now);
    return now;
  });
  return (rows) => write.immediate(rows);
}

function openReader(): (keys: readonly Key[]) => (StatsRow | undefined)[] {
  const db = connect();
  const find = db.prepare<[string, string], StatsRow>(
    `select session_count, total_modules_studied, scored_modules, weighted_score_units, time_studied,
       first_completed_at, last_completed_at,
       (select count(*) from studied_modules s where s.user_id = t.user_id and s.course_id = t.course_id),
       (select count(*) from course_modules c where c.course_id = t.course_id),
       (select count(*) from studied_modules s join course_modules c using (course_id, module_id)
        where s.user_id = t.user_id and s.course_id = t.course_id)
     from course_stats t where user_id = ${ID_BYTES} and course_id = ${ID_BYTES}`,
  );
  find.raw();
  return db.transaction((keys: readonly Key[]) =>
    keys.map(({ userId, courseId }) => find.get(userId, courseId)),
  );
}

/**
 * Runs a checkpoint every few sessions. SQLite reuses the log from its start only after a complete
 * checkpoint, which a continuous writer prevents. Therefore every few checkpoints the writer waits until
 * `proceed` is called.
 */
function startCheckpointer(): (sessions: number, proceed: () => void) => void {
  const thread = startThread('checkpointer');
  let pending = 0;
  let checkpoints = 0;
  let isBusy = false;
  return (sessions, proceed) => {
    pending += sessions;
    if (isBusy || pending < SESSIONS_PER_CHECKPOINT) return proceed();
    isBusy = true;
    pending = 0;
    checkpoints += 1;
    const isRestart = checkpoints % CHECKPOINTS_PER_RESTART === 0;
    thread.once('message', () => {
      isBusy = false;
      if (isRestart) proceed();
    });
    thread.postMessage(isRestart ? 'restart' : 'passive');
    return isRestart ? undefined : proceed();
  };
}
