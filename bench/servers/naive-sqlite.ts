/** A service as it is usually written: a transaction and a handful of queries for every request. */
import BetterSqlite from 'better-sqlite3';
import { scoreUnits, sessionJson, statsJson } from './answers.js';
import { serve } from './http.js';
import type { Learner, NewSession, Respond, TotalsRow } from './service.js';

const db = new BetterSqlite((process.argv[2] ?? '').replace('sqlite:', ''));
db.pragma('journal_mode = wal');
db.pragma('synchronous = full');

type Totals = Omit<TotalsRow, 'studied' | 'declared' | 'studied_of_declared'>;

function record(session: NewSession, respond: Respond): void {
  const now = new Date().toISOString();
  db.transaction(() => write(session, now)).immediate();
  respond(sessionJson(session, now));
}

function write(session: NewSession, now: string): void {
  const { userId, courseId, sessionId, totalModulesStudied: modules, timeStudied: time } = session;
  const units = scoreUnits(session.averageScore);
  if (!db.prepare('select * from courses where course_id = ?').get(courseId)) throw new Error('No course.');
  const found = db
    .prepare('select * from study_sessions where user_id = ? and course_id = ? and session_id = ?')
    .get(userId, courseId, sessionId);
  if (found) return;
  db.prepare(
    `insert into study_sessions (user_id, course_id, session_id, total_modules_studied,
       average_score_units, time_studied, completed_at, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(userId, courseId, sessionId, modules, units, time, now, now, now);
  const totals = findTotals({ userId, courseId });
  if (totals) {
    db.prepare(
      `update course_stats set session_count = ?, total_modules_studied = ?, weighted_score_units = ?,
         time_studied = ?, last_completed_at = ?, updated_at = ? where user_id = ? and course_id = ?`,
    ).run(
      totals.session_count + 1,
      totals.total_modules_studied + modules,
      totals.weighted_score_units + modules * units,
      totals.time_studied + time,
      now,
      now,
      userId,
      courseId,
    );
  } else {
    db.prepare(
      `insert into course_stats (user_id, course_id, session_count, total_modules_studied,
         weighted_score_units, time_studied, first_completed_at, last_completed_at, created_at, updated_at)
       values (?, ?, 1, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(userId, courseId, modules, modules * units, time, now, now, now, now);
  }
}

function stats(learner: Learner, respond: Respond): void {
  const { userId, courseId } = learner;
  if (!db.prepare('select * from courses where course_id = ?').get(courseId)) throw new Error('No course.');
  const totals = findTotals(learner);
  if (!totals) throw new Error('No sessions.');
  const counts = {
    studied: count('from studied_modules where user_id = ? and course_id = ?', userId, courseId),
    declared: count('from course_modules where course_id = ?', courseId),
    studied_of_declared: count(
      `from studied_modules s join course_modules c using (course_id, module_id)
       where s.user_id = ? and s.course_id = ?`,
      userId,
      courseId,
    ),
  };
  respond(statsJson(learner, { ...totals, ...counts }));
}

function findTotals({ userId, courseId }: Learner): Totals | undefined {
  return db
    .prepare<[string, string], Totals>('select * from course_stats where user_id = ? and course_id = ?')
    .get(userId, courseId);
}

function count(from: string, ...values: string[]): number {
  const row = db.prepare<string[], { count: number }>(`select count(*) as count ${from}`).get(...values);
  return row?.count ?? 0;
}

serve({ record, stats });
