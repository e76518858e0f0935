import type { SessionKey } from '../../api.js';
import type { Call } from '../../model/calls.js';
import { toUnits } from '../../model/score.js';
import type { Session, SessionContent } from '../../model/session.js';
import { inTransaction, type Database, type TransactionContext } from '../database.js';
import { findSession } from '../queries/sessions.js';
import { joinModuleIds, toSession, toSessionRow, type SessionRow } from '../rows.js';
import { changeStudiedModules } from './studied-modules.js';
import { addToTotals, changeTotals } from './totals.js';

/** Why the database took nothing. */
export interface Refused {
  readonly outcome: 'course-not-found' | 'total-out-of-range';
}

interface Stored<Outcome> {
  readonly outcome: Outcome;
  readonly session: Session;
}

/** A conflict carries the session as it is stored. */
export async function recordSession(
  database: Database,
  key: SessionKey,
  session: SessionContent,
  now: string,
): Promise<Stored<'recorded' | 'replayed' | 'conflict'> | Refused> {
  return write(database, async (context) => {
    const { inserted, stored } = await insertOrFind(context, key, session, now);
    if (inserted) return { outcome: 'recorded', session: toSession(inserted) };
    return { outcome: saysTheSame(stored, session) ? 'replayed' : 'conflict', session: toSession(stored) };
  });
}

export async function putSession(
  database: Database,
  { session, ...key }: Call<'putSession'>,
  now: string,
): Promise<Stored<'recorded' | 'replaced'> | Refused> {
  return write(database, async (context) => {
    const { inserted, stored } = await insertOrFind(context, key, session, now, { lock: true });
    if (inserted) return { outcome: 'recorded', session: toSession(inserted) };
    if (saysTheSame(stored, session)) return { outcome: 'replaced', session: toSession(stored) };

    const replaced: SessionRow = {
      ...toSessionRow(key, session, now),
      completed_at: session.completedAt ?? stored.completed_at,
      created_at: stored.created_at,
    };
    await context.kysely
      .updateTable('study_sessions')
      .set(replaced)
      .where('user_id', '=', key.userId)
      .where('course_id', '=', key.courseId)
      .where('session_id', '=', key.sessionId)
      .execute();
    await changeTotals(context, now, stored, replaced);
    await changeStudiedModules(context, now, stored, replaced);
    return { outcome: 'replaced', session: toSession(replaced) };
  });
}

export async function deleteSession(
  database: Database,
  key: Call<'deleteSession'>,
  now: string,
): Promise<'deleted' | 'session-not-found'> {
  return inTransaction(database, async (context) => {
    const deleted = await context.kysely
      .deleteFrom('study_sessions')
      .where('user_id', '=', key.userId)
      .where('course_id', '=', key.courseId)
      .where('session_id', '=', key.sessionId)
      .returningAll()
      .executeTakeFirst();
    if (!deleted) return 'session-not-found';
    await changeTotals(context, now, deleted);
    await changeStudiedModules(context, now, deleted, undefined);
    return 'deleted';
  });
}

/** Records the session and its share of the totals, or finds the one that has its identity. */
async function insertOrFind(
  context: TransactionContext,
  key: SessionKey,
  content: SessionContent,
  now: string,
  options: { readonly lock?: boolean } = {},
): Promise<{ inserted: SessionRow; stored?: never } | { inserted?: never; stored: SessionRow }> {
  for (;;) {
    const inserted = await context.kysely
      .insertInto('study_sessions')
      .values(toSessionRow(key, content, now))
      .onConflict((conflict) => conflict.columns(['user_id', 'course_id', 'session_id']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (inserted) {
      await addToTotals(context, inserted);
      await changeStudiedModules(context, now, undefined, inserted);
      return { inserted };
    }
    const stored = await findSession(context, key, options);
    if (stored) return { stored };
    // Another transaction has deleted it between the two statements: its place is free again.
  }
}

/** `completedAt` is compared only if it is sent: its default is another time at each attempt. */
function saysTheSame(stored: SessionRow, content: SessionContent): boolean {
  return (
    stored.total_modules_studied === content.totalModulesStudied &&
    stored.average_score_units === toUnits(content.averageScore) &&
    stored.time_studied === content.timeStudied &&
    stored.module_ids === joinModuleIds(content.moduleIds) &&
    (content.completedAt === undefined || stored.completed_at === content.completedAt)
  );
}

async function write<T>(
  database: Database,
  work: (context: TransactionContext) => Promise<T>,
): Promise<T | Refused> {
  try {
    return await inTransaction(database, work);
  } catch (error) {
    // The database checks both anyway, so that no query is spent on asking first.
    switch (database.faultOf(error)) {
      case 'foreign-key':
        return { outcome: 'course-not-found' };
      case 'out-of-range':
        return { outcome: 'total-out-of-range' };
      default:
        throw error;
    }
  }
}
