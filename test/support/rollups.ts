import assert from 'node:assert/strict';
import { runSql } from './sql.js';

const KEY = 'cast(user_id as text) as user_id, cast(course_id as text) as course_id';

const KEPT = `
  select ${KEY},
    cast(session_count as text) as sessions,
    cast(total_modules_studied as text) as modules,
    cast(weighted_score_units as text) as weighted,
    cast(time_studied as text) as time,
    cast(first_completed_at as text) as first,
    cast(last_completed_at as text) as last
  from course_stats
  order by 1, 2`;

const SUMMED = `
  select ${KEY},
    cast(count(*) as text) as sessions,
    cast(sum(total_modules_studied) as text) as modules,
    cast(sum(average_score_units * total_modules_studied) as text) as weighted,
    cast(sum(time_studied) as text) as time,
    cast(min(completed_at) as text) as first,
    cast(max(completed_at) as text) as last
  from study_sessions
  group by user_id, course_id
  order by 1, 2`;

/** The totals that are kept are those of the sessions that are stored, for every learner in the database. */
export async function assertRollups(url: string): Promise<void> {
  assert.deepEqual(await runSql(url, KEPT), await runSql(url, SUMMED));
}
