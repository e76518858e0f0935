import * as z from 'zod';
import { courseIdSchema, type CourseId } from './ids.js';
import { toProgress, type ModuleCounts, type Progress } from './modules.js';
import { UNITS_PER_SCORE } from './score.js';
import { instantSchema } from './time.js';

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
/** Bits of the quotient: 53 of a double, one for rounding, and a reserve. */
const QUOTIENT_BITS = 64;

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
      'The average score of the sessions that have one, weighted by modules: the double nearest to the exact quotient; null if none of them has a score and modules.',
    ),
  timeStudied: total().describe('The sum of their time, in milliseconds.'),
  distinctModulesStudied: total().describe('How many different modules were studied.'),
  moduleCount: total().nullable().describe('How many modules the course declares; null if none.'),
  progress: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe(
      'The share of the declared modules that were studied, 0 to 1; null if the course declares none.',
    ),
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
   * Σ(score × modules) / Σ modules, both over the sessions that have a score, the double nearest to the exact quotient;
   * `null` if that Σ modules is 0. 0 is a score.
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
  /** The name of the course. */
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

/** The average score, weighted by modules, of the sessions that have a score; `null` if they have no modules. */
export function averageScore({ weightedScoreUnits, scoredModules }: Sums): number | null {
  if (scoredModules === 0) return null;
  return nearestQuotient(weightedScoreUnits, BigInt(scoredModules) * BigInt(UNITS_PER_SCORE));
}

/** The double nearest to the exact quotient of two non-negative integers, ties to even; the divisor is not 0. */
export function nearestQuotient(dividend: bigint, divisor: bigint): number {
  // IEEE 754 division is correctly rounded if both operands are exact.
  if (dividend <= SAFE && divisor <= SAFE) return Number(dividend) / Number(divisor);
  const shift = Math.max(0, QUOTIENT_BITS + bitLength(divisor) - bitLength(dividend));
  const scaled = dividend << BigInt(shift);
  const quotient = scaled / divisor;
  // The sticky bit breaks a false tie; it is far below the bits of the result.
  const sticky = scaled % divisor === 0n ? 0n : 1n;
  return Number(quotient | sticky) / 2 ** shift;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}
