import { sql } from 'kysely';
import type { LearnerKey } from '../../api.js';
import type { Totals } from '../../model/lifetime.js';
import type { StoreContext } from '../database.js';
import { toTotals } from '../rows.js';

/** One row by its primary key, however long the history; `undefined` without sessions. */
export async function findTotals(
  { kysely }: StoreContext,
  { userId, courseId }: LearnerKey,
): Promise<Totals | undefined> {
  const row = await kysely
    .selectFrom('course_stats')
    .select([
      'session_count',
      'total_modules_studied',
      sql<string>`cast(weighted_score_units as text)`.as('weighted_score_units'),
      'time_studied',
      'first_completed_at',
      'last_completed_at',
    ])
    .where('user_id', '=', userId)
    .where('course_id', '=', courseId)
    .executeTakeFirst();
  return row && toTotals(row);
}
