import { courseNotFound, StatsError } from '../errors.js';
import type { CourseId } from '../model/ids.js';
import { countRows } from '../store/checks/ranges.js';
import { assertCurrent } from '../store/migrator.js';
import { openStore } from '../store/open.js';
import { deleteCourse, findCourse } from '../store/sql/courses.js';
import { eraseLearner } from '../store/sql/erase.js';
import { withStatsErrors, type Store } from '../store/store.js';

/** A course to be deleted, with the numbers of its sessions and learners. */
export interface PurgedCourse {
  readonly name: string;
  readonly sessions: number;
  readonly learners: number;
}

export interface PurgeConfig {
  /** `sqlite:PATH` or `postgres://…`; `PG*` variables supply what the URL omits. */
  readonly database: string;
  readonly courseId: CourseId;
  /** Receives what would be deleted. If it returns false, nothing is deleted. Default: not called. */
  readonly confirm?: ((found: PurgedCourse) => Promise<boolean>) | undefined;
}

/** Learners per query. */
const PAGE = 500;
/** Attempts to delete the course, in case sessions are recorded in it meanwhile. */
const MAX_ATTEMPTS = 5;

/**
 * Deletes a course with all its sessions and enrolments, learner by learner; after an interruption, call it again. Returns
 * `undefined` if `confirm` returned false.
 *
 * @example
 * const deleted = await purgeCourse({ database: 'sqlite:stats.db', courseId });
 * console.log(deleted?.sessionsDeleted);
 *
 * @throws {StatsError} `course-not-found`; `database-unavailable` if sessions are recorded in it all the time;
 *   the errors of `verify`
 */
export async function purgeCourse(config: PurgeConfig): Promise<{ sessionsDeleted: number } | undefined> {
  const { database, courseId, confirm } = config;
  const store = await openStore(database, { create: false });
  try {
    return await withStatsErrors(store, async () => {
      await assertCurrent(store);
      const course = await findCourse(store, courseId);
      if (!course) throw courseNotFound(courseId);
      const { sessions, lifetimeStats: learners } = await countRows(store, { courseId });
      if (confirm && !(await confirm({ name: course.name, sessions, learners }))) return undefined;
      return { sessionsDeleted: await purge(store, courseId) };
    });
  } finally {
    await store.close();
  }
}

async function purge(store: Store, courseId: CourseId): Promise<number> {
  let sessionsDeleted = 0;
  const learners = store.kysely
    .selectFrom('course_stats')
    .select('user_id')
    .where('course_id', '=', store.id(courseId))
    .limit(PAGE);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    for (let page = await learners.execute(); page.length > 0; page = await learners.execute()) {
      for (const { user_id: userId } of page)
        sessionsDeleted += await eraseLearner(store, { userId, courseId });
    }
    try {
      await deleteCourse(store, courseId);
      return sessionsDeleted;
    } catch (error) {
      if (!(error instanceof StatsError) || error.code !== 'course-in-use') throw error;
    }
  }
  throw new StatsError('database-unavailable', 'Sessions are being recorded in the course; try again.');
}
