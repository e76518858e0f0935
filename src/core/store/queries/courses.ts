import type { Course } from '../../model/course.js';
import type { Call } from '../../model/calls.js';
import type { CourseId } from '../../model/ids.js';
import { encodeCursor, toPage, type Page } from '../../model/page.js';
import type { StoreContext } from '../database.js';
import { toCourse } from '../rows.js';

export async function findCourse({ kysely }: StoreContext, courseId: CourseId): Promise<Course | undefined> {
  const row = await kysely
    .selectFrom('courses')
    .selectAll()
    .where('course_id', '=', courseId)
    .executeTakeFirst();
  return row && toCourse(row);
}

export async function listCourses(
  { kysely }: StoreContext,
  { courseId, limit, cursor }: Call<'listCourses'>,
): Promise<Page<Course>> {
  let query = kysely
    .selectFrom('courses')
    .selectAll()
    // Every name is greater than the empty one; saying so lets the partial index serve the first page too.
    .where('name', '>', cursor?.[0] ?? '')
    .orderBy('name')
    .limit(limit + 1);
  if (courseId) query = query.where('course_id', '=', courseId);
  const courses = (await query.execute()).map(toCourse);
  return toPage(courses, limit, (last) => encodeCursor([last.name]));
}
