import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { StatsError } from '../../errors.js';
import type { CourseId, UserId } from '../../model/ids.js';
import { inTransaction, type Database, type TransactionContext } from '../database.js';
import type { Schema } from '../schema.js';

const MAX_ATTEMPTS = 200;
/** Milliseconds at most between attempts. */
const PAUSE = 20;
/** Courses a statement: a database takes only so many parameters. */
const CHUNK = 1000;

/**
 * Erases everything of a user; how many sessions that were. A session that is being recorded meanwhile is
 * either among them or recorded afterwards, never half.
 *
 * Whoever writes a session holds its row first, then the totals of its course until the commit. With the totals
 * in hand, erasing sees every session that counts in them; what is committed later, or in a course new to the
 * user, stays whole. Whoever holds one of the sessions may be waiting for those totals, so that erasing must
 * not wait in turn: it lets go and tries again.
 *
 * @throws {StatsError} `database-unavailable` if the user is written to without a pause
 */
export async function eraseUser(database: Database, userId: UserId): Promise<number> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const deleted = await inTransaction(database, (context) => tryToErase(context, userId));
    if (deleted !== undefined) return deleted;
    await setTimeout(Math.random() * PAUSE);
  }
  throw new StatsError('database-unavailable', 'The user is being written to all the time; try again.');
}

/** Nothing is changed, and `undefined` returned, where somebody else holds one of the sessions. */
async function tryToErase(context: TransactionContext, userId: UserId): Promise<number | undefined> {
  const courseIds = await lockTotals(context, userId);
  const chunks: CourseId[][] = [];
  for (let first = 0; first < courseIds.length; first += CHUNK) {
    chunks.push(courseIds.slice(first, first + CHUNK));
  }
  for (const chunk of chunks) {
    if (!(await lockSessions(context, userId, chunk))) return undefined;
  }
  let deleted = 0;
  for (const chunk of chunks) {
    deleted += await deleteFrom(context.kysely, 'study_sessions', userId, chunk);
    await deleteFrom(context.kysely, 'studied_modules', userId, chunk);
    await deleteFrom(context.kysely, 'course_stats', userId, chunk);
  }
  return deleted;
}

async function lockTotals({ dialect, kysely }: TransactionContext, userId: UserId): Promise<CourseId[]> {
  const rows = await kysely
    .selectFrom('course_stats')
    .select('course_id')
    .where('user_id', '=', userId)
    .orderBy('course_id')
    .$if(dialect === 'postgres', (query) => query.forUpdate())
    .execute();
  return rows.map((row) => row.course_id);
}

/** Whether all of them could be had at once; SQLite's transaction has them already. */
async function lockSessions(
  { dialect, kysely }: TransactionContext,
  userId: UserId,
  courseIds: readonly CourseId[],
): Promise<boolean> {
  if (dialect === 'sqlite') return true;
  const sessions = kysely
    .selectFrom('study_sessions')
    .select('session_id')
    .where('user_id', '=', userId)
    .where('course_id', 'in', courseIds);
  const count = async (query: typeof sessions) => {
    const { rows } = await kysely
      .selectFrom(query.as('sessions'))
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow();
    return rows;
  };
  const locked = await count(sessions.forUpdate().skipLocked());
  return locked === (await count(sessions));
}

async function deleteFrom(
  kysely: Kysely<Schema>,
  table: 'study_sessions' | 'studied_modules' | 'course_stats',
  userId: UserId,
  courseIds: readonly CourseId[],
): Promise<number> {
  const { numDeletedRows } = await kysely
    .deleteFrom(table)
    .where('user_id', '=', userId)
    .where('course_id', 'in', courseIds)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
