import { sql, type RawBuilder } from 'kysely';
import { sumSessions, TOTALS, countModules } from '../checks/sums.js';
import { within, type KeyColumns } from '../checks/scope.js';
import { inTransaction, type Database, type TransactionContext } from '../database.js';
import { refusalOf, type Refusal } from '../driver-fault.js';
import { retried } from '../retry.js';

/** `right`: there was nothing to mend any more. */
type RebuildOutcome = 'mended' | 'right' | 'held' | Refusal;

/**
 * Makes the totals and the module counts of a learner in a course what the sessions add up to.
 *
 * Whoever writes a session holds its row first, then the totals of its course until the commit. With the totals in
 * hand, every session that counts in them is seen, and none that somebody waits to add; no session is waited for,
 * so that nobody deadlocks. Modules are changed only by who holds the totals.
 */
export async function rebuildLearner(
  database: Database,
  key: KeyColumns,
  now: string,
): Promise<RebuildOutcome> {
  try {
    return await retried(
      () => inTransaction(database, (context) => rebuild(context, key, now), { unlimited: true }),
      (error) => database.faultOf(error) === 'locked',
    );
  } catch (error) {
    const fault = database.faultOf(error);
    const outcome = fault === 'locked' ? 'held' : refusalOf(fault);
    if (outcome) return outcome;
    throw error;
  }
}

async function rebuild(context: TransactionContext, key: KeyColumns, now: string): Promise<RebuildOutcome> {
  const { kysely, dialect } = context;
  const wasMissing = dialect === 'postgres' && (await lockTotals(context, key, now));
  const range = { userId: key.user_id, courseId: key.course_id };
  const where = within(range);
  const instant = dialect === 'postgres' ? sql`cast(${now} as timestamptz)` : sql`${now}`;
  const run = async (statement: RawBuilder<unknown>) =>
    (await statement.execute(kysely)).numAffectedRows !== 0n;

  const removed = await run(sql`
    delete from studied_modules where ${where} and module_id not in (
      select module_id from (${countModules(dialect, range)}) as counted)`);
  const counted = await run(mergeModules(countModules(dialect, range), instant));
  const summed = await run(mergeTotals(sumSessions(dialect, range), instant));
  const emptied = await run(sql`
    delete from course_stats where ${where} and not exists (select 1 from study_sessions where ${where})`);
  const changed = wasMissing ? !emptied : summed || emptied;
  return removed || counted || changed ? 'mended' : 'right';
}

/**
 * Whether there were none: then a row is put there to be held, since a first session would make one meanwhile. One
 * that is deleted between the two statements is looked for again.
 */
async function lockTotals(
  { kysely }: TransactionContext,
  { user_id, course_id }: KeyColumns,
  now: string,
): Promise<boolean> {
  for (;;) {
    const locked = await sql`
      select 1 from course_stats where user_id = ${user_id} and course_id = ${course_id} for update`.execute(
      kysely,
    );
    if (locked.rows.length > 0) return false;
    const inserted = await sql`
      insert into course_stats (user_id, course_id, session_count, total_modules_studied, weighted_score_units,
        time_studied, first_completed_at, last_completed_at, created_at, updated_at)
      values (${user_id}, ${course_id}, 1, 0, 0, 0, ${now}, ${now}, ${now}, ${now})
      on conflict (user_id, course_id) do nothing`.execute(kysely);
    if (inserted.numAffectedRows === 1n) return true;
  }
}

/** Where the counts are right already, nothing is written. */
function mergeModules(counted: RawBuilder<unknown>, now: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    insert into studied_modules (user_id, course_id, module_id, session_count, created_at, updated_at)
    select user_id, course_id, module_id, session_count, ${now}, ${now}
    from (${counted}) as counted where session_count > 0 order by module_id
    on conflict (user_id, course_id, module_id) do update set
      session_count = excluded.session_count, updated_at = excluded.updated_at
    where studied_modules.session_count <> excluded.session_count`;
}

function mergeTotals(summed: RawBuilder<unknown>, now: RawBuilder<unknown>): RawBuilder<unknown> {
  const columns = sql.join(TOTALS.map((name) => sql.ref(name)));
  const changes = TOTALS.map((name) => sql`${sql.ref(name)} = ${sql.ref(`excluded.${name}`)}`);
  const differs = TOTALS.map(
    (name) => sql`${sql.ref(`course_stats.${name}`)} <> ${sql.ref(`excluded.${name}`)}`,
  );
  return sql`
    insert into course_stats (user_id, course_id, ${columns}, created_at, updated_at)
    select user_id, course_id, ${columns}, ${now}, ${now}
    from (${summed}) as summed where session_count > 0
    on conflict (user_id, course_id) do update set ${sql.join(changes)}, updated_at = excluded.updated_at
    where ${sql.join(differs, sql` or `)}`;
}
