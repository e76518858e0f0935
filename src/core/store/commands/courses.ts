import type { Course, CourseContent, NewCourse } from '../../model/course.js';
import { newCourseId, type CourseId } from '../../model/ids.js';
import { inTransaction, type Database } from '../database.js';
import { findCourse } from '../queries/courses.js';
import { toCourse, type CourseRow } from '../rows.js';

/** Which of a course's unique values another course has. */
export interface Taken {
  readonly outcome: 'taken';
  readonly courseId: boolean;
  readonly name: boolean;
}

export async function addCourse(
  database: Database,
  course: NewCourse,
  now: string,
): Promise<{ outcome: 'created'; course: Course } | Taken> {
  const row = toRow(course.courseId ?? newCourseId(), course, now);
  return unlessTaken(database, row, async () => {
    await database.kysely.insertInto('courses').values(row).execute();
    return { outcome: 'created', course: toCourse(row) };
  });
}

export async function setCourse(
  database: Database,
  courseId: CourseId,
  content: CourseContent,
  now: string,
): Promise<{ outcome: 'created' | 'replaced'; course: Course } | Taken> {
  const row = toRow(courseId, content, now);
  const result = await unlessTaken(database, row, () =>
    inTransaction(database, async (context) => {
      const inserted = await context.kysely
        .insertInto('courses')
        .values(row)
        .onConflict((conflict) => conflict.column('course_id').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (inserted) return { outcome: 'created' as const, course: toCourse(inserted) };

      await context.kysely
        .updateTable('courses')
        .set({ name: content.name, updated_at: now })
        .where('course_id', '=', courseId)
        .where('name', '!=', content.name)
        .execute();
      const course = await findCourse(context, courseId);
      if (!course)
        throw new Error(`Course ${courseId} was there and is gone, though no course is ever deleted.`);
      return { outcome: 'replaced' as const, course };
    }),
  );
  // The id of the course that is set is its own.
  return result.outcome === 'taken' ? { ...result, courseId: false } : result;
}

function toRow(courseId: CourseId, { name }: CourseContent, now: string): CourseRow {
  return { course_id: courseId, name, created_at: now, updated_at: now };
}

async function unlessTaken<T>(
  database: Database,
  row: CourseRow,
  write: () => Promise<T>,
): Promise<T | Taken> {
  try {
    return await write();
  } catch (error) {
    if (database.faultOf(error) !== 'unique') throw error;
    const rivals = await database.kysely
      .selectFrom('courses')
      .select(['course_id', 'name'])
      .where((eb) => eb.or([eb('course_id', '=', row.course_id), eb('name', '=', row.name)]))
      .execute();
    const courseId = rivals.some((rival) => rival.course_id === row.course_id);
    const name = rivals.some((rival) => rival.name === row.name);
    // The rival may have got another name since; then the first error is all there is to tell.
    if (!courseId && !name) throw error;
    return { outcome: 'taken', courseId, name };
  }
}
