/** Compares import and export with a floor, and measures an import beside a server on the same database. */
import { once } from 'node:events';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import BetterSqlite from 'better-sqlite3';
import { parse } from 'csv-parse';
import { Client } from 'pg';
import { createDatabase, DATABASES, openDatabases, type Databases } from './databases.js';
import { runLoad } from './load.js';
import { BIN, DIRECTORY, run, startNode, startServer } from './processes.js';
import { grouped, median, megabytes, printHeading, printRow, times } from './report.js';
import { COURSES, LEARNERS, SMALL, writeSessions } from './seed.js';
import { ID_BYTES, INSERT_MODULES, INSERT_SESSIONS, INSERT_TOTALS, prepareRecording } from './tables.js';

const ROWS_PER_TRANSACTION = 1_000;
const ROWS_PER_BLOCK = 500;
const CONNECTIONS = 8;
/** Duration of each load, long enough that the startup of the import does not count. */
const SECONDS = 10;
const ROUNDS = 3;
/** The exit code of an import after SIGINT. */
const INTERRUPTED = 130;

export async function printBulk(lines: number): Promise<void> {
  const file = join(DIRECTORY, 'sessions.csv');
  const out = join(DIRECTORY, 'exported.csv');
  const course = (n: number) => (learnerOf(n) + (n % 2)) % COURSES;
  await writeSessions(file, { from: 0, to: lines, learner: learnerOf, course, modules: (n) => n % 4 });
  const size = `${grouped(lines)} lines, ${megabytes(statSync(file).size)} MB`;
  printHeading(size, 'database', 'lines/s', 'peak RSS MB', 'of floor');
  for (const name of DATABASES) {
    const print = (work: string, floor: number, seconds: number, peak?: number) =>
      printRow(work, name, grouped(lines / seconds), peak ? megabytes(peak) : '', times(floor / seconds));
    await using databases = await openDatabases(name);
    const url = await createDatabase(databases, 'ours');
    const imported = await run(BIN, 'import', file, '--quiet', '--database', url);
    const floorUrl = await createDatabase(databases, 'floor');
    if (name === 'sqlite') {
      const floor = await secondsOf(() => importIntoSqlite(floorUrl, file));
      print('import', floor, imported.seconds, imported.peak);
    } else {
      const { copy, fill } = await importIntoPostgres(floorUrl, file);
      print('import', copy, imported.seconds, imported.peak);
      print('the same rows, by SQL', copy, fill);
    }
    const exported = await run(BIN, 'export', out, '--quiet', '--database', url);
    const blocks = name === 'sqlite' ? sqliteBlocks(url) : postgresBlocks(url);
    const floor = await secondsOf(() => pipeline(blocks, createWriteStream(out)));
    print('export', floor, exported.seconds, exported.peak);
  }
  printHeading('import beside a server', '', 'alone', 'together', '');
  for (const name of DATABASES) {
    await using databases = await openDatabases(name);
    await printBesideServer(databases, file, lines);
  }
}

/** Spreads the sessions of each learner over the file. */
function learnerOf(n: number): number {
  return (Math.imul(n, 7_919) >>> 0) % LEARNERS;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

/** The floor: csv-parse and better-sqlite3 write the same tables, 1,000 rows per transaction. */
async function importIntoSqlite(url: string, file: string): Promise<void> {
  const db = new BetterSqlite(url.replace('sqlite:', ''));
  for (const pragma of ['journal_mode = wal', 'synchronous = full', 'foreign_keys = on']) db.pragma(pragma);
  // Pages of 2 KiB, that is 16 MB. The default of 2 MB is a fifth slower.
  db.pragma('wal_autocheckpoint = 8000');
  const record = prepareRecording(db);
  const addModule = db.prepare(`${INSERT_MODULES} values (${ID_BYTES}, ${ID_BYTES}, ?, 1, ?, ?)
    on conflict (user_id, course_id, module_id) do update set session_count = session_count + 1,
      updated_at = excluded.updated_at`);
  const now = Date.now();
  const write = db.transaction((rows: readonly string[][]) => {
    for (const [
      user = '',
      course = '',
      session = '',
      modules,
      score,
      time,
      completed = '',
      ids = '',
    ] of rows) {
      const units = Math.round(Number(score) * 10_000);
      const row = [user, course, session, Number(modules), Number(time), units] as const;
      if (!record(row, Date.parse(completed), ids, now) || ids === '') continue;
      for (const id of ids.split(';')) addModule.run(user, course, id, now, now);
    }
  });
  let rows: string[][] = [];
  for await (const row of createReadStream(file).pipe(parse({ from_line: 2 }))) {
    rows.push(row);
    if (rows.length < ROWS_PER_TRANSACTION) continue;
    write(rows);
    rows = [];
  }
  write(rows);
  db.close();
}

/** Measures, in seconds, a `COPY` into a bare table, and the SQL that fills the real tables from it. */
async function importIntoPostgres(url: string, file: string): Promise<{ copy: number; fill: number }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`create table bare (user_id uuid, course_id uuid, session_id uuid,
    total_modules_studied integer, score numeric, time_studied integer, completed_at timestamptz, module_ids text)`);
  const copy = await secondsOf(() => client.query(`copy bare from '${file}' with (format csv, header)`));
  const statements = [
    `${INSERT_SESSIONS} select user_id, course_id, session_id, total_modules_studied, time_studied,
      score * 10000, completed_at, coalesce(module_ids, ''), now(), now() from bare`,
    `${INSERT_TOTALS} select user_id, course_id, count(*), sum(total_modules_studied),
      sum(total_modules_studied), sum(score * 10000 * total_modules_studied), sum(time_studied), min(completed_at), max(completed_at),
      now(), now() from bare group by user_id, course_id`,
    `${INSERT_MODULES} select user_id, course_id, module_id, count(*), now(), now()
      from bare, string_to_table(module_ids, ';') as module_id group by user_id, course_id, module_id`,
  ];
  let fill = 0;
  for (const statement of statements) fill += await secondsOf(() => client.query(statement));
  await client.end();
  return { copy, fill };
}

/** Returns a query of the sessions in key order. `idText` and `timeText` convert a column to text. */
function selectSessions(idText: (column: string) => string, timeText: (column: string) => string): string {
  const ids = ['user_id', 'course_id', 'session_id'].map(idText);
  return `select ${ids.join()}, total_modules_studied, average_score_units / 10000.0, time_studied,
    ${timeText('completed_at')}, module_ids from study_sessions order by user_id, course_id, session_id`;
}

/** The floor of an export: the cursor of the driver, as CSV. Ids as blobs take 2 µs more per row. */
function* sqliteBlocks(url: string): Generator<string> {
  const db = new BetterSqlite(url.replace('sqlite:', ''), { readonly: true });
  const sql = selectSessions(
    (column) => `lower(hex(${column}))`,
    (column) => column,
  );
  type Row = [string, string, string, number, number, number, number, string];
  let lines: string[] = [];
  for (const row of db.prepare<[], Row>(sql).raw().iterate()) {
    const [user, course, session, modules, score, time, completedAt, moduleIds] = row;
    const ids = `${uuidOf(user)},${uuidOf(course)},${uuidOf(session)}`;
    lines.push(`${ids},${modules},${score},${time},${new Date(completedAt).toISOString()},${moduleIds}\n`);
    if (lines.length < ROWS_PER_BLOCK) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
  db.close();
}

function uuidOf(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

async function* postgresBlocks(url: string): AsyncGenerator<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const sql = selectSessions(
    (column) => column,
    (column) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  );
  await client.query('begin isolation level repeatable read read only');
  await client.query(`declare sessions no scroll cursor for ${sql}`);
  for (;;) {
    const { rows } = await client.query<unknown[]>({ text: 'fetch 5000 from sessions', rowMode: 'array' });
    if (rows.length === 0) break;
    yield rows.map((row) => `${row.join()}\n`).join('');
  }
  await client.end();
}

/** Prints how much an import and a server on the same database slow each other down. */
async function printBesideServer(databases: Databases, file: string, lines: number): Promise<void> {
  // `skip`, because some session ids are already in the database.
  const importArgs = [BIN, 'import', file, '--quiet', '--json', '--on-conflict', 'skip', '--database'];
  const template = await createDatabase(databases, 'template', SMALL);
  const rounds: { alone: number[]; together: number[] }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { seconds } = await run(...importArgs, await databases.replace('beside', template));
    const url = await databases.replace('beside', template);
    await using server = await startServer(url);
    const options = { port: server.port, connections: CONNECTIONS, seconds: SECONDS };
    const p99Of = async (work: 'record' | 'stats') => (await runLoad({ ...options, work })).p99;
    await p99Of('record');
    const alone = [lines / seconds, await p99Of('record'), await p99Of('stats')];
    const p99s: number[] = [];
    const speed = await importSpeedDuring([...importArgs, url], async () => {
      p99s.push(await p99Of('record'), await p99Of('stats'));
    });
    rounds.push({ alone, together: [speed, ...p99s] });
  }
  const ofLoad = `p99 ms, ${CONNECTIONS} connections`;
  for (const [figure, title] of ['import, lines/s', `record, ${ofLoad}`, `stats, ${ofLoad}`].entries()) {
    const format = (value: number) => (figure === 0 ? grouped(value) : value.toFixed(2));
    const alone = rounds.map((round) => round.alone[figure] ?? Number.NaN);
    const together = rounds.map((round) => round.together[figure] ?? Number.NaN);
    const ratio = median(together.map((value, round) => value / (alone[round] ?? Number.NaN)));
    printRow(databases.name, title, format(median(alone)), format(median(together)), times(ratio));
  }
}

/** Returns the lines per second of an import during `work`. @throws if the import ends before `work` */
async function importSpeedDuring(args: readonly string[], work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  const child = startNode(args, 'pipe', 'ignore');
  const exited = once(child, 'exit');
  const summary = child.stdout ? text(child.stdout) : '';
  await work();
  child.kill('SIGINT');
  const [code] = await exited;
  if (code !== INTERRUPTED) throw new Error('The import ended before the load. Give it more --lines.');
  const imported = Number(/"lines": ?(\d+)/.exec(await summary)?.[1]);
  return (imported / (performance.now() - start)) * 1_000;
}
