import type { Call } from '../../model/calls.js';
import type { Page } from '../../model/page.js';
import type { Session } from '../../model/session.js';
import type { StoreContext } from '../database.js';
import { SESSION_COLUMNS, toSession, type SessionRow } from '../rows.js';
import { readPageInParts } from './page-in-parts.js';

/** Newest first; sessions completed at the same time in the order of their ids, so that pages never overlap. */
export async function listSessions(
  { kysely }: StoreContext,
  { userId, courseId, from, to, limit, cursor }: Call<'listSessions'>,
): Promise<Page<Session>> {
  let asked = kysely
    .selectFrom('study_sessions')
    .select(SESSION_COLUMNS)
    .where('user_id', '=', userId)
    .where('course_id', '=', courseId)
    .orderBy('completed_at', 'desc')
    .orderBy('session_id', 'desc');
  if (from) asked = asked.where('completed_at', '>=', from);
  if (to) asked = asked.where('completed_at', '<', to);
  const { items, next } = await readPageInParts<SessionRow>({
    limit,
    read: async (after, count) => {
      const key = after ? keyOf(after) : cursor;
      const rest = key
        ? asked.where((eb) => eb(eb.refTuple('completed_at', 'session_id'), '<', eb.tuple(...key)))
        : asked;
      return rest.limit(count).execute();
    },
    keyOf,
  });
  return { items: items.map(toSession), next };
}

function keyOf({ completed_at, session_id }: SessionRow) {
  return [completed_at, session_id] as const;
}
