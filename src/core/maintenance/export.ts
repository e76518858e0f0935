import { courseNotFound } from '../errors.js';
import { enrolmentFilterSchema, type EnrolmentFilter, type ExportedEnrolment } from '../model/enrolment.js';
import type { CourseId } from '../model/ids.js';
import { parseCall } from '../model/validation.js';
import { exportFilterSchema, type ExportedSession, type ExportFilter } from '../model/session.js';
import { assertCurrent } from '../store/migrator.js';
import { openStore } from '../store/open.js';
import { findCourse } from '../store/sql/courses.js';
import { exportEnrolmentPages, exportSessionPages } from '../store/sql/export.js';
import { contextOf, toOperatorError, type Snapshot, type StoreContext } from '../store/store.js';

export interface ExportConfig extends ExportFilter {
  /** `sqlite:PATH` or `postgres://…`; `PG*` variables supply what the URL omits. */
  readonly database: string;
}

/**
 * Reads the sessions of a database, a learner, a course or a time range, in pages, ordered by user, course
 * and session id. All pages belong to one snapshot; recording continues meanwhile. The database is closed
 * when the loop ends, also if it ends early.
 *
 * @example
 * let timeStudied = 0;
 * for await (const sessions of exportSessions({ database: 'sqlite:stats.db', from: '2026-01-01T00:00:00Z' })) {
 *   for (const session of sessions) timeStudied += session.timeStudied;
 * }
 * console.log(timeStudied);
 *
 * @throws {StatsError} with the first page: `invalid-request`, `course-not-found`, `invalid-database-url`,
 *   `database-not-found`, `database-unavailable`, `database-unusable`, `schema-newer`, `schema-unsupported`,
 *   `schema-outdated`
 */
export async function* exportSessions({
  database,
  ...filter
}: ExportConfig): AsyncGenerator<readonly ExportedSession[], void, undefined> {
  const checked = parseCall(exportFilterSchema, filter);
  yield* exportPages(database, checked.courseId, (context) => exportSessionPages(context, checked));
}

/**
 * Reads the enrolments of a database, a learner or a course, in pages, ordered by user and course, in the same way as
 * `exportSessions` reads sessions.
 *
 * @example
 * for await (const enrolments of exportEnrolments({ database: 'sqlite:stats.db' })) {
 *   for (const { displayName, groups } of enrolments) console.log(displayName, groups);
 * }
 *
 * @throws {StatsError} the errors of `exportSessions`
 */
export async function* exportEnrolments({
  database,
  ...filter
}: EnrolmentFilter & Pick<ExportConfig, 'database'>): AsyncGenerator<
  readonly ExportedEnrolment[],
  void,
  undefined
> {
  const checked = parseCall(enrolmentFilterSchema, filter);
  yield* exportPages(database, checked.courseId, (context) => exportEnrolmentPages(context, checked));
}

/** Reads pages in one snapshot. */
async function* exportPages<Page>(
  database: string,
  courseId: CourseId | undefined,
  read: (context: StoreContext) => AsyncGenerator<Page, void, undefined>,
): AsyncGenerator<Page, void, undefined> {
  const store = await openStore(database, { create: false, readOnly: true });
  let snapshot: Snapshot | undefined;
  try {
    await assertCurrent(store);
    snapshot = await store.beginSnapshot();
    const context = contextOf(store, snapshot);
    // A mistyped id must not produce an empty file silently.
    if (courseId && !(await findCourse(context, courseId))) throw courseNotFound(courseId);
    yield* read(context);
  } catch (error) {
    throw toOperatorError(store, error);
  } finally {
    await snapshot?.rollback().execute();
    await store.close();
  }
}
