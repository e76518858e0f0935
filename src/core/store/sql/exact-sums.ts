import { sql, type RawBuilder } from 'kysely';
import { courseTotalOutOfRange } from '../../errors.js';
import { averageScore } from '../../model/lifetime.js';

/*
 * Sums over many learners may exceed 64 bits, where SQLite's `sum` fails. So the upper and the lower 32 bits are summed
 * separately, and added as a bigint.
 */

const HALF = 2 ** 32;

/** Sums non-negative integers; read the result with {@link toBigInt}. */
export function exactSum(value: RawBuilder<unknown>): RawBuilder<string> {
  const half = sql.lit(HALF);
  return sql`coalesce(cast(sum(${value} / ${half}) as text) || ':' || cast(sum(${value} % ${half}) as text), '0:0')`;
}

export function toBigInt(sum: string): bigint {
  const [upper = '', lower = ''] = sum.split(':');
  return BigInt(upper) * BigInt(HALF) + BigInt(lower);
}

/** The sums of the sessions of a course. The count is a number, because it cannot reach 2^53. */
export interface CourseSumsRow {
  readonly session_count: number;
  readonly total_modules_studied: string;
  readonly scored_modules: string;
  readonly weighted_score_units: string;
  readonly time_studied: string;
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
