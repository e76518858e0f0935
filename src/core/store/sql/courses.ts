import { sql } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import { courseInUse, courseNotFound, courseTaken } from '../../errors.js';
import type { Call } from '../../model/calls.js';
import type { Course, CourseContent, NewCourse } from '../../model/course.js';
import { newCourseId, type CourseId } from '../../model/ids.js';
import type { Page } from '../../model/pagination.js';
import { COURSE_COLUMNS, joinModuleIds, toCourse, type CourseRow, type CourseWithModules } from '../rows.js';
import type { Store, StoreContext, TransactionContext } from '../store.js';
import { readPageInParts } from './paging.js';

/** Maximum attempts, in case the conflicting course no longer exists when it is queried. */
const MAX_ATTEMPTS = 5;

/** @throws {StatsError} `course-id-taken`, `course-name-taken` */
export async function addCourse(store: Store, course: NewCourse, now: string): Promise<Course> {
  const row = toRow(course.courseId ?? newCourseId(), course, now);
  const moduleIds = course.moduleIds ?? [];
  return writeUnlessExists(store, row, { replaces: false }, () =>
    store.transact(async (context) => {
      await context.kysely.insertInto('courses').values(boundRow(context, row)).execute();
      await addCourseModules(context, row.course_id, moduleIds, now);
      return toCourse({ ...row, module_ids: joinModuleIds(moduleIds) });
    }),
  );
}

/** @throws {StatsError} `course-name-taken` */
export async function setCourse(
  store: Store,
  courseId: CourseId,
  content: CourseContent,
  now: string,
): Promise<SetResult> {
  for (;;) {
    const result = await insertOrReplace(store, courseId, content, now);
    if (result) return result;
    // Another transaction deleted the course between the statements: insert again.
  }
}

export interface SetResult {
  readonly outcome: 'created' | 'replaced';
  readonly course: Course;
}

function insertOrReplace(
  store: Store,
  courseId: CourseId,
  content: CourseContent,
  now: string,
): Promise<SetResult | undefined> {
  const row = toRow(courseId, content, now);
  return writeUnlessExists(store, row, { replaces: true }, () =>
    store.transact(async (context): Promise<SetResult | undefined> => {
      const inserted = await context.kysely
        .insertInto('courses')
        .values(boundRow(context, row))
        .onConflict((conflict) => conflict.column('course_id').doNothing())
        .returning(COURSE_COLUMNS)
        .executeTakeFirst();
      if (inserted) {
        const moduleIds = content.moduleIds ?? [];
        await addCourseModules(context, courseId, moduleIds, now);
        const course = toCourse({ ...inserted, module_ids: joinModuleIds(moduleIds) });
        return { outcome: 'created', course };
      }

      const seen = await findCourse(context, courseId);
      if (seen && isSameCourse(seen, content)) return { outcome: 'replaced', course: seen };

      await context.kysely
        .selectFrom('courses')
        .select('course_id')
        .where('course_id', '=', context.id(courseId))
        // Not `for update`, which would block recording sessions in the course.
        .$if(context.dialect === 'postgres', (query) => query.forNoKeyUpdate())
        .execute();
      const stored = await findCourse(context, courseId);
      if (!stored) return undefined;
      if (isSameCourse(stored, content)) return { outcome: 'replaced', course: stored };
      await context.kysely
        .updateTable('courses')
        .set({ name: content.name, updated_at: context.instant(now) })
        .where('course_id', '=', context.id(courseId))
        .execute();
      const moduleIds = content.moduleIds === undefined ? stored.moduleIds : (content.moduleIds ?? []);
      const [had, has] = [new Set(stored.moduleIds), new Set(moduleIds)];
      await addCourseModules(context, courseId, Array.from(has.difference(had)), now);
      await removeCourseModules(context, courseId, Array.from(had.difference(has)));
      const course = { ...stored, name: content.name, moduleIds, updatedAt: now };
      return { outcome: 'replaced', course };
    }),
  );
}

function isSameCourse(stored: Course, { name, moduleIds = stored.moduleIds }: CourseContent): boolean {
  return stored.name === name && joinModuleIds(stored.moduleIds) === joinModuleIds(moduleIds ?? []);
}

/**
 * Deletes a course. The foreign keys of its sessions prevent the deletion. They are checked while the row is
 * locked, which delays recording in the course, so a course with sessions is rejected before.
 *
 * @throws {StatsError} `course-not-found`, `course-in-use`
 */
export async function deleteCourse(store: Store, courseId: CourseId): Promise<void> {
  const rollup = store.kysely.selectFrom('course_stats').select('user_id');
  const [used] = await rollup.where('course_id', '=', store.id(courseId)).limit(1).execute();
  if (used) throw courseInUse(courseId);
  try {
    await store.transact(async (context) => {
      const { kysely, dialect } = context;
      const id = context.id(courseId);
      const course = await kysely
        .selectFrom('courses')
        .select('course_id')
        .where('course_id', '=', id)
        .$if(dialect === 'postgres', (query) => query.forUpdate())
        .executeTakeFirst();
      if (!course) throw courseNotFound(courseId);
      await kysely.deleteFrom('course_modules').where('course_id', '=', id).execute();
      await kysely.deleteFrom('courses').where('course_id', '=', id).execute();
    });
  } catch (error) {
    throw store.faultOf(error) === 'foreign-key' ? courseInUse(courseId) : error;
  }
}

async function removeCourseModules(
  context: TransactionContext,
  courseId: CourseId,
  moduleIds: readonly string[],
): Promise<void> {
  if (moduleIds.length === 0) return;
  await context.kysely
    .deleteFrom('course_modules')
    .where('course_id', '=', context.id(courseId))
    .where('module_id', 'in', moduleIds)
    .execute();
}

async function addCourseModules(
  context: TransactionContext,
  courseId: CourseId,
  moduleIds: readonly string[],
  now: string,
): Promise<void> {
  if (moduleIds.length === 0) return;
  const rows = moduleIds.map((module_id) => ({
    course_id: context.id(courseId),
    module_id,
    created_at: context.instant(now),
    updated_at: context.instant(now),
  }));
  await context.kysely.insertInto('course_modules').values(rows).execute();
}

function boundRow(context: StoreContext, row: CourseRow) {
  return {
    course_id: context.id(row.course_id),
    name: row.name,
    created_at: context.instant(row.created_at),
    updated_at: context.instant(row.updated_at),
  };
}

function toRow(courseId: CourseId, { name }: CourseContent, now: string): CourseRow {
  return { course_id: courseId, name, created_at: now, updated_at: now };
}

/**
 * Writes a course. If the database rejects it, queries the course that has its id or name, and repeats the
 * write if that course no longer exists.
 *
 * @param options `replaces` is true if a course with the same id is not a conflict
 */
async function writeUnlessExists<T>(
  store: Store,
  row: CourseRow,
  { replaces }: { readonly replaces: boolean },
  write: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (store.faultOf(error) !== 'unique') throw error;
      const existing = await store.kysely
        .selectFrom('courses')
        .select(['course_id', 'name'])
        .where((eb) => eb.or([eb('course_id', '=', store.id(row.course_id)), eb('name', '=', row.name)]))
        .execute();
      const others = existing.filter(({ course_id }) => !replaces || course_id !== row.course_id);
      const { course_id: courseId } = others.find(({ course_id }) => course_id === row.course_id) ?? {};
      const { name } = others.find((other) => other.name === row.name) ?? {};
      if (courseId !== undefined || name !== undefined) throw courseTaken({ courseId, name });
      if (attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

export async function findCourse(context: StoreContext, courseId: CourseId): Promise<Course | undefined> {
  const row = await selectCourses(context).where('course_id', '=', context.id(courseId)).executeTakeFirst();
  return row && toCourse(row);
}

/**
 * Called only after a query found nothing, so that hot paths do not read the course.
 *
 * @throws {StatsError} `course-not-found`
 */
export async function assertCourse(context: StoreContext, courseId: CourseId): Promise<void> {
  if (!(await findCourse(context, courseId))) throw courseNotFound(courseId);
}

export async function listCourses(
  context: StoreContext,
  { courseId, limit, cursor }: Call<'listCourses'>,
): Promise<Page<Course>> {
  let courses = selectCourses(context).orderBy('name');
  if (courseId) courses = courses.where('course_id', '=', context.id(courseId));
  const { items, next } = await readPageInParts<CourseWithModules>({
    limit,
    // The condition is always present, so that the partial index serves the first page too.
    read: (after, count) =>
      courses
        .where('name', '>', after?.name ?? cursor?.[0] ?? '')
        .limit(count)
        .execute(),
    keyOf: ({ name }) => [name],
  });
  return { items: items.map(toCourse), next };
}

/** Selects a course and its modules in one statement, so that they belong to one snapshot. */
function selectCourses({ dialect, kysely }: StoreContext) {
  return kysely.selectFrom('courses').select([...COURSE_COLUMNS, joinedModuleIds(dialect).as('module_ids')]);
}

/** The module ids, sorted and joined by `;` as in sessions. */
function joinedModuleIds(dialect: DialectName) {
  const join = sql.raw(dialect === 'postgres' ? 'string_agg' : 'group_concat');
  return sql<string>`coalesce((
    select ${join}(module_id, ';' order by module_id) from course_modules
    where course_modules.course_id = courses.course_id), '')`;
}
