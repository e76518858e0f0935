import { sql, type RawBuilder } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import { within, type Range } from './scope.js';

/** What the sessions must add up to, in the order of the columns. */
export const TOTALS = [
  'session_count',
  'total_modules_studied',
  'weighted_score_units',
  'time_studied',
  'first_completed_at',
  'last_completed_at',
] as const;

export type TotalsColumn = (typeof TOTALS)[number];

/** A row for each learner and course with sessions: what `course_stats` should say. */
export function sumSessions(dialect: DialectName, range: Range): RawBuilder<unknown> {
  const { sum, product } = ARITHMETIC[dialect];
  return sql`
    select user_id, course_id, count(*) as session_count,
      ${sum(sql`total_modules_studied`)} as total_modules_studied,
      ${sum(product)} as weighted_score_units,
      ${sum(sql`time_studied`)} as time_studied,
      min(completed_at) as first_completed_at, max(completed_at) as last_completed_at
    from study_sessions where ${within(range)} group by user_id, course_id`;
}

/** A row for each learner, course and module that a session studied: what `studied_modules` should say. */
export function countModules(dialect: DialectName, range: Range): RawBuilder<unknown> {
  const { table, moduleId } = splitModuleIds(dialect);
  // A session counts once in a module, even where a list that breaks the rules names it twice.
  return sql`
    select user_id, course_id, ${moduleId} as module_id, count(distinct session_id) as session_count
    from study_sessions cross join ${table} where module_ids <> '' and ${within(range)}
    group by user_id, course_id, ${moduleId}`;
}

/** The module ids of a session as rows. */
export function splitModuleIds(dialect: DialectName): {
  readonly table: RawBuilder<unknown>;
  readonly moduleId: RawBuilder<unknown>;
} {
  if (dialect === 'postgres') {
    const table = sql`string_to_table(module_ids, ';') as module(module_id)`;
    return { table, moduleId: sql`module.module_id` };
  }
  // Quoted as JSON first: an id may contain what JSON would take for its own.
  const table = sql`json_each('[' || replace(json_quote(module_ids), ';', '","') || ']') as module`;
  return { table, moduleId: sql`module.value` };
}

/**
 * No sum fails: what no total could hold is to be found, not to end the search. SQLite's own would; in two parts
 * it turns into a real number, which equals no total that is kept.
 */
const ARITHMETIC = {
  sqlite: {
    sum: (value: RawBuilder<unknown>) =>
      sql`(sum(${value} / 4294967296) * 4294967296 + sum(${value} % 4294967296))`,
    product: sql`(average_score_units * total_modules_studied)`,
  },
  postgres: {
    sum: (value: RawBuilder<unknown>) => sql`sum(${value})`,
    product: sql`(cast(average_score_units as numeric) * total_modules_studied)`,
  },
} as const;
