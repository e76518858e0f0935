/** A service as it is usually written: a transaction and a handful of queries for every request. */
import { Pool, types, type PoolClient } from 'pg';
import { scoreUnits, sessionJson, statsJson } from './answers.js';
import { serve } from './http.js';
import type { Learner, NewSession, TotalsRow } from './service.js';

types.setTypeParser(types.builtins.INT8, Number);
const pool = new Pool({ connectionString: process.argv[2] ?? '', max: 10 });

interface Totals extends Omit<TotalsRow, 'first_completed_at' | 'last_completed_at'> {
  readonly first_completed_at: Date;
  readonly last_completed_at: Date;
}

const FIND_TOTALS = 'select * from course_stats where user_id = $1 and course_id = $2';

async function record(session: NewSession): Promise<string> {
  const now = new Date().toISOString();
  const client = await pool.connect();
  await client.query('begin');
  await write(client, session, now);
  await client.query('commit');
  client.release();
  return sessionJson(session, now);
}

async function write(client: PoolClient, session: NewSession, now: string): Promise<void> {
  const { userId, courseId, sessionId, totalModulesStudied: modules, timeStudied: time } = session;
  const units = scoreUnits(session.averageScore);
  const course = await client.query('select * from courses where course_id = $1', [courseId]);
  if (course.rows.length === 0) throw new Error('No course.');
  const found = await client.query(
    'select * from study_sessions where user_id = $1 and course_id = $2 and session_id = $3',
    [userId, courseId, sessionId],
  );
  if (found.rows.length > 0) return;
  await client.query(
    `insert into study_sessions (user_id, course_id, session_id, total_modules_studied,
       average_score_units, time_studied, completed_at, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7, $7)`,
    [userId, courseId, sessionId, modules, units, time, now],
  );
  const { rows } = await client.query<Totals>(`${FIND_TOTALS} for update`, [userId, courseId]);
  const [totals] = rows;
  if (totals) {
    await client.query(
      `update course_stats set session_count = $3, total_modules_studied = $4, weighted_score_units = $5,
         time_studied = $6, last_completed_at = $7, updated_at = $7 where user_id = $1 and course_id = $2`,
      [
        userId,
        courseId,
        totals.session_count + 1,
        totals.total_modules_studied + modules,
        totals.weighted_score_units + modules * units,
        totals.time_studied + time,
        now,
      ],
    );
  } else {
    await client.query(
      `insert into course_stats (user_id, course_id, session_count, total_modules_studied,
         weighted_score_units, time_studied, first_completed_at, last_completed_at, created_at, updated_at)
       values ($1, $2, 1, $3, $4, $5, $6, $6, $6, $6)`,
      [userId, courseId, modules, modules * units, time, now],
    );
  }
}

async function stats(learner: Learner): Promise<string> {
  const { userId, courseId } = learner;
  const course = await pool.query('select * from courses where course_id = $1', [courseId]);
  if (course.rows.length === 0) throw new Error('No course.');
  const { rows } = await pool.query<Totals>(FIND_TOTALS, [userId, courseId]);
  const [totals] = rows;
  if (!totals) throw new Error('No sessions.');
  const studied = await count('from studied_modules where user_id = $1 and course_id = $2', userId, courseId);
  const declared = await count('from course_modules where course_id = $1', courseId);
  const studiedOfDeclared = await count(
    `from studied_modules s join course_modules c using (course_id, module_id)
     where s.user_id = $1 and s.course_id = $2`,
    userId,
    courseId,
  );
  return statsJson(learner, {
    ...totals,
    first_completed_at: totals.first_completed_at.toISOString(),
    last_completed_at: totals.last_completed_at.toISOString(),
    studied,
    declared,
    studied_of_declared: studiedOfDeclared,
  });
}

async function count(from: string, ...values: string[]): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`select count(*) ${from}`, values);
  return rows[0]?.count ?? 0;
}

serve({
  record: (session, respond) => void record(session).then(respond),
  stats: (learner, respond) => void stats(learner).then(respond),
});
