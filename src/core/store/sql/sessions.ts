import { sql, type RawBuilder } from 'kysely';
import type { SessionKey } from '../../api.js';
import { rejectionError } from '../../errors.js';
import type { Call } from '../../model/calls.js';
import type { Page } from '../../model/pagination.js';
import type { Session } from '../../model/session.js';
import {
  CONTENT_COLUMNS,
  isReplay,
  SESSION_COLUMNS,
  SESSION_TYPES,
  toSession,
  toSessionRow,
  type SessionRow,
} from '../rows.js';
import { rejectReasonOf, type Store, type StoreContext, type TransactionContext } from '../store.js';
import { bindValue, columnList } from '../statements.js';
import { deltaOf } from '../deltas.js';
import { readPageInParts } from './paging.js';
import { addToRollups, changeRollups } from './rollups.js';

interface PutResult {
  readonly outcome: 'recorded' | 'replaced';
  readonly session: SessionRow;
}

/** Inserts sessions, except those whose key exists. */
export function insertSessions(rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`insert into study_sessions (${columnList(SESSION_COLUMNS)})
    ${rows}
    on conflict (user_id, course_id, session_id) do nothing`;
}

export function sessionValues(context: StoreContext, row: SessionRow): RawBuilder<unknown> {
  const values = SESSION_COLUMNS.map((name) => bindValue(context, SESSION_TYPES[name], row[name]));
  return sql`(${sql.join(values)})`;
}

/**
 * Records a session or replaces its content, and updates the rollups.
 *
 * @throws {StatsError} `course-not-found`, `total-out-of-range`
 */
export async function putSession(
  store: Store,
  { session, ...key }: Call<'putSession'>,
  now: string,
): Promise<PutResult> {
  const put = async (context: TransactionContext): Promise<PutResult> => {
    const row = toSessionRow(key, session, now);
    const stored = await insertOrLock(context, key, row);
    if (!stored) return { outcome: 'recorded', session: row };
    if (isReplay(stored, row, session.completedAt !== undefined)) {
      return { outcome: 'replaced', session: stored };
    }
    const replaced: SessionRow = {
      ...row,
      completed_at: session.completedAt ?? stored.completed_at,
      created_at: stored.created_at,
    };
    const changes = CONTENT_COLUMNS.map(
      (name) => sql`${sql.ref(name)} = ${bindValue(context, SESSION_TYPES[name], replaced[name])}`,
    );
    await sql`update study_sessions set ${sql.join(changes)} where ${isSession(context, key)}`.execute(
      context.kysely,
    );
    await changeRollups(context, now, stored, replaced);
    return { outcome: 'replaced', session: replaced };
  };
  try {
    return await store.transact(put);
  } catch (error) {
    const reason = rejectReasonOf(store.faultOf(error));
    throw reason ? rejectionError(reason, key.courseId) : error;
  }
}

export function deleteSession(
  store: Store,
  key: Call<'deleteSession'>,
  now: string,
): Promise<'deleted' | 'session-not-found'> {
  return store.transact(async (context) => {
    const deleted = await context.kysely
      .deleteFrom('study_sessions')
      .where(isSession(context, key))
      .returning(SESSION_COLUMNS)
      .executeTakeFirst();
    if (!deleted) return 'session-not-found';
    await changeRollups(context, now, deleted);
    return 'deleted';
  });
}

/** Without learner and course, because reading ids from SQLite is slow. */
const LISTED_COLUMNS = SESSION_COLUMNS.filter((name) => name !== 'user_id' && name !== 'course_id');
type ListedRow = Pick<SessionRow, (typeof LISTED_COLUMNS)[number]>;

/** Lists sessions, newest first; those of the same time by id, so that pages do not overlap. */
export async function listSessions(
  context: StoreContext,
  { userId, courseId, from, to, limit, cursor }: Call<'listSessions'>,
): Promise<Page<Session>> {
  let sessions = context.kysely
    .selectFrom('study_sessions')
    .select(LISTED_COLUMNS)
    .where('user_id', '=', context.id(userId))
    .where('course_id', '=', context.id(courseId))
    .orderBy('completed_at', 'desc')
    .orderBy('session_id', 'desc');
  if (from) sessions = sessions.where('completed_at', '>=', context.instant(from));
  if (to) sessions = sessions.where('completed_at', '<', context.instant(to));
  const { items, next } = await readPageInParts<ListedRow>({
    limit,
    read: async (after, count) => {
      const key = after ? keyOf(after) : cursor;
      const rest = key
        ? sessions.where(
            sql<boolean>`(completed_at, session_id) < (${context.instant(key[0])}, ${context.id(key[1])})`,
          )
        : sessions;
      return rest.limit(count).execute();
    },
    keyOf,
  });
  const learner = { user_id: userId, course_id: courseId };
  return { items: items.map((row) => toSession({ ...learner, ...row })), next };
}

function keyOf({ completed_at, session_id }: ListedRow) {
  return [completed_at, session_id] as const;
}

/** Records the session, or locks and returns the stored one. */
async function insertOrLock(
  context: TransactionContext,
  key: SessionKey,
  row: SessionRow,
): Promise<SessionRow | undefined> {
  for (;;) {
    const inserted = await insertSessions(sql`values ${sessionValues(context, row)}`).execute(context.kysely);
    if (inserted.numAffectedRows === 1n) {
      await addToRollups(context, deltaOf(row));
      return undefined;
    }
    const stored = await context.kysely
      .selectFrom('study_sessions')
      .select(SESSION_COLUMNS)
      .where(isSession(context, key))
      .$if(context.dialect === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    if (stored) return stored;
    // Another transaction deleted it between the two statements: insert again.
  }
}

function isSession(context: StoreContext, { userId, courseId, sessionId }: SessionKey): RawBuilder<boolean> {
  return sql<boolean>`user_id = ${context.id(userId)} and course_id = ${context.id(courseId)}
    and session_id = ${context.id(sessionId)}`;
}
