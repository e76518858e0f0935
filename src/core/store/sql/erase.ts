import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { StatsError } from '../../errors.js';
import type { CourseId, UserId } from '../../model/ids.js';
import type { LearnerRow } from '../rows.js';
import type { Store, TransactionContext } from '../store.js';
import { deleteEnrolments } from './enrolments.js';

const MAX_ATTEMPTS = 200;
/** Maximum milliseconds between attempts. */
const MAX_PAUSE = 20;
interface ErasedLearner {
  readonly userId: UserId;
  /** Only the data of this course. Default: all. */
  readonly courseId?: CourseId | undefined;
}

/** Courses per statement, because databases limit the number of parameters. */
const CHUNK = 1000;

/**
 * Erases the data of a learner, in one course or in all; returns the number of deleted sessions. A session that is recorded at the
 * same time is either erased or recorded afterwards, never in part.
 *
 * Recording locks a session before the rollup. Erasing locks the rollups first, so that it sees every session
 * that they contain; a session committed later is recorded afterwards. Because of the opposite lock order,
 * erasing never waits for a locked session: it releases all locks and tries again.
 *
 * @throws {StatsError} `database-unavailable` if all attempts meet a locked session
 */
export async function eraseLearner(store: Store, learner: ErasedLearner): Promise<number> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const deleted = await store.transact((context) => tryToErase(context, learner));
    if (deleted !== undefined) return deleted;
    await setTimeout(Math.random() * MAX_PAUSE);
  }
  throw new StatsError('database-unavailable', "The learner's sessions are being written; try again.");
}

/** Returns `undefined` and changes nothing if another transaction has locked one of the sessions. */
async function tryToErase(context: TransactionContext, learner: ErasedLearner): Promise<number | undefined> {
  const { userId } = learner;
  const courseIds = await lockRollups(context, learner);
  const chunks: CourseId[][] = [];
  for (let first = 0; first < courseIds.length; first += CHUNK) {
    chunks.push(courseIds.slice(first, first + CHUNK));
  }
  for (const chunk of chunks) {
    if (!(await lockSessions(context, userId, chunk))) return undefined;
  }
  let deleted = 0;
  for (const chunk of chunks) {
    deleted += await deleteFrom(context, 'study_sessions', userId, chunk);
    await deleteFrom(context, 'studied_modules', userId, chunk);
    await deleteFrom(context, 'course_stats', userId, chunk);
  }
  await deleteEnrolments(context, learner);
  return deleted;
}

async function lockRollups(
  context: TransactionContext,
  { userId, courseId }: ErasedLearner,
): Promise<CourseId[]> {
  let rollups = context.kysely
    .selectFrom('course_stats')
    .select('course_id')
    .where('user_id', '=', context.id(userId))
    .orderBy('course_id')
    .$if(context.dialect === 'postgres', (query) => query.forUpdate());
  if (courseId) rollups = rollups.where('course_id', '=', context.id(courseId));
  const rows = await rollups.execute();
  const locked = rows.map((row) => row.course_id);
  const others = await findCoursesWithoutRollup(context, userId);
  return [...locked, ...others.filter((each) => each === (courseId ?? each))];
}

/** Finds sessions without a rollup, which only damage can cause. */
async function findCoursesWithoutRollup(context: TransactionContext, userId: UserId): Promise<CourseId[]> {
  const id = context.id(userId);
  const rollups = sql`select course_id from course_stats where user_id = ${id}`;
  const { rows } = await sql<Pick<LearnerRow, 'course_id'>>`
    select course_id from study_sessions where user_id = ${id} and course_id not in (${rollups})
    union select course_id from studied_modules where user_id = ${id} and course_id not in (${rollups})`.execute(
    context.kysely,
  );
  return rows.map((row) => row.course_id);
}

/** Returns false if a session is locked. On SQLite the transaction already holds the only lock. */
async function lockSessions(
  context: TransactionContext,
  userId: UserId,
  courseIds: readonly CourseId[],
): Promise<boolean> {
  if (context.dialect === 'sqlite') return true;
  const sessions = context.kysely
    .selectFrom('study_sessions')
    .select('session_id')
    .where('user_id', '=', context.id(userId))
    .where('course_id', 'in', courseIds.map(context.id));
  const count = async (query: typeof sessions) => {
    const { rows } = await context.kysely
      .selectFrom(query.as('sessions'))
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow();
    return rows;
  };
  const locked = await count(sessions.forUpdate().skipLocked());
  return locked === (await count(sessions));
}

async function deleteFrom(
  context: TransactionContext,
  table: 'study_sessions' | 'studied_modules' | 'course_stats',
  userId: UserId,
  courseIds: readonly CourseId[],
): Promise<number> {
  const { numDeletedRows } = await context.kysely
    .deleteFrom(table)
    .where('user_id', '=', context.id(userId))
    .where('course_id', 'in', courseIds.map(context.id))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
