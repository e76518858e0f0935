import { exportFilterSchema, type ExportedSession, type ExportFilter } from './model/exported.js';
import { parseCall } from './model/faults.js';
import { courseNotFound } from './refusals.js';
import { assertCurrent } from './stats.js';
import { nameDriverFault, type Database } from './store/database.js';
import { openDatabase } from './store/open.js';
import { findCourse } from './store/queries/courses.js';
import { exportPages } from './store/queries/export.js';

export interface ExportConfig extends ExportFilter {
  /** `sqlite:PATH` or `postgres://…`; `PG*` variables fill in what that URL leaves out. */
  readonly database: string;
}

/**
 * Every session of a database, or those of a learner, a course or a time, in the order of user, course and
 * session id, some thousand at a time. All are as they were at one moment, whatever is recorded meanwhile, and
 * nobody who records waits for it. Where the loop ends early, the database is closed too.
 *
 * @example
 * let timeStudied = 0;
 * for await (const sessions of exportSessions({ database: 'sqlite:stats.db', from: '2026-01-01T00:00:00Z' })) {
 *   for (const session of sessions) timeStudied += session.timeStudied;
 * }
 * console.log(timeStudied);
 *
 * @throws {StatsError} when it is first asked: `invalid-request`, `course-not-found`, `invalid-database-url`,
 *   `database-not-found`, `database-unavailable`, `database-unusable`, `schema-newer`, `schema-outdated`
 */
export async function* exportSessions({
  database: url,
  ...filter
}: ExportConfig): AsyncGenerator<readonly ExportedSession[], void, undefined> {
  const checked = parseCall(exportFilterSchema, filter);
  const database = await openDatabase(url, { create: false });
  try {
    yield* pagesOf(database, checked);
  } catch (error) {
    throw nameDriverFault(database, error);
  } finally {
    await database.close();
  }
}

async function* pagesOf(
  database: Database,
  filter: ExportFilter,
): AsyncGenerator<readonly ExportedSession[], void, undefined> {
  await assertCurrent(database);
  const snapshot = await database.beginSnapshot();
  try {
    const context = { dialect: database.dialect, kysely: snapshot };
    const { courseId } = filter;
    // A mistyped id must not make an empty file in silence.
    if (courseId && !(await findCourse(context, courseId))) throw courseNotFound(courseId);
    yield* exportPages(context, filter);
  } finally {
    await snapshot.rollback().execute();
  }
}
