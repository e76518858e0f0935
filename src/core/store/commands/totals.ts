import type { LearnerKey } from '../../api.js';
import type { TransactionContext } from '../database.js';
import type { SessionRow } from '../rows.js';

/** Adds a session that was just inserted in the same transaction. */
export async function addToTotals({ kysely }: TransactionContext, session: SessionRow): Promise<void> {
  await kysely
    .insertInto('course_stats')
    .values({
      user_id: session.user_id,
      course_id: session.course_id,
      session_count: 1,
      total_modules_studied: session.total_modules_studied,
      weighted_score_units: weightedScore(session),
      time_studied: session.time_studied,
      first_completed_at: session.completed_at,
      last_completed_at: session.completed_at,
      created_at: session.created_at,
      updated_at: session.updated_at,
    })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'course_id']).doUpdateSet((eb) => ({
        session_count: eb('course_stats.session_count', '+', eb.ref('excluded.session_count')),
        total_modules_studied: eb(
          'course_stats.total_modules_studied',
          '+',
          eb.ref('excluded.total_modules_studied'),
        ),
        weighted_score_units: eb(
          'course_stats.weighted_score_units',
          '+',
          eb.ref('excluded.weighted_score_units'),
        ),
        time_studied: eb('course_stats.time_studied', '+', eb.ref('excluded.time_studied')),
        first_completed_at: eb
          .case()
          .when('excluded.first_completed_at', '<', eb.ref('course_stats.first_completed_at'))
          .then(eb.ref('excluded.first_completed_at'))
          .else(eb.ref('course_stats.first_completed_at'))
          .end(),
        last_completed_at: eb
          .case()
          .when('excluded.last_completed_at', '>', eb.ref('course_stats.last_completed_at'))
          .then(eb.ref('excluded.last_completed_at'))
          .else(eb.ref('course_stats.last_completed_at'))
          .end(),
        updated_at: eb.ref('excluded.updated_at'),
      })),
    )
    .execute();
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
