import { sql } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import type { Call } from '../../model/calls.js';
import type { Course } from '../../model/course.js';
import type { CourseId } from '../../model/ids.js';
import type { Page } from '../../model/page.js';
import type { StoreContext } from '../database.js';
import { COURSE_COLUMNS, toCourse, type CourseWithModules } from '../rows.js';
import { readPageInParts } from './page-in-parts.js';

export async function findCourse(context: StoreContext, courseId: CourseId): Promise<Course | undefined> {
  const row = await selectCourses(context).where('course_id', '=', courseId).executeTakeFirst();
  return row && toCourse(row);
}

export async function listCourses(
  context: StoreContext,
  { courseId, limit, cursor }: Call<'listCourses'>,
): Promise<Page<Course>> {
  let asked = selectCourses(context).orderBy('name');
  if (courseId) asked = asked.where('course_id', '=', courseId);
  const { items, next } = await readPageInParts<CourseWithModules>({
    limit,
    // Every name is greater than the empty one; saying so lets the partial index serve the first page too.
    read: (after, count) =>
      asked
        .where('name', '>', after?.name ?? cursor?.[0] ?? '')
        .limit(count)
        .execute(),
    keyOf: ({ name }) => [name],
  });
  return { items: items.map(toCourse), next };
}

/** A course and its modules in one statement, so that they are never of two times. */
function selectCourses({ dialect, kysely }: StoreContext) {
  return kysely.selectFrom('courses').select([...COURSE_COLUMNS, moduleIds(dialect).as('module_ids')]);
}

/** Sorted and joined by `;`, as sessions keep theirs. */
function moduleIds(dialect: DialectName) {
  const join = sql.raw(dialect === 'postgres' ? 'string_agg' : 'group_concat');
  return sql<string>`coalesce((
    select ${join}(module_id, ';' order by module_id) from course_modules
    where course_modules.course_id = courses.course_id), '')`;
}
