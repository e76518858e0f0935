import type { Call } from '../../model/calls.js';
import { encodeCursor, toPage, type Page } from '../../model/page.js';
import type { Session } from '../../model/session.js';
import type { StoreContext } from '../database.js';
import { SESSION_COLUMNS, toSession } from '../rows.js';

/** Newest first; sessions completed at the same time in the order of their ids, so that pages never overlap. */
export async function listSessions(
  { kysely }: StoreContext,
  { userId, courseId, from, to, limit, cursor }: Call<'listSessions'>,
): Promise<Page<Session>> {
  let query = kysely
    .selectFrom('study_sessions')
    .select(SESSION_COLUMNS)
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
