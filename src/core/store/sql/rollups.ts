import { sql, type RawBuilder } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import { deltaOf, type Delta } from '../deltas.js';
import {
  MODULE_COLUMNS,
  moduleIdsOf,
  STATS_COLUMNS,
  STATS_TYPES,
  SUM_COLUMNS,
  type TOTALS_COLUMNS,
  type LearnerRow,
  type SessionRow,
} from '../rows.js';
import { bindValue, columnList } from '../statements.js';
import type { StoreContext, TransactionContext } from '../store.js';

/*
 * The rollups are `course_stats` (sums of a learner's sessions in a course) and `studied_modules` (the number
 * of sessions per studied module). The transaction that writes a session updates them.
 *
 * To exclude deadlocks, every write locks in the same order: sessions, then rollups, then modules, each in
 * key order. The rollup row is the lock of a learner in a course: modules change only while it is held.
 * Erasing and rebuilding lock the rollup first; erase.ts and rebuild.ts explain why that is safe.
 */

/** Adds rows of sums, in the order of {@link STATS_COLUMNS}, to the stored ones. */
export function mergeStats(rows: RawBuilder<unknown>): RawBuilder<unknown> {
  const sums = SUM_COLUMNS.map(
    (name) => sql`${sql.ref(name)} = ${sql.ref(`course_stats.${name}`)} + ${sql.ref(`excluded.${name}`)}`,
  );
  // `case`, because the databases have different names for the smaller and the larger of two values.
  return sql`insert into course_stats (${columnList(STATS_COLUMNS)})
    ${rows}
    on conflict (user_id, course_id) do update set
      ${sql.join(sums)},
      first_completed_at = case when excluded.first_completed_at < course_stats.first_completed_at
        then excluded.first_completed_at else course_stats.first_completed_at end,
      last_completed_at = case when excluded.last_completed_at > course_stats.last_completed_at
        then excluded.last_completed_at else course_stats.last_completed_at end,
      updated_at = excluded.updated_at`;
}

/** Adds rows of counts, in the order of {@link MODULE_COLUMNS}, to the stored ones. */
export function mergeModules(rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`insert into studied_modules (${columnList(MODULE_COLUMNS)})
    ${rows}
    on conflict (user_id, course_id, module_id) do update set
      session_count = studied_modules.session_count + excluded.session_count,
      updated_at = excluded.updated_at`;
}

export async function addToRollups(context: TransactionContext, delta: Delta): Promise<void> {
  const values = STATS_COLUMNS.map((name) => bindValue(context, STATS_TYPES[name], delta[name]));
  await mergeStats(sql`values (${sql.join(values)})`).execute(context.kysely);
  await addStudiedModules(context, delta, delta.modules, delta.updated_at);
}

/**
 * Updates the rollups for a session that was replaced or, without `after`, deleted in the same transaction. A
 * separate statement locks the rollup row, so that the next one sees all committed sessions, from which it
 * reads the first and last completion.
 */
export async function changeRollups(
  context: TransactionContext,
  now: string,
  before: SessionRow,
  after?: SessionRow,
): Promise<void> {
  const { kysely } = context;
  const ofLearner = isLearner(context, before);
  const { session_count } = await kysely
    .selectFrom('course_stats')
    .select('session_count')
    .where(ofLearner)
    .$if(context.dialect === 'postgres', (query) => query.forUpdate())
    .executeTakeFirstOrThrow();
  if (!after && session_count === 1) {
    await kysely.deleteFrom('course_stats').where(ofLearner).execute();
  } else {
    const [removed, added] = [deltaOf(before), after && deltaOf(after)];
    const sums = SUM_COLUMNS.map((name) => {
      const change = BigInt(added?.[name] ?? 0) - BigInt(removed[name]);
      return sql`${sql.ref(name)} = ${sql.ref(name)} + ${change}`;
    });
    await sql`update course_stats set ${sql.join(sums)},
        first_completed_at = (select min(completed_at) from study_sessions where ${ofLearner}),
        last_completed_at = (select max(completed_at) from study_sessions where ${ofLearner}),
        updated_at = ${context.instant(now)}
      where ${ofLearner}`.execute(kysely);
  }
  const had = new Set(moduleIdsOf(before));
  const has = new Set(after ? moduleIdsOf(after) : []);
  await addStudiedModules(context, before, new Map(Array.from(has.difference(had), (id) => [id, 1])), now);
  await removeStudiedModules(context, before, Array.from(had.difference(has)), now);
}

async function addStudiedModules(
  context: TransactionContext,
  learner: LearnerRow,
  counts: ReadonlyMap<string, number>,
  now: string,
): Promise<void> {
  if (counts.size === 0) return;
  const [userId, courseId, time] = [
    context.id(learner.user_id),
    context.id(learner.course_id),
    context.instant(now),
  ];
  const rows = Array.from(
    counts,
    ([moduleId, count]) => sql`(${userId}, ${courseId}, ${moduleId}, ${count}, ${time}, ${time})`,
  );
  await mergeModules(sql`values ${sql.join(rows)}`).execute(context.kysely);
}

async function removeStudiedModules(
  context: TransactionContext,
  learner: LearnerRow,
  moduleIds: readonly string[],
  now: string,
): Promise<void> {
  if (moduleIds.length === 0) return;
  const ofLearner = isLearner(context, learner);
  await context.kysely
    .updateTable('studied_modules')
    .set((eb) => ({ session_count: eb('session_count', '-', 1), updated_at: context.instant(now) }))
    .where(ofLearner)
    .where('module_id', 'in', moduleIds)
    .execute();
  await context.kysely
    .deleteFrom('studied_modules')
    .where(ofLearner)
    .where('module_id', 'in', moduleIds)
    .where('session_count', '=', 0)
    .execute();
}

/** The condition for the rows of a learner in a course. */
function isLearner(context: StoreContext, { user_id, course_id }: LearnerRow): RawBuilder<boolean> {
  return sql<boolean>`user_id = ${context.id(user_id)} and course_id = ${context.id(course_id)}`;
}

/** SQL for the totals of a group of sessions, by column. */
export function aggregates(
  dialect: DialectName,
): Readonly<Record<(typeof TOTALS_COLUMNS)[number], RawBuilder<unknown>>> {
  const { sum, product } = ARITHMETIC[dialect];
  return {
    session_count: sql`count(*)`,
    total_modules_studied: sum(sql`total_modules_studied`),
    scored_modules: sum(sql`case when average_score_units is null then 0 else total_modules_studied end`),
    weighted_score_units: sum(sql`coalesce(${product}, 0)`),
    time_studied: sum(sql`time_studied`),
    first_completed_at: sql`min(completed_at)`,
    last_completed_at: sql`max(completed_at)`,
  };
}

/**
 * Arithmetic that does not fail on overflow, because verification must report such a sum. SQLite's `sum`
 * fails. So the upper and lower 32 bits are summed separately: a total beyond 64 bits then becomes a
 * floating-point number, which equals no stored integer.
 */
const ARITHMETIC = {
  sqlite: {
    sum: (value: RawBuilder<unknown>) =>
      sql`(sum((${value}) / 4294967296) * 4294967296 + sum((${value}) % 4294967296))`,
    product: sql`average_score_units * total_modules_studied`,
  },
  postgres: {
    sum: (value: RawBuilder<unknown>) => sql`sum(${value})`,
    product: sql`cast(average_score_units as numeric) * total_modules_studied`,
  },
} as const;

/** Computes the correct content of `course_stats` from the sessions. */
export function sumSessions(dialect: DialectName, where: RawBuilder<unknown>): RawBuilder<unknown> {
  const sums = Object.entries(aggregates(dialect)).map(
    ([name, aggregate]) => sql`${aggregate} as ${sql.ref(name)}`,
  );
  return sql`select user_id, course_id, ${sql.join(sums)}
    from study_sessions where ${where} group by user_id, course_id`;
}

/** Computes the correct content of `studied_modules` from the sessions. */
export function countModules(dialect: DialectName, where: RawBuilder<unknown>): RawBuilder<unknown> {
  const { table, moduleId } = splitModuleIds(dialect);
  // Distinct, because an invalid list may contain a module twice.
  return sql`
    select user_id, course_id, ${moduleId} as module_id, count(distinct session_id) as session_count
    from study_sessions cross join ${table} where module_ids <> '' and ${where}
    group by user_id, course_id, ${moduleId}`;
}

export function splitModuleIds(dialect: DialectName): {
  readonly table: RawBuilder<unknown>;
  readonly moduleId: RawBuilder<unknown>;
} {
  if (dialect === 'postgres') {
    const table = sql`string_to_table(module_ids, ';') as module(module_id)`;
    return { table, moduleId: sql`module.module_id` };
  }
  // `json_quote` escapes the characters that are special in JSON.
  const table = sql`json_each('[' || replace(json_quote(module_ids), ';', '","') || ']') as module`;
  return { table, moduleId: sql`module.value` };
}
