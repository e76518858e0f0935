import type { CourseId, UserId } from './model/ids.js';
import { toInstant, type Clock } from './model/time.js';
import { courseNotFound } from './refusals.js';
import { assertCurrent } from './stats.js';
import type { Difference } from './store/checks/difference.js';
import { withDriverFaults } from './store/database.js';
import { openDatabase } from './store/open.js';
import { findCourse } from './store/queries/courses.js';
import { Verifier, type Verification } from './verifier.js';

export type { Verification } from './verifier.js';

export interface VerifyConfig {
  /** `sqlite:PATH` or `postgres://…`; `PG*` variables fill in what that URL leaves out. */
  readonly database: string;
  /** Only this learner. Default: all. */
  readonly userId?: UserId | undefined;
  /** Only this course. Default: all. */
  readonly courseId?: CourseId | undefined;
  /** Make what is kept what the sessions add up to; the sessions stay as they are. Default: false. */
  readonly rebuild?: boolean | undefined;
  /** Told of each difference; where it gives a promise, that is waited for: there may be any number. */
  readonly onDifference?: ((difference: Difference) => void | Promise<void>) | undefined;
  /** Told how many more sessions were compared. */
  readonly onProgress?: ((sessions: number) => void) | undefined;
  /** The time in milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: Clock | undefined;
}

/**
 * Compares what is kept of each learner, totals and modules, with what the sessions add up to, and the sessions with
 * the rules of their values. The database may be in use: what is recorded meanwhile is no difference, and
 * rebuilding holds one learner in one course at a time.
 *
 * @example
 * const { isRight, sessions } = await verify({
 *   database: 'sqlite:stats.db',
 *   onDifference: ({ userId, courseId, what }) => console.log(userId, courseId, what),
 * });
 * console.log(isRight, sessions);
 *
 * @throws {StatsError} `invalid-database-url`, `node-unsupported`, `course-not-found`, `database-not-found`,
 *   `database-unavailable`, `database-unusable`, `schema-outdated`, `schema-newer`
 */
export async function verify(config: VerifyConfig): Promise<Verification> {
  const { userId, courseId, rebuild = false, onDifference, onProgress, clock = Date.now } = config;
  const database = await openDatabase(config.database, { create: false });
  try {
    return await withDriverFaults(database, async () => {
      await assertCurrent(database);
      const options = { rebuild, now: () => toInstant(clock()), tell: onDifference, onProgress };
      const verified = await new Verifier(database, options).run({ userId, courseId });
      // A mistyped id must not be all right in silence; what is left of a course that is gone was compared.
      if (courseId && isEmpty(verified) && !(await findCourse(database, courseId))) {
        throw courseNotFound(courseId);
      }
      return verified;
    });
  } finally {
    await database.close();
  }
}

function isEmpty({ sessions, lifetimeStats, moduleCounts }: Verification): boolean {
  return sessions + lifetimeStats + moduleCounts === 0;
}
