import * as z from 'zod';
import { courseIdSchema, type CourseId } from './ids.js';
import { toProgress, type ModuleCounts, type Progress } from './modules.js';
import { nearestQuotient } from './quotient.js';
import { UNITS_PER_SCORE } from './score.js';
import { instantSchema } from './time.js';

const total = () => z.int().min(0);

/** The sum of one user's sessions in one course. */
export const lifetimeStatsSchema = z.object({
  courseId: courseIdSchema,
  sessionCount: total().describe('How many sessions were recorded.'),
  totalModulesStudied: total().describe('The sum of their modules.'),
  averageScore: z
    .number()
    .min(0)
    .nullable()
    .describe(
      'The average of their scores, weighted by modules: the double nearest to the exact quotient; null without modules.',
    ),
  timeStudied: total().describe('The sum of their time, in milliseconds.'),
  distinctModulesStudied: total().describe('How many different modules were studied.'),
  moduleCount: total().nullable().describe('How many modules the course declares; null if none.'),
  progress: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('How much of what the course declares was studied, 0 to 1; null if it declares no modules.'),
  firstCompletedAt: instantSchema
    .nullable()
    .describe('When the first of them was completed; null without sessions.'),
  lastCompletedAt: instantSchema
    .nullable()
    .describe('When the last of them was completed; null without sessions.'),
});

/** The sum of one user's sessions in one course. Times are UTC, such as `2026-11-22T10:00:00.000Z`. */
export interface LifetimeStats extends Progress {
  readonly courseId: CourseId;
  /** How many sessions were recorded. */
  readonly sessionCount: number;
  /** The sum of their modules. */
  readonly totalModulesStudied: number;
  /**
   * Σ(score × modules) / Σ modules, the double nearest to the exact quotient; `null` where no modules were
   * studied. 0 is a score.
   */
  readonly averageScore: number | null;
  /** The sum of their time, in milliseconds. */
  readonly timeStudied: number;
  /** When the first of them was completed; `null` without sessions. */
  readonly firstCompletedAt: string | null;
  /** When the last of them was completed; `null` without sessions. */
  readonly lastCompletedAt: string | null;
}

/** Lifetime stats with the name of the course. */
export const studiedCourseSchema = lifetimeStatsSchema.extend({ name: z.string() });

export interface StudiedCourse extends LifetimeStats {
  /** Of the course. */
  readonly name: string;
}

/** Lifetime stats as they are kept: every sum an exact integer. */
export interface Totals {
  readonly sessionCount: number;
  readonly totalModulesStudied: number;
  /** Σ score × modules, in 1/10,000 of a score. */
  readonly weightedScoreUnits: bigint;
  /** Milliseconds. */
  readonly timeStudied: number;
  readonly firstCompletedAt: string;
  readonly lastCompletedAt: string;
}

export function toLifetimeStats(
  courseId: CourseId,
  totals: Totals | undefined,
  modules: ModuleCounts,
): LifetimeStats {
  const { distinctModulesStudied, moduleCount, progress } = toProgress(modules);
  return {
    courseId,
    sessionCount: totals?.sessionCount ?? 0,
    totalModulesStudied: totals?.totalModulesStudied ?? 0,
    averageScore: totals ? averageScore(totals) : null,
    timeStudied: totals?.timeStudied ?? 0,
    distinctModulesStudied,
    moduleCount,
    progress,
    firstCompletedAt: totals?.firstCompletedAt ?? null,
    lastCompletedAt: totals?.lastCompletedAt ?? null,
  };
}

/** The average score of sessions by the sum of their scores × modules and the sum of their modules. */
export function averageScore({
  weightedScoreUnits,
  totalModulesStudied,
}: Pick<Totals, 'weightedScoreUnits' | 'totalModulesStudied'>): number | null {
  if (totalModulesStudied === 0) return null;
  return nearestQuotient(weightedScoreUnits, BigInt(totalModulesStudied) * BigInt(UNITS_PER_SCORE));
}
