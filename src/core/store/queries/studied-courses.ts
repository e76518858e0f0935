import type { Call } from '../../model/calls.js';
import { toLifetimeStats, type StudiedCourse } from '../../model/lifetime.js';
import type { StoreContext } from '../database.js';
import { toTotals, TOTALS_COLUMNS } from '../rows.js';
import { MODULE_COUNTS } from './stats.js';

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
  return rows.map((row) => ({ ...toLifetimeStats(row.course_id, toTotals(row), row), name: row.name }));
}
