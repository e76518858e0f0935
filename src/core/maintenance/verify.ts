import { courseNotFound } from '../errors.js';
import type { Counts, Difference } from '../model/checks.js';
import type { CourseId, UserId } from '../model/ids.js';
import { toInstant, type Clock } from '../model/time.js';
import { assertCurrent } from '../store/migrator.js';
import { findDifferingModules, findDifferingTotals } from '../store/checks/differences.js';
import { countRows, rangesOf } from '../store/checks/ranges.js';
import { findRuleViolations } from '../store/checks/rules.js';
import { openStore } from '../store/open.js';
import { findCourse } from '../store/sql/courses.js';
import { rebuildLearner } from '../store/sql/rebuild.js';
import { withStatsErrors, type Store } from '../store/store.js';

export interface VerifyConfig {
  /** `sqlite:PATH` or `postgres://…`; `PG*` variables supply what the URL omits. */
  readonly database: string;
  /** Verifies only this learner. Default: all. */
  readonly userId?: UserId | undefined;
  /** Verifies only this course. Default: all. */
  readonly courseId?: CourseId | undefined;
  /** Recomputes differing stats from the sessions, which are never changed. Default: false. */
  readonly rebuild?: boolean | undefined;
  /** Receives each difference. A returned promise is awaited. */
  readonly onDifference?: ((difference: Difference) => void | Promise<void>) | undefined;
  /** Receives the number of sessions compared since the last call. */
  readonly onProgress?: ((sessions: number) => void) | undefined;
  /** The time in milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: Clock | undefined;
}

export interface Verification extends Counts {
  /** Lifetime stats that differ from the sums of their sessions. */
  readonly differingStats: number;
  /** Module counts that differ from those of the sessions. */
  readonly differingModules: number;
  /** Sessions that break a rule of their values. */
  readonly invalidSessions: number;
  /** Lifetime stats that were repaired. */
  readonly repaired: number;
  /** Lifetime stats that could not be repaired: locked, out of range, or without a course. */
  readonly notRepaired: number;
  /** True if nothing differs and no session is invalid, or if everything was repaired. */
  readonly isConsistent: boolean;
}

/**
 * Compares the stored totals and module counts with the sums of the sessions, and the sessions with the rules
 * of their values. The database may be in use: concurrent recording causes no difference, and a rebuild locks
 * one learner in one course at a time.
 *
 * @example
 * const { isConsistent, sessions } = await verify({
 *   database: 'sqlite:stats.db',
 *   onDifference: ({ userId, courseId, field }) => console.log(userId, courseId, field),
 * });
 * console.log(isConsistent, sessions);
 *
 * @throws {StatsError} `invalid-database-url`, `node-unsupported`, `course-not-found`, `database-not-found`,
 *   `database-unavailable`, `database-unusable`, `schema-outdated`, `schema-newer`, `schema-unsupported`
 */
export async function verify(config: VerifyConfig): Promise<Verification> {
  const store = await openStore(config.database, { create: false, readOnly: !config.rebuild });
  try {
    return await withStatsErrors(store, async () => {
      await assertCurrent(store);
      const verified = await compareAll(store, config);
      const { courseId } = config;
      const isEmpty = verified.sessions + verified.lifetimeStats + verified.moduleCounts === 0;
      // A mistyped id must not be reported as correct. A deleted course may have left rows, which were compared.
      if (courseId && isEmpty && !(await findCourse(store, courseId))) throw courseNotFound(courseId);
      return verified;
    });
  } finally {
    await store.close();
  }
}

async function compareAll(store: Store, config: VerifyConfig): Promise<Verification> {
  const { userId, courseId, rebuild = false, onDifference, onProgress, clock = Date.now } = config;
  const counts = {
    sessions: 0,
    lifetimeStats: 0,
    moduleCounts: 0,
    differingStats: 0,
    differingModules: 0,
    invalidSessions: 0,
    repaired: 0,
    notRepaired: 0,
  };
  for await (const range of rangesOf(store, { userId, courseId })) {
    const rows = await countRows(store, range);
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
    for (const differences of await findDifferingTotals(store, range)) {
      counts.differingStats++;
      for (const difference of differences) await report(difference);
    }
    for await (const differences of findDifferingModules(store, range)) {
      counts.differingModules += differences.length;
      for (const difference of differences) await report(difference);
    }
    for await (const sessions of findRuleViolations(store, range)) {
      counts.invalidSessions += sessions.length;
      for (const difference of sessions.flat()) await report(difference);
    }
    for (const learner of rebuild ? toRebuild.values() : []) {
      const outcome = await rebuildLearner(store, learner, toInstant(clock()));
      if (outcome === 'repaired') counts.repaired++;
      else if (outcome !== 'correct') counts.notRepaired++;
    }
    onProgress?.(rows.sessions);
  }
  const left = rebuild ? counts.notRepaired : counts.differingStats + counts.differingModules;
  return { ...counts, isConsistent: left === 0 && counts.invalidSessions === 0 };
}
