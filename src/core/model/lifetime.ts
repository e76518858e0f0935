import * as z from 'zod';
import { courseIdSchema, type CourseId } from './ids.js';
import { toProgress, type ModuleCounts, type Progress } from './modules.js';
import { nearestQuotient } from './quotient.js';
import { UNITS_PER_SCORE } from './score.js';
import { instantSchema } from './time.js';

const total = () => z.int().min(0);

/** The sums of a learner's sessions in a course. */
export const lifetimeStatsSchema = z.object({
  courseId: courseIdSchema,
  sessionCount: total().describe('The number of recorded sessions.'),
  totalModulesStudied: total().describe('The sum of the modules of all sessions.'),
  averageScore: z
    .number()
    .min(0)
    .nullable()
    .describe(
      'The average score of all scored sessions, weighted by modules: the double nearest to the exact quotient. Null if no session has both a score and modules.',
    ),
  timeStudied: total().describe('The sum of the time of all sessions, in milliseconds.'),
  distinctModulesStudied: total().describe('The number of distinct modules studied.'),
  moduleCount: total()
    .nullable()
    .describe('The number of modules that the course declares. Null if it declares none.'),
  progress: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe(
      'The share of the declared modules that were studied, from 0 to 1. Null if the course declares none.',
    ),
  firstCompletedAt: instantSchema
    .nullable()
    .describe('When the first session was completed. Null without sessions.'),
  lastCompletedAt: instantSchema
    .nullable()
    .describe('When the last session was completed. Null without sessions.'),
});

/** The sums of a learner's sessions in a course. Times are UTC, such as `2026-11-22T10:00:00.000Z`. */
export interface LifetimeStats extends Progress {
  readonly courseId: CourseId;
  /** The number of recorded sessions. */
  readonly sessionCount: number;
  /** The sum of the modules of all sessions. */
  readonly totalModulesStudied: number;
  /**
   * Σ(score × modules) / Σ modules over all scored sessions: the double nearest to the exact quotient. `null`
   * if that Σ modules is 0. 0 is a score.
   */
  readonly averageScore: number | null;
  /** The sum of the time of all sessions, in milliseconds. */
  readonly timeStudied: number;
  /** When the first session was completed; `null` without sessions. */
  readonly firstCompletedAt: string | null;
  /** When the last session was completed; `null` without sessions. */
  readonly lastCompletedAt: string | null;
}

export const studiedCourseSchema = lifetimeStatsSchema.extend({ name: z.string() });

export interface StudiedCourse extends LifetimeStats {
  readonly name: string;
}

/** The sums of a set of sessions: exact integers. */
export interface Sums {
  readonly sessionCount: number;
  readonly totalModulesStudied: number;
  /** Σ modules of the sessions that have a score. */
  readonly scoredModules: number;
  /** Σ score × modules of the same sessions, in 1/10,000 of a score. */
  readonly weightedScoreUnits: bigint;
  /** Milliseconds. */
  readonly timeStudied: number;
}

/** The stored sums of lifetime stats. */
export interface Totals extends Sums {
  readonly firstCompletedAt: string;
  readonly lastCompletedAt: string;
}

export function toLifetimeStats(
  courseId: CourseId,
  totals: Totals | undefined,
  modules: ModuleCounts,
): LifetimeStats {
  return {
    courseId,
    sessionCount: totals?.sessionCount ?? 0,
    totalModulesStudied: totals?.totalModulesStudied ?? 0,
    averageScore: totals ? averageScore(totals) : null,
    timeStudied: totals?.timeStudied ?? 0,
    ...toProgress(modules),
    firstCompletedAt: totals?.firstCompletedAt ?? null,
    lastCompletedAt: totals?.lastCompletedAt ?? null,
  };
}

/** Returns the average score of all scored sessions, weighted by modules; `null` if they have no modules. */
export function averageScore({
  weightedScoreUnits,
  scoredModules,
}: Pick<Sums, 'weightedScoreUnits' | 'scoredModules'>): number | null {
  if (scoredModules === 0) return null;
  return nearestQuotient(weightedScoreUnits, BigInt(scoredModules) * BigInt(UNITS_PER_SCORE));
}
