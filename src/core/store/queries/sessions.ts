import type { SessionKey } from '../../api.js';
import type { Call } from '../../model/calls.js';
import { encodeCursor, toPage, type Page } from '../../model/page.js';
import type { Session } from '../../model/session.js';
import type { StoreContext } from '../database.js';
import { toSession, type SessionRow } from '../rows.js';

export async function findSession(
  { dialect, kysely }: StoreContext,
  { userId, courseId, sessionId }: SessionKey,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<SessionRow | undefined> {
  return kysely
    .selectFrom('study_sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('course_id', '=', courseId)
    .where('session_id', '=', sessionId)
    .$if(lock && dialect === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
}

/** Newest first; sessions completed at the same time in the order of their ids, so that pages never overlap. */
export async function listSessions(
  { kysely }: StoreContext,
  { userId, courseId, from, to, limit, cursor }: Call<'listSessions'>,
): Promise<Page<Session>> {
  let query = kysely
    .selectFrom('study_sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('course_id', '=', courseId)
    .orderBy('completed_at', 'desc')
    .orderBy('session_id', 'desc')
    .limit(limit + 1);
  if (from) query = query.where('completed_at', '>=', from);
  if (to) query = query.where('completed_at', '<', to);
  if (cursor) {
    const [completedAt, sessionId] = cursor;
    query = query.where((eb) =>
      eb(eb.refTuple('completed_at', 'session_id'), '<', eb.tuple(completedAt, sessionId)),
    );
  }
  const sessions = (await query.execute()).map(toSession);
  return toPage(sessions, limit, (last) => encodeCursor([last.completedAt, last.sessionId]));
}
