import { sql, type RawBuilder } from 'kysely';
import type { RejectReason } from '../../errors.js';
import type { Learner } from '../../model/checks.js';
import { within } from '../checks/ranges.js';
import { retried } from '../../retry.js';
import { MODULE_COLUMNS, STATS_COLUMNS, TOTALS_COLUMNS } from '../rows.js';
import { rejectReasonOf, type Store, type TransactionContext } from '../store.js';
import { columnList } from '../statements.js';
import { countModules, sumSessions } from './rollups.js';

/** `correct` means that nothing differed any more. */
type RebuildOutcome = 'repaired' | 'correct' | 'locked' | RejectReason;

/**
 * Recomputes the rollup and the module counts of a learner in a course from the sessions.
 *
 * Recording locks a session, then the rollup until the commit. While this transaction holds the rollup, it
 * sees exactly the sessions that the rollup contains. It never waits for a session, so deadlocks are
 * impossible. Modules change only while the rollup is locked.
 */
export async function rebuildLearner(store: Store, learner: Learner, now: string): Promise<RebuildOutcome> {
  try {
    return await retried(
      () => store.transact((context) => rebuild(context, learner, now), { unlimited: true }),
      (error) => store.faultOf(error) === 'locked',
    );
  } catch (error) {
    const fault = store.faultOf(error);
    const outcome = fault === 'locked' ? 'locked' : rejectReasonOf(fault);
    if (outcome) return outcome;
    throw error;
  }
}

async function rebuild(context: TransactionContext, learner: Learner, now: string): Promise<RebuildOutcome> {
  const { kysely, dialect } = context;
  const wasMissing = dialect === 'postgres' && (await lockRollup(context, learner, now));
  const where = within(context, learner);
  const time = context.instant(now);
  const run = async (statement: RawBuilder<unknown>) =>
    (await statement.execute(kysely)).numAffectedRows !== 0n;

  const removed = await run(sql`
    delete from studied_modules where ${where} and module_id not in (
      select module_id from (${countModules(dialect, where)}) as counted)`);
  const counted = await run(overwriteModules(countModules(dialect, where), time));
  const summed = await run(overwriteStats(sumSessions(dialect, where), time));
  const emptied = await run(sql`
    delete from course_stats where ${where} and not exists (select 1 from study_sessions where ${where})`);
  const changed = wasMissing ? !emptied : summed || emptied;
  return removed || counted || changed ? 'repaired' : 'correct';
}

/**
 * Locks the rollup. If it is missing, inserts a row, so that no other transaction can insert one, and returns
 * true. If it is deleted between the two statements, tries again.
 */
async function lockRollup(context: TransactionContext, learner: Learner, now: string): Promise<boolean> {
  const where = within(context, learner);
  const [userId, courseId, time] = [
    context.id(learner.userId),
    context.id(learner.courseId),
    context.instant(now),
  ];
  const placeholder = sql.join([
    userId,
    courseId,
    ...[1, 0, 0, 0, 0].map((n) => sql.lit(n)),
    time,
    time,
    time,
    time,
  ]);
  for (;;) {
    const locked = await sql`select 1 from course_stats where ${where} for update`.execute(context.kysely);
    if (locked.rows.length > 0) return false;
    const inserted = await sql`
      insert into course_stats (${columnList(STATS_COLUMNS)}) values (${placeholder})
      on conflict (user_id, course_id) do nothing`.execute(context.kysely);
    if (inserted.numAffectedRows === 1n) return true;
  }
}

/** Updates only the counts that differ. */
function overwriteModules(counted: RawBuilder<unknown>, now: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    insert into studied_modules (${columnList(MODULE_COLUMNS)})
    select user_id, course_id, module_id, session_count, ${now}, ${now}
    from (${counted}) as counted where session_count > 0 order by module_id
    on conflict (user_id, course_id, module_id) do update set
      session_count = excluded.session_count, updated_at = excluded.updated_at
    where studied_modules.session_count <> excluded.session_count`;
}

/** Updates the rollup only if it differs. */
function overwriteStats(summed: RawBuilder<unknown>, now: RawBuilder<unknown>): RawBuilder<unknown> {
  const changes = TOTALS_COLUMNS.map((name) => sql`${sql.ref(name)} = ${sql.ref(`excluded.${name}`)}`);
  const differs = TOTALS_COLUMNS.map(
    (name) => sql`${sql.ref(`course_stats.${name}`)} <> ${sql.ref(`excluded.${name}`)}`,
  );
  return sql`
    insert into course_stats (${columnList(STATS_COLUMNS)})
    select user_id, course_id, ${columnList(TOTALS_COLUMNS)}, ${now}, ${now}
    from (${summed}) as summed where session_count > 0
    on conflict (user_id, course_id) do update set ${sql.join(changes)}, updated_at = excluded.updated_at
    where ${sql.join(differs, sql` or `)}`;
}
