import { sql, type RawBuilder } from 'kysely';
import { courseTotalOutOfRange } from '../../errors.js';
import { averageScore } from '../../model/lifetime.js';

/*
 * Sums over many learners may exceed 64 bits, where SQLite's `sum` fails. So the upper and the lower 32 bits are summed
 * separately, and added as a bigint.
 */

const HALF = 2 ** 32;

/** Sums non-negative integers; read the result with {@link toCourseSums}. */
export function exactSum(value: RawBuilder<unknown>): RawBuilder<string> {
  const half = sql.lit(HALF);
  return sql`coalesce(cast(sum(${value} % ${half}) as text) || ':' || cast(sum(${value} / ${half}) as text), '0')`;
}

/** Reads a sum: its lower and upper half, or an integer. */
function toBigInt(sum: string): bigint {
  const [lower = '', upper = '0'] = sum.split(':');
  return BigInt(upper) * BigInt(HALF) + BigInt(lower);
}

export const SUMS = [
  'total_modules_studied',
  'scored_modules',
  'weighted_score_units',
  'time_studied',
] as const;

/** The sums of the sessions of a course. The count is a number, because it cannot reach 2^53. */
export interface CourseSumsRow extends Readonly<Record<(typeof SUMS)[number], string>> {
  readonly session_count: number;
}

/** @throws {StatsError} `total-out-of-range` if a sum is not an exact integer of JSON */
export function toCourseSums(row: CourseSumsRow) {
  return {
    sessionCount: row.session_count,
    totalModulesStudied: toExactNumber(row.total_modules_studied),
    averageScore: averageScore({
      weightedScoreUnits: toBigInt(row.weighted_score_units),
      scoredModules: toExactNumber(row.scored_modules),
    }),
    timeStudied: toExactNumber(row.time_studied),
  };
}

function toExactNumber(sum: string): number {
  const exact = toBigInt(sum);
  if (exact > BigInt(Number.MAX_SAFE_INTEGER)) throw courseTotalOutOfRange();
  return Number(exact);
}
