import type { CourseId, Page, RosterQuery, RosterRow, Session, StatsCalls } from '../../core/index.js';
import { MAX_PAGE_SIZE } from '../output.js';

/** Walks through the learners of a course whose last session was completed at or after a time, latest first. */
export async function* latestLearners(
  stats: StatsCalls,
  query: RosterQuery & { readonly courseId: CourseId },
  since: string,
): AsyncGenerator<RosterRow> {
  const call = { ...query, sort: 'lastCompletedAt', order: 'desc' } as const;
  for await (const row of itemsOf((page) => stats.listLearners({ ...call, ...page }))) {
    if (row.lastCompletedAt === null || row.lastCompletedAt < since) return;
    yield row;
  }
}

/** Walks through the sessions of a learner in a course, newest first. */
export function sessionsOf(
  stats: StatsCalls,
  query: Parameters<StatsCalls['listSessions']>[0],
): AsyncGenerator<Session> {
  return itemsOf((page) => stats.listSessions({ ...query, ...page }));
}

async function* itemsOf<Item>(
  fetchPage: (page: { limit: number; cursor: string | undefined }) => Promise<Page<Item>>,
): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const { items, next } = await fetchPage({ limit: MAX_PAGE_SIZE, cursor });
    yield* items;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}
