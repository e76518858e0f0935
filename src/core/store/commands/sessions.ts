import { sql, type RawBuilder } from 'kysely';
import type { Call } from '../../model/calls.js';
import { inTransaction, type Database, type TransactionContext } from '../database.js';
import { refusalOf, type Refusal } from '../driver-fault.js';
import { saysTheSame, SESSION_COLUMNS, toSessionRow, type SessionRow } from '../rows.js';
import { changeStudiedModules } from './studied-modules.js';
import { addToTotals, changeTotals } from './totals.js';

/** What became of a session that was put. */
type PutOutcome =
  | { readonly outcome: 'recorded' | 'replaced'; readonly session: SessionRow }
  | { readonly outcome: Refusal };

/** Inserts rows of sessions, but for those whose identity is taken. */
export function insertSessions(rows: RawBuilder<unknown>): RawBuilder<unknown> {
  const columns = SESSION_COLUMNS.map((name) => sql.ref(name));
  return sql`insert into study_sessions (${sql.join(columns)}) ${rows}
    on conflict (user_id, course_id, session_id) do nothing`;
}

export async function putSession(
  database: Database,
  { session, ...key }: Call<'putSession'>,
  now: string,
): Promise<PutOutcome> {
  return write(database, async (context) => {
    const row = toSessionRow(key, session, now);
    const stored = await insertOrLock(context, row, now);
    if (!stored) return { outcome: 'recorded', session: row };
    if (saysTheSame(stored, row, session.completedAt !== undefined)) {
      return { outcome: 'replaced', session: stored };
    }

    const replaced: SessionRow = {
      ...row,
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
    return { outcome: 'replaced', session: replaced };
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
      .returning(SESSION_COLUMNS)
      .executeTakeFirst();
    if (!deleted) return 'session-not-found';
    await changeTotals(context, now, deleted);
    await changeStudiedModules(context, now, deleted, undefined);
    return 'deleted';
  });
}

/** Records the session and its share of the totals, or locks the one that has its identity. */
async function insertOrLock(
  context: TransactionContext,
  row: SessionRow,
  now: string,
): Promise<SessionRow | undefined> {
  const values = SESSION_COLUMNS.map((name) => row[name]);
  for (;;) {
    const inserted = await insertSessions(sql`values (${sql.join(values)})`).execute(context.kysely);
    if (inserted.numAffectedRows === 1n) {
      await addToTotals(context, row);
      await changeStudiedModules(context, now, undefined, row);
      return undefined;
    }
    const stored = await findAndLock(context, row);
    if (stored) return stored;
    // Another transaction has deleted it between the two statements: its place is free again.
  }
}

async function findAndLock(
  { dialect, kysely }: TransactionContext,
  { user_id, course_id, session_id }: SessionRow,
): Promise<SessionRow | undefined> {
  return kysely
    .selectFrom('study_sessions')
    .select(SESSION_COLUMNS)
    .where('user_id', '=', user_id)
    .where('course_id', '=', course_id)
    .where('session_id', '=', session_id)
    .$if(dialect === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
}

async function write(
  database: Database,
  work: (context: TransactionContext) => Promise<PutOutcome>,
): Promise<PutOutcome> {
  try {
    return await inTransaction(database, work);
  } catch (error) {
    const refusal = refusalOf(database.faultOf(error));
    if (refusal) return { outcome: refusal };
    throw error;
  }
}
