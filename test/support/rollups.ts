import assert from 'node:assert/strict';
import * as z from 'zod';
import { runSql } from './sql.js';

const KEY = 'user_id, course_id';

const STORED = `
  select ${KEY},
    cast(session_count as text) as sessions,
    cast(total_modules_studied as text) as modules,
    cast(scored_modules as text) as scored,
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
    cast(sum(case when average_score_units is null then 0 else total_modules_studied end) as text) as scored,
    cast(coalesce(sum(average_score_units * total_modules_studied), 0) as text) as weighted,
    cast(sum(time_studied) as text) as time,
    cast(min(completed_at) as text) as first,
    cast(max(completed_at) as text) as last
  from study_sessions
  group by user_id, course_id
  order by 1, 2`;

const STUDIED = `select ${KEY}, module_id, cast(session_count as text) as sessions from studied_modules`;
const SESSIONS = `select ${KEY}, module_ids from study_sessions`;

const studiedSchema = z.array(
  z.strictObject({
    user_id: z.string(),
    course_id: z.string(),
    module_id: z.string(),
    sessions: z.string(),
  }),
);
const sessionsSchema = z.array(
  z.strictObject({ user_id: z.string(), course_id: z.string(), module_ids: z.string() }),
);

export async function assertRollups(url: string): Promise<void> {
  assert.deepEqual(await runSql(url, STORED), await runSql(url, SUMMED));

  const stored = studiedSchema
    .parse(await runSql(url, STUDIED))
    .map((row) => [`${row.user_id} ${row.course_id} ${row.module_id}`, Number(row.sessions)] as const);
  const counted = new Map<string, number>();
  for (const row of sessionsSchema.parse(await runSql(url, SESSIONS))) {
    for (const moduleId of row.module_ids.split(';').filter((text) => text !== '')) {
      const key = `${row.user_id} ${row.course_id} ${moduleId}`;
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
  }
  // Objects, because the order of the rows is not defined.
  assert.deepEqual(Object.fromEntries(stored), Object.fromEntries(counted));
}
