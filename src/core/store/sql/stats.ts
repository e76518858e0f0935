import { sql, type AliasedRawBuilder, type Kysely, type RawBuilder } from 'kysely';
import type { Call } from '../../model/calls.js';
import { toLifetimeStats, type StudiedCourse } from '../../model/lifetime.js';
import type { ModuleCounts } from '../../model/modules.js';
import { hasTotals, SELECTED_TOTALS, toTotals, type LearnerRow, type NullableTotalsRow } from '../rows.js';
import type { Schema } from '../schema.js';
import type { LearnerStats, StoreContext } from '../store.js';

const declared = sql<number>`(
  select count(*) from course_modules
  where course_modules.course_id = courses.course_id)`;

const courseExists = sql<number>`case when courses.course_id is null then 0 else 1 end`.as('course_exists');

/**
 * Counts the modules of a row of `course_stats`.
 *
 * @param userId its learner. A bound value lets Citus run the statement on the learner's shard alone.
 */
function moduleCounts(userId: RawBuilder<unknown>) {
  const studied = sql<number>`(
    select count(*) from studied_modules
    where studied_modules.user_id = ${userId}
      and studied_modules.course_id = course_stats.course_id)`;
  const studiedOfDeclared = sql<number>`(
    select count(*) from course_modules
    join studied_modules on studied_modules.course_id = course_modules.course_id
      and studied_modules.module_id = course_modules.module_id
    where studied_modules.user_id = ${userId}
      and course_modules.course_id = course_stats.course_id)`;
  return [studied.as('studied'), declared.as('declared'), studiedOfDeclared.as('studiedOfDeclared')] as const;
}

export type StatsRow = NullableTotalsRow & ModuleCounts & { readonly course_exists: number };

/**
 * Selects the stats of learners. Each is one rollup row, read by primary key, so that the cost does not
 * depend on the number of sessions. The same statement reads the module counts, so that all numbers belong to
 * one snapshot.
 */
export function selectStats(kysely: Kysely<Schema>, learners: AliasedRawBuilder<LearnerRow, 'learner'>) {
  return kysely
    .selectFrom(learners)
    .leftJoin('courses', 'courses.course_id', 'learner.course_id')
    .leftJoin('course_stats', (join) =>
      join
        .onRef('course_stats.user_id', '=', 'learner.user_id')
        .onRef('course_stats.course_id', '=', 'learner.course_id'),
    )
    .select([courseExists, ...SELECTED_TOTALS, ...moduleCounts(sql`course_stats.user_id`)]);
}

export function toLearnerStats(row: StatsRow): LearnerStats | 'course-not-found' {
  if (row.course_exists === 0) return 'course-not-found';
  return { totals: hasTotals(row) ? toTotals(row) : undefined, modules: row };
}

/** Lists the courses that a learner has studied, by name; one row more than `limit` if there are more. */
export async function listStudiedCourses(
  context: StoreContext,
  { userId, limit, cursor }: Call<'listStudiedCourses'>,
): Promise<StudiedCourse[]> {
  const user = context.id(userId);
  const rows = await context.kysely
    .selectFrom('course_stats')
    .innerJoin('courses', 'courses.course_id', 'course_stats.course_id')
    .select(['course_stats.course_id', 'courses.name', ...SELECTED_TOTALS, ...moduleCounts(user)])
    .where('course_stats.user_id', '=', user)
    .where('courses.name', '>', cursor?.[0] ?? '')
    .orderBy('courses.name')
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({ ...toLifetimeStats(row.course_id, toTotals(row), row), name: row.name }));
}
