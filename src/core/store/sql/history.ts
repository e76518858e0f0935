import { sql } from 'kysely';
import type { LearnerKey } from '../../api.js';
import type { SessionBounds, TimeRange } from '../../model/history.js';
import type { Sums } from '../../model/lifetime.js';
import { toSums, type SumsRow } from '../rows.js';
import type { StoreContext } from '../store.js';
import { aggregates } from './rollups.js';

/** Reads the completion times of a learner's first and last session from the rollup. */
export async function findBounds(context: StoreContext, learner: LearnerKey): Promise<SessionBounds> {
  const row = await context.kysely
    .selectFrom('course_stats')
    .select(['first_completed_at', 'last_completed_at'])
    .where('user_id', '=', context.id(learner.userId))
    .where('course_id', '=', context.id(learner.courseId))
    .executeTakeFirst();
  return { first: row?.first_completed_at, last: row?.last_completed_at };
}

/** Sums the sessions of each time range; the result is by position, without empty ranges. */
export async function sumByInterval(
  context: StoreContext,
  { userId, courseId }: LearnerKey,
  intervals: readonly TimeRange[],
): Promise<ReadonlyMap<number, Sums>> {
  if (intervals.length === 0) return new Map();
  const bounds = intervals.map(
    ({ start, end }, position) =>
      sql`(${sql.lit(position)}, ${context.instant(start)}, ${context.instant(end)})`,
  );
  const sums = aggregates(context.dialect);
  const { rows } = await sql<SumsRow & { readonly position: number }>`
    with bounds (position, start_at, end_at) as (values ${sql.join(bounds)})
    select position,
      ${sums.session_count} as session_count,
      cast(${sums.total_modules_studied} as bigint) as total_modules_studied,
      cast(${sums.scored_modules} as bigint) as scored_modules,
      cast(${sums.weighted_score_units} as text) as weighted_score_units,
      cast(${sums.time_studied} as bigint) as time_studied
    from bounds
    join study_sessions on user_id = ${context.id(userId)} and course_id = ${context.id(courseId)}
      and completed_at >= start_at and completed_at < end_at
    group by position`.execute(context.kysely);
  return new Map(rows.map((row) => [row.position, toSums(row)]));
}
