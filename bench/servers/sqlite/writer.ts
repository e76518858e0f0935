import { connect } from './connection.js';

/** User, course, session, modules, score in units, time. */
export type SessionRow = readonly [string, string, string, number, number, number];

/** Writes sessions and their rollup in one transaction; the time that they were given. */
export function openWriter(path: string): (rows: readonly SessionRow[]) => string {
  const db = connect(path);
  const begin = db.prepare('begin immediate');
  const commit = db.prepare('commit');
  const insertSession = db.prepare<[string, string, string, number, number, number, string, string, string]>(
    `insert into study_sessions (user_id, course_id, session_id, total_modules_studied, average_score_units,
       time_studied, completed_at, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
  );
  const addToTotals = db.prepare<[string, string, number, number, number, string, string, string, string]>(
    `insert into course_stats (user_id, course_id, session_count, total_modules_studied,
       weighted_score_units, time_studied, first_completed_at, last_completed_at, created_at, updated_at)
     values (?, ?, 1, ?, ?, ?, ?, ?, ?, ?)
     on conflict do update set
       session_count = session_count + 1,
       total_modules_studied = total_modules_studied + excluded.total_modules_studied,
       weighted_score_units = weighted_score_units + excluded.weighted_score_units,
       time_studied = time_studied + excluded.time_studied,
       first_completed_at = min(first_completed_at, excluded.first_completed_at),
       last_completed_at = max(last_completed_at, excluded.last_completed_at),
       updated_at = excluded.updated_at`,
  );
  return (rows) => {
    const now = new Date().toISOString();
    begin.run();
    for (const [user, course, session, modules, units, time] of rows) {
      const { changes } = insertSession.run(user, course, session, modules, units, time, now, now, now);
      if (changes === 1) addToTotals.run(user, course, modules, units * modules, time, now, now, now, now);
    }
    commit.run();
    return now;
  };
}
