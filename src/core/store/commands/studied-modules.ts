import { sql, type RawBuilder } from 'kysely';
import type { LearnerKey } from '../../api.js';
import type { TransactionContext } from '../database.js';
import { moduleIdsOf, type SessionRow } from '../rows.js';

/**
 * Follows the modules of a session that was just inserted, replaced or deleted in the same transaction, after
 * its totals: their row is the learner's lock, and the modules come in one order, so that nobody deadlocks.
 */
export async function changeStudiedModules(
  context: TransactionContext,
  now: string,
  before: SessionRow | undefined,
  after: SessionRow | undefined,
): Promise<void> {
  const session = after ?? before;
  if (!session || before?.module_ids === after?.module_ids) return;
  const key = { userId: session.user_id, courseId: session.course_id };
  const had = new Set(before ? moduleIdsOf(before) : []);
  const has = new Set(after ? moduleIdsOf(after) : []);
  await addModules(context, key, Array.from(has.difference(had)), now);
  await removeModules(context, key, Array.from(had.difference(has)), now);
}

async function addModules(
  { kysely }: TransactionContext,
  { userId, courseId }: LearnerKey,
  moduleIds: readonly string[],
  now: string,
): Promise<void> {
  if (moduleIds.length === 0) return;
  const rows = moduleIds.map((moduleId) => sql`(${userId}, ${courseId}, ${moduleId}, 1, ${now}, ${now})`);
  await mergeStudiedModules(sql`values ${sql.join(rows)}`).execute(kysely);
}

/** Adds how many sessions studied each module to what is there, in the order in which they come. */
export function mergeStudiedModules(rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`insert into studied_modules (user_id, course_id, module_id, session_count, created_at, updated_at)
    ${rows}
    on conflict (user_id, course_id, module_id) do update set
      session_count = studied_modules.session_count + excluded.session_count,
      updated_at = excluded.updated_at`;
}

/** A module that is left in no session is not studied. */
async function removeModules(
  { kysely }: TransactionContext,
  { userId, courseId }: LearnerKey,
  moduleIds: readonly string[],
  now: string,
): Promise<void> {
  if (moduleIds.length === 0) return;
  await kysely
    .updateTable('studied_modules')
    .set((eb) => ({ session_count: eb('session_count', '-', 1), updated_at: now }))
    .where('user_id', '=', userId)
    .where('course_id', '=', courseId)
    .where('module_id', 'in', moduleIds)
    .execute();
  await kysely
    .deleteFrom('studied_modules')
    .where('user_id', '=', userId)
    .where('course_id', '=', courseId)
    .where('module_id', 'in', moduleIds)
    .where('session_count', '=', 0)
    .execute();
}
