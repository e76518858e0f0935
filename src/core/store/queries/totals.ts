import { sql } from 'kysely';
import type { LearnerKey } from '../../api.js';
import type { Call } from '../../model/calls.js';
import type { CourseId } from '../../model/ids.js';
import type { Totals } from '../../model/lifetime.js';
import type { ModuleCounts } from '../../model/modules.js';
import type { StoreContext } from '../database.js';
import { toTotals, TOTALS_COLUMNS } from '../rows.js';

const studied = sql<number>`(
  select count(*) from studied_modules
  where studied_modules.user_id = course_stats.user_id
    and studied_modules.course_id = course_stats.course_id)`;

const declaredBy = (table: 'courses' | 'course_stats') =>
  sql<number>`(
    select count(*) from course_modules
    where course_modules.course_id = ${sql.ref(table)}.course_id)`;

const studiedOfDeclared = sql<number>`(
  select count(*) from course_modules
  join studied_modules on studied_modules.course_id = course_modules.course_id
    and studied_modules.module_id = course_modules.module_id
  where studied_modules.user_id = course_stats.user_id
    and course_modules.course_id = course_stats.course_id)`;

const MODULE_COUNTS = [
  studied.as('studied'),
  declaredBy('course_stats').as('declared'),
  studiedOfDeclared.as('studiedOfDeclared'),
] as const;

export interface TotalsWithModules {
  readonly totals: Totals;
  readonly modules: ModuleCounts;
}

/**
 * One row by its primary key, and its modules by the first columns of indexes, in one statement: the numbers
 * belong together, and cost the same however long the history. `undefined` without sessions.
 */
export async function findTotals(
  { kysely }: StoreContext,
  { userId, courseId }: LearnerKey,
): Promise<TotalsWithModules | undefined> {
  const row = await kysely
    .selectFrom('course_stats')
    .select([...TOTALS_COLUMNS, ...MODULE_COUNTS])
    .where('user_id', '=', userId)
    .where('course_id', '=', courseId)
    .executeTakeFirst();
  return row && { totals: toTotals(row), modules: row };
}

/** How many modules a course declares; `undefined` where there is no such course. */
export async function countDeclared(
  { kysely }: StoreContext,
  courseId: CourseId,
): Promise<number | undefined> {
  const row = await kysely
    .selectFrom('courses')
    .select(declaredBy('courses').as('declared'))
    .where('course_id', '=', courseId)
    .executeTakeFirst();
  return row?.declared;
}

export interface StudiedCourse extends TotalsWithModules {
  readonly courseId: CourseId;
  readonly name: string;
}

/** What a user has studied, by the names of the courses; one row more than the limit where there is more. */
export async function listStudiedCourses(
  { kysely }: StoreContext,
  { userId, limit, cursor }: Call<'listStudiedCourses'>,
): Promise<StudiedCourse[]> {
  const rows = await kysely
    .selectFrom('course_stats')
    .innerJoin('courses', 'courses.course_id', 'course_stats.course_id')
    .select(['course_stats.course_id', 'courses.name', ...TOTALS_COLUMNS, ...MODULE_COUNTS])
    .where('course_stats.user_id', '=', userId)
    .where('courses.name', '>', cursor?.[0] ?? '')
    .orderBy('courses.name')
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({
    courseId: row.course_id,
    name: row.name,
    totals: toTotals(row),
    modules: row,
  }));
}
