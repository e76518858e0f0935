import { sql, type RawBuilder } from 'kysely';
import type { LearnerKey } from '../../api.js';
import { TOTALS } from '../checks/sums.js';
import type { TransactionContext } from '../database.js';
import { learnerShares, type LearnerShare } from '../learner-shares.js';
import type { SessionRow } from '../rows.js';

/** Adds a session that was just inserted in the same transaction. */
export async function addToTotals({ kysely }: TransactionContext, session: SessionRow): Promise<void> {
  for (const share of learnerShares([session])) {
    await mergeTotals(totalsOf((name) => sql`${share[name]}`)).execute(kysely);
  }
}

/** The totals of sessions, as a row to merge. */
export function totalsOf(value: (name: keyof LearnerShare) => RawBuilder<unknown>): RawBuilder<unknown> {
  const columns = ['user_id', 'course_id', ...TOTALS, 'updated_at', 'updated_at'] as const;
  return sql`values (${sql.join(columns.map(value))})`;
}

/** Adds rows of totals to those that are there, in the order in which they come. */
export function mergeTotals(rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`insert into course_stats (
      user_id, course_id, ${sql.join(TOTALS.map((name) => sql.ref(name)))}, created_at, updated_at)
    ${rows}
    on conflict (user_id, course_id) do update set
      session_count = course_stats.session_count + excluded.session_count,
      total_modules_studied = course_stats.total_modules_studied + excluded.total_modules_studied,
      weighted_score_units = course_stats.weighted_score_units + excluded.weighted_score_units,
      time_studied = course_stats.time_studied + excluded.time_studied,
      first_completed_at = case when excluded.first_completed_at < course_stats.first_completed_at
        then excluded.first_completed_at else course_stats.first_completed_at end,
      last_completed_at = case when excluded.last_completed_at > course_stats.last_completed_at
        then excluded.last_completed_at else course_stats.last_completed_at end,
      updated_at = excluded.updated_at`;
}

/**
 * Follows a session that was just replaced in the same transaction, or deleted (`after` is left out). The
 * totals are locked first, in a statement of its own, so that first and last are then sought among everything
 * that other transactions have committed. Every command locks the session before the totals: no deadlock.
 */
export async function changeTotals(
  context: TransactionContext,
  now: string,
  before: SessionRow,
  after?: SessionRow,
): Promise<void> {
  const key = { userId: before.user_id, courseId: before.course_id };
  const sessionCount = await lockTotals(context, key);
  if (!after && sessionCount === 1) {
    await context.kysely
      .deleteFrom('course_stats')
      .where('user_id', '=', key.userId)
      .where('course_id', '=', key.courseId)
      .execute();
    return;
  }

  const difference = (value: (session: SessionRow) => number) => (after ? value(after) : 0) - value(before);
  const weightedDifference = (after ? weightedScore(after) : 0n) - weightedScore(before);
  const completions = () =>
    context.kysely
      .selectFrom('study_sessions')
      .where('user_id', '=', key.userId)
      .where('course_id', '=', key.courseId);
  await context.kysely
    .updateTable('course_stats')
    .set((eb) => ({
      session_count: eb('session_count', '-', after ? 0 : 1),
      total_modules_studied: eb(
        'total_modules_studied',
        '+',
        difference((session) => session.total_modules_studied),
      ),
      weighted_score_units: eb('weighted_score_units', '+', weightedDifference),
      time_studied: eb(
        'time_studied',
        '+',
        difference((session) => session.time_studied),
      ),
      first_completed_at: completions().select(({ fn }) => fn.min('completed_at').as('first')),
      last_completed_at: completions().select(({ fn }) => fn.max('completed_at').as('last')),
      updated_at: now,
    }))
    .where('user_id', '=', key.userId)
    .where('course_id', '=', key.courseId)
    .execute();
}

async function lockTotals(
  { dialect, kysely }: TransactionContext,
  { userId, courseId }: LearnerKey,
): Promise<number> {
  const { session_count } = await kysely
    .selectFrom('course_stats')
    .select('session_count')
    .where('user_id', '=', userId)
    .where('course_id', '=', courseId)
    .$if(dialect === 'postgres', (query) => query.forUpdate())
    .executeTakeFirstOrThrow();
  return session_count;
}

/** A bigint, since SQLite would take a large number for a real one, and add it inexactly. */
function weightedScore(session: SessionRow): bigint {
  return BigInt(session.average_score_units) * BigInt(session.total_modules_studied);
}
