import { runSql } from './sql.js';

const TOTALS = `
  select user_id as "user", cast(session_count as text) as sessions,
    cast(total_modules_studied as text) as modules, cast(weighted_score_units as text) as weighted,
    cast(time_studied as text) as time
  from course_stats order by user_id`;

export function totalsOf(url: string): Promise<unknown[]> {
  return runSql(url, TOTALS);
}
