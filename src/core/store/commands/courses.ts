import type { Course, CourseContent, NewCourse } from '../../model/course.js';
import { newCourseId, type CourseId } from '../../model/ids.js';
import { inTransaction, type Database } from '../database.js';
import { findCourse } from '../queries/courses.js';
import { toCourse, type CourseRow } from '../rows.js';

/** Each attempt that fails without a rival has lost a race against another change of the same names. */
const MAX_ATTEMPTS = 5;

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
  return unlessTaken(database, row, { replaces: false }, async () => {
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
  return unlessTaken(database, row, { replaces: true }, () =>
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
}

function toRow(courseId: CourseId, { name }: CourseContent, now: string): CourseRow {
  return { course_id: courseId, name, created_at: now, updated_at: now };
}

/**
 * Writes a course unless another one has its id or name. Who has it is asked only after the database has
 * refused the write; where nobody has any more, the write is tried again.
 */
async function unlessTaken<T>(
  database: Database,
  row: CourseRow,
  { replaces }: { readonly replaces: boolean },
  write: () => Promise<T>,
): Promise<T | Taken> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (database.faultOf(error) !== 'unique') throw error;
      const rivals = await database.kysely
        .selectFrom('courses')
        .select(['course_id', 'name'])
        .where((eb) => eb.or([eb('course_id', '=', row.course_id), eb('name', '=', row.name)]))
        .execute();
      const isOwn = (rival: Pick<CourseRow, 'course_id'>) => rival.course_id === row.course_id;
      const courseId = !replaces && rivals.some(isOwn);
      const name = rivals.some((rival) => rival.name === row.name && !(replaces && isOwn(rival)));
      if (courseId || name) return { outcome: 'taken', courseId, name };
      if (attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
