import { sql, type RawBuilder } from 'kysely';
import type { StoreContext } from '../database.js';
import type { Finding } from './finding.js';

/** Whether the totals and the module counts that are kept are what the sessions add up to. */
export async function checkRollups(context: StoreContext): Promise<Finding> {
  const check = 'rollups';
  const learners = await count(context, sql`select user_id from course_stats`);
  const totals = await count(context, differingTotals());
  const modules = await count(context, differingModules(context));
  if (totals === 0 && modules === 0) {
    return {
      check,
      state: 'ok',
      detail: `all ${learners} lifetime stats are the sum of their sessions`,
    };
  }
  return {
    check,
    state: 'problem',
    detail: `${totals} lifetime stats and ${modules} module counts are not the sum of their sessions`,
    advice: 'Something else has written to these tables. Keep a copy before anything is changed.',
  };
}

async function count({ kysely }: StoreContext, rows: RawBuilder<unknown>): Promise<number> {
  const counted = sql<{ count: number }>`select count(*) as count from (${rows}) as counted`;
  return (await counted.execute(kysely)).rows[0]?.count ?? 0;
}

function differingTotals(): RawBuilder<unknown> {
  return sql`
    select 1 from (
      select user_id, course_id, count(*) as sessions, sum(total_modules_studied) as modules,
        sum(average_score_units * total_modules_studied) as weighted, sum(time_studied) as time,
        min(completed_at) as first, max(completed_at) as last
      from study_sessions group by user_id, course_id) as summed
    full outer join course_stats using (user_id, course_id)
    where session_count is distinct from sessions or total_modules_studied is distinct from modules
      or weighted_score_units is distinct from weighted or time_studied is distinct from time
      or first_completed_at is distinct from first or last_completed_at is distinct from last`;
}

function differingModules({ dialect }: StoreContext): RawBuilder<unknown> {
  // Quoted as JSON first: an id may contain what JSON would take for its own.
  const split =
    dialect === 'postgres'
      ? sql`string_to_table(module_ids, ';') as module(module_id)`
      : sql`(json_each('[' || replace(json_quote(module_ids), ';', '","') || ']')) as module`;
  const moduleId = dialect === 'postgres' ? sql`module.module_id` : sql`module.value`;
  return sql`
    select 1 from (
      select user_id, course_id, ${moduleId} as module_id, count(*) as sessions
      from study_sessions cross join ${split} where module_ids <> ''
      group by user_id, course_id, ${moduleId}) as counted
    full outer join studied_modules using (user_id, course_id, module_id)
    where session_count is distinct from sessions`;
}
