/**
 * The least that a server on `node:http` and better-sqlite3 must do for the same durable work. Requests/s of 64
 * connections that record: batches on the main thread 9,000; with checkpoints on another thread 15,000 to 20,000; with
 * the writes on a thread too 15,000 to 24,000. The last two are equal while other processes use the CPUs. The main thread
 * writes a lone recording, because the way to another thread and back takes 0.15 ms. A larger cache, two batches in
 * flight, foreign keys off and bare headers were not faster.
 *
 * One process runs this file three times: as the server, as the writer's thread and as the checkpointer's.
 */
import { parentPort, Worker } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';
import { ID_BYTES, prepareRecording, type SessionRow } from '../tables.js';
import { batched, rowOf, serve, type Key, type RecordCall, type StatsCall, type StatsRow } from './server.js';

/** About 57 MB of write-ahead log. */
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

/** As durable as the service; only the checkpointer moves the write-ahead log into the database. */
function connect(): BetterSqlite.Database {
  const db = new BetterSqlite(url.replace('sqlite:', ''));
  for (const pragma of ['journal_mode = wal', 'synchronous = full', 'foreign_keys = on']) db.pragma(pragma);
  db.pragma('wal_autocheckpoint = 0');
  // Saves a system call for each page that is read.
  db.pragma(`mmap_size = ${2 ** 31 - 1}`);
  return db;
}

/** Writes sessions and their totals in one transaction; returns the time of the recording. */
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

/** Reads lifetime stats in one transaction. */
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
 * Checkpoints every few sessions. SQLite can only reuse the log from its start after a checkpoint of all of it, which
 * is impossible while the writer continues: now and then the writer waits. `proceed` lets the next commit begin.
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
