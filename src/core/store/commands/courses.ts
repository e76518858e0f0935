import type { Course, CourseContent, NewCourse } from '../../model/course.js';
import { newCourseId, type CourseId } from '../../model/ids.js';
import { inTransaction, type Database, type TransactionContext } from '../database.js';
import { findCourse } from '../queries/courses.js';
import { COURSE_COLUMNS, joinModuleIds, toCourse, type CourseRow } from '../rows.js';

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
  const { moduleIds = [] } = course;
  return unlessTaken(database, row, { replaces: false }, () =>
    inTransaction(database, async (context) => {
      await context.kysely.insertInto('courses').values(row).execute();
      await addModules(context, row.course_id, moduleIds, now);
      return {
        outcome: 'created' as const,
        course: toCourse({ ...row, module_ids: joinModuleIds(moduleIds) }),
      };
    }),
  );
}

export async function setCourse(
  database: Database,
  courseId: CourseId,
  content: CourseContent,
  now: string,
): Promise<{ outcome: 'created' | 'replaced'; course: Course } | Taken> {
  const row = toRow(courseId, content, now);
  const { moduleIds = [] } = content;
  return unlessTaken(database, row, { replaces: true }, () =>
    inTransaction(database, async (context) => {
      const inserted = await context.kysely
        .insertInto('courses')
        .values(row)
        .onConflict((conflict) => conflict.column('course_id').doNothing())
        .returning(COURSE_COLUMNS)
        .executeTakeFirst();
      if (inserted) {
        await addModules(context, courseId, moduleIds, now);
        const course = toCourse({ ...inserted, module_ids: joinModuleIds(moduleIds) });
        return { outcome: 'created' as const, course };
      }

      const wanted = { name: content.name, moduleIds };
      const seen = await findExisting(context, courseId);
      if (saysTheSame(seen, wanted)) return { outcome: 'replaced' as const, course: seen };

      await context.kysely
        .selectFrom('courses')
        .select('course_id')
        .where('course_id', '=', courseId)
        // No key: sessions that are recorded in the course meanwhile go on.
        .$if(context.dialect === 'postgres', (query) => query.forNoKeyUpdate())
        .execute();
      const stored = await findExisting(context, courseId);
      if (saysTheSame(stored, wanted)) return { outcome: 'replaced' as const, course: stored };
      await context.kysely
        .updateTable('courses')
        .set({ name: content.name, updated_at: now })
        .where('course_id', '=', courseId)
        .execute();
      const [had, has] = [new Set(stored.moduleIds), new Set(moduleIds)];
      await addModules(context, courseId, Array.from(has.difference(had)), now);
      await removeModules(context, courseId, Array.from(had.difference(has)));
      return { outcome: 'replaced' as const, course: { ...stored, ...wanted, updatedAt: now } };
    }),
  );
}

async function findExisting(context: TransactionContext, courseId: CourseId): Promise<Course> {
  const course = await findCourse(context, courseId);
  if (!course) throw new Error(`Course ${courseId} was there and is gone, though no course is ever deleted.`);
  return course;
}

function saysTheSame(stored: Course, { name, moduleIds }: CourseContent): boolean {
  return stored.name === name && joinModuleIds(stored.moduleIds) === joinModuleIds(moduleIds);
}

async function removeModules(
  { kysely }: TransactionContext,
  courseId: CourseId,
  moduleIds: readonly string[],
): Promise<void> {
  if (moduleIds.length === 0) return;
  await kysely
    .deleteFrom('course_modules')
    .where('course_id', '=', courseId)
    .where('module_id', 'in', moduleIds)
    .execute();
}

async function addModules(
  { kysely }: TransactionContext,
  courseId: CourseId,
  moduleIds: readonly string[],
  now: string,
): Promise<void> {
  if (moduleIds.length === 0) return;
  const rows = moduleIds.map((module_id) => ({
    course_id: courseId,
    module_id,
    created_at: now,
    updated_at: now,
  }));
  await kysely.insertInto('course_modules').values(rows).execute();
}

function toRow(courseId: CourseId, { name }: CourseContent, now: string): CourseRow {
  return { course_id: courseId, name, created_at: now, updated_at: now };
}

/**
 * Writes a course unless another one has its id or name. Who has it is asked only after the database has
 * refused the write; where no rival is left, the write is tried again.
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
