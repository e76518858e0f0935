/** SQL of the service's tables, for the floors. */
import type BetterSqlite from 'better-sqlite3';

export const INSERT_SESSIONS = `insert into study_sessions (user_id, course_id, session_id,
  total_modules_studied, average_score_units, time_studied, completed_at, module_ids, created_at, updated_at)`;
export const INSERT_TOTALS = `insert into course_stats (user_id, course_id, session_count, total_modules_studied,
  weighted_score_units, time_studied, first_completed_at, last_completed_at, created_at, updated_at)`;
export const INSERT_MODULES = `insert into studied_modules (user_id, course_id, module_id, session_count,
  created_at, updated_at)`;

/** The conflict clause of {@link INSERT_TOTALS}. SQLite and Postgres name the functions differently. */
export function addToTotals(least: 'min' | 'least', greatest: 'max' | 'greatest'): string {
  const sums = ['session_count', 'total_modules_studied', 'weighted_score_units', 'time_studied'];
  return `on conflict (user_id, course_id) do update set
    ${sums.map((sum) => `${sum} = course_stats.${sum} + excluded.${sum}`).join()},
    first_completed_at = ${least}(course_stats.first_completed_at, excluded.first_completed_at),
    last_completed_at = ${greatest}(course_stats.last_completed_at, excluded.last_completed_at),
    updated_at = excluded.updated_at`;
}

/** User, course, session, modules, score in units, time. */
export type SessionRow = readonly [string, string, string, number, number, number];

/** Records one session and its totals in SQLite; false if the session exists. */
export function prepareRecording(db: BetterSqlite.Database) {
  const insert = db.prepare(
    `${INSERT_SESSIONS} values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
  );
  const addTotals = db.prepare(
    `${INSERT_TOTALS} values (?, ?, 1, ?, cast(? as integer), ?, ?, ?, ?, ?) ${addToTotals('min', 'max')}`,
  );
  return (row: SessionRow, completedAt: string, moduleIds: string, now: string): boolean => {
    const { changes } = insert.run(...row, completedAt, moduleIds, now, now);
    if (changes === 0) return false;
    const [user, course, , modules, units, time] = row;
    addTotals.run(user, course, modules, units * modules, time, completedAt, completedAt, now, now);
    return true;
  };
}
