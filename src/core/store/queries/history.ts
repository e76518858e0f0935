import { sql } from 'kysely';
import type { LearnerKey } from '../../api.js';
import type { IntervalTotals } from '../../model/history.js';
import type { StoreContext } from '../database.js';
import type { TotalsRow } from '../rows.js';

type HistoryRow = { readonly position: number } & Pick<
  TotalsRow,
  'session_count' | 'total_modules_studied' | 'weighted_score_units' | 'time_studied'
>;

/**
 * The totals of each stretch of time, by its position; those without sessions are left out. One statement, and
 * one range of an index for each stretch.
 */
export async function sumByInterval(
  { dialect, kysely }: StoreContext,
  { userId, courseId }: LearnerKey,
  intervals: readonly { readonly start: string; readonly end: string }[],
): Promise<ReadonlyMap<number, IntervalTotals>> {
  if (intervals.length === 0) return new Map();
  // Postgres would take the bounds for text, SQLite stores instants as text.
  const instant = (text: string) =>
    dialect === 'postgres' ? sql`cast(${text} as timestamptz)` : sql`${text}`;
  const bounds = intervals.map(
    ({ start, end }, position) => sql`(${sql.lit(position)}, ${instant(start)}, ${instant(end)})`,
  );
  const { rows } = await sql<HistoryRow>`
    with bounds (position, start_at, end_at) as (values ${sql.join(bounds)})
    select position,
      count(*) as session_count,
      sum(total_modules_studied) as total_modules_studied,
      cast(sum(average_score_units * total_modules_studied) as text) as weighted_score_units,
      sum(time_studied) as time_studied
    from bounds
    join study_sessions on user_id = ${userId} and course_id = ${courseId}
      and completed_at >= start_at and completed_at < end_at
    group by position`.execute(kysely);
  return new Map(
    rows.map((row) => [
      row.position,
      {
        sessionCount: row.session_count,
        totalModulesStudied: row.total_modules_studied,
        weightedScoreUnits: BigInt(row.weighted_score_units),
        timeStudied: row.time_studied,
      },
    ]),
  );
}
