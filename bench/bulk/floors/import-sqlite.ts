/** The least that an import must do: csv-parse and better-sqlite3, a thousand rows a transaction, the same tables. */
import { createReadStream } from 'node:fs';
import { argv } from 'node:process';
import BetterSqlite from 'better-sqlite3';
import { parse } from 'csv-parse';
import * as z from 'zod';

const ROWS = 1_000;
const NOW = new Date().toISOString();
const [, , file = '', path = ''] = argv;

const rowSchema = z.array(z.string());

const db = new BetterSqlite(path);
db.pragma('journal_mode = wal');
db.pragma('synchronous = full');
db.pragma('foreign_keys = on');
const insertSession = db.prepare(`
  insert into study_sessions (user_id, course_id, session_id, total_modules_studied, average_score_units, time_studied,
    completed_at, module_ids, created_at, updated_at)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`);
const addToTotals = db.prepare(`
  insert into course_stats (user_id, course_id, session_count, total_modules_studied, weighted_score_units,
    time_studied, first_completed_at, last_completed_at, created_at, updated_at)
  values (?, ?, 1, ?, cast(? as integer), ?, ?, ?, ?, ?)
  on conflict (user_id, course_id) do update set session_count = session_count + 1,
    total_modules_studied = course_stats.total_modules_studied + excluded.total_modules_studied,
    weighted_score_units = course_stats.weighted_score_units + excluded.weighted_score_units,
    time_studied = course_stats.time_studied + excluded.time_studied,
    first_completed_at = min(course_stats.first_completed_at, excluded.first_completed_at),
    last_completed_at = max(course_stats.last_completed_at, excluded.last_completed_at),
    updated_at = excluded.updated_at`);
const addModule = db.prepare(`
  insert into studied_modules (user_id, course_id, module_id, session_count, created_at, updated_at)
  values (?, ?, ?, 1, ?, ?)
  on conflict (user_id, course_id, module_id) do update set session_count = session_count + 1,
    updated_at = excluded.updated_at`);

const record = db.transaction((rows: readonly string[][]) => {
  for (const [user, course, session, modules, score, time, completed, ids = ''] of rows) {
    const units = Math.round(Number(score) * 10_000);
    const count = Number(modules);
    const { changes } = insertSession.run(
      user,
      course,
      session,
      count,
      units,
      Number(time),
      completed,
      ids,
      NOW,
      NOW,
    );
    if (changes === 0) continue;
    addToTotals.run(user, course, count, units * count, Number(time), completed, completed, NOW, NOW);
    if (ids !== '') for (const id of ids.split(';')) addModule.run(user, course, id, NOW, NOW);
  }
});

let rows: string[][] = [];
for await (const row of createReadStream(file).pipe(parse({ from_line: 2 }))) {
  rows.push(rowSchema.parse(row));
  if (rows.length < ROWS) continue;
  record(rows);
  rows = [];
}
record(rows);
db.close();
