import type { CourseId, UserId } from './model/ids.js';
import { toInstant, type Clock } from './model/time.js';
import { courseNotFound } from './refusals.js';
import { assertCurrent } from './stats.js';
import { findBrokenRules } from './store/checks/broken-rules.js';
import type { Difference } from './store/checks/difference.js';
import { findDifferingModules } from './store/checks/differing-modules.js';
import { findDifferingTotals } from './store/checks/differing-totals.js';
import { countRows, rangesOf, type Counts } from './store/checks/ranges.js';
import { rebuildLearner } from './store/commands/rebuild.js';
import { withDriverFaults, type Database } from './store/database.js';
import { openDatabase } from './store/open.js';
import { findCourse } from './store/queries/courses.js';

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

/** What was looked at, and what of it is not right. */
export interface Verification extends Counts {
  /** Lifetime stats that are not what the sessions add up to. */
  readonly differingStats: number;
  /** Module counts that are not what the sessions add up to. */
  readonly differingModules: number;
  /** Sessions that say what none may say. */
  readonly faultySessions: number;
  /** Learners, once for each course, whose stats were made right. */
  readonly mended: number;
  /** Those whose stats could not be: somebody held them, or they are more than can be kept, or the course is missing. */
  readonly unmended: number;
  /** Whether nothing differs, or nothing is left of it. */
  readonly isRight: boolean;
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
  const database = await openDatabase(config.database, { create: false });
  try {
    return await withDriverFaults(database, async () => {
      await assertCurrent(database);
      const verified = await compareAll(database, config);
      const { courseId } = config;
      const isEmpty = verified.sessions + verified.lifetimeStats + verified.moduleCounts === 0;
      // A mistyped id must not be reported as correct. A deleted course may have left rows, which were compared.
      if (courseId && isEmpty && !(await findCourse(database, courseId))) throw courseNotFound(courseId);
      return verified;
    });
  } finally {
    await database.close();
  }
}

async function compareAll(database: Database, config: VerifyConfig): Promise<Verification> {
  const { userId, courseId, rebuild = false, onDifference, onProgress, clock = Date.now } = config;
  const counts = {
    sessions: 0,
    lifetimeStats: 0,
    moduleCounts: 0,
    differingStats: 0,
    differingModules: 0,
    faultySessions: 0,
    mended: 0,
    unmended: 0,
  };
  for await (const range of rangesOf(database, { userId, courseId })) {
    const rows = await countRows(database, range);
    counts.sessions += rows.sessions;
    counts.lifetimeStats += rows.lifetimeStats;
    counts.moduleCounts += rows.moduleCounts;
    const toRebuild = new Map<string, Difference>();
    const report = async (difference: Difference) => {
      const key = JSON.stringify([difference.userId, difference.courseId]);
      // Sessions are never changed.
      if (difference.kind !== 'session') toRebuild.set(key, difference);
      await onDifference?.(difference);
    };
    for (const differences of await findDifferingTotals(database, range)) {
      counts.differingStats++;
      for (const difference of differences) await report(difference);
    }
    for await (const differences of findDifferingModules(database, range)) {
      counts.differingModules += differences.length;
      for (const difference of differences) await report(difference);
    }
    for await (const sessions of findBrokenRules(database, range)) {
      counts.faultySessions += sessions.length;
      for (const difference of sessions.flat()) await report(difference);
    }
    for (const learner of rebuild ? toRebuild.values() : []) {
      const key = { user_id: learner.userId, course_id: learner.courseId };
      const outcome = await rebuildLearner(database, key, toInstant(clock()));
      if (outcome === 'mended') counts.mended++;
      else if (outcome !== 'right') counts.unmended++;
    }
    onProgress?.(rows.sessions);
  }
  const left = rebuild ? counts.unmended : counts.differingStats + counts.differingModules;
  return { ...counts, isRight: left === 0 && counts.faultySessions === 0 };
}
