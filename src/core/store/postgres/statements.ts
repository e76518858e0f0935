import { sql, type Kysely, type RawBuilder } from 'kysely';
import {
  LEARNER_KEY,
  SESSION_COLUMNS,
  SESSION_KEY,
  SESSION_TYPES,
  TOTALS_COLUMNS,
  type SessionRow,
} from '../rows.js';
import type { Schema } from '../schema.js';
import { aggregates, mergeModules, mergeStats } from '../sql/rollups.js';
import { insertSessions } from '../sql/sessions.js';
import { columnList, compileStatement, type Statement } from '../statements.js';
import { ELEMENT_TYPES } from './arrays.js';
import { statementName } from './connections.js';

type Column = keyof SessionRow;

/** A statement with the name under which connections prepare it. */
export interface NamedStatement extends Statement<Record<Column, unknown>> {
  readonly name: string;
}

export type PostgresStatements = ReturnType<typeof compileStatements>;

/** The columns that are sent to record a session; `updated_at` equals `created_at`. */
export const SENT_COLUMNS = SESSION_COLUMNS.filter((name) => name !== 'updated_at');

type ValueOf = (name: Column) => RawBuilder<unknown>;

/**
 * The statements of the hot paths. A batch is sent as arrays, so that each statement has one text for any
 * size and Postgres plans it once. Batches of one session or learner have separate statements without arrays.
 */
export function compileStatements(kysely: Kysely<Schema>) {
  const compile = (build: (value: ValueOf) => RawBuilder<unknown>): NamedStatement => {
    const statement = compileStatement<Record<Column, unknown>>((value) => build(value).compile(kysely));
    return { name: statementName(statement.text), ...statement };
  };
  return {
    record: compile((value) => recordMany(rowsOf(SENT_COLUMNS, value))),
    recordOne: compile(recordOne),
    findStats: compile((value) => findStatsOfMany(rowsOf(LEARNER_KEY, value))),
    findStatsOfOne: compile(findStatsOfOne),
    findCourses: compile((value) => findCourses(rowsOf(['course_id'], value))),
    findSessions: compile((value) => findSessions(rowsOf(SESSION_KEY, value))),
    findSession: compile(findSession),
    findLocked: compile((value) => findLocked(rowsOf(LEARNER_KEY, value))),
  };
}

/** A row source of arrays, with positions. */
function rowsOf(columns: readonly Column[], value: ValueOf): RawBuilder<unknown> {
  const arrays = columns.map((name) => sql`cast(${value(name)} as ${sql.raw(elementType(name))}[])`);
  return sql`unnest(${sql.join(arrays)}) with ordinality`;
}

function elementType(name: Column): string {
  return ELEMENT_TYPES[SESSION_TYPES[name]];
}

/**
 * Inserts new sessions, adds their sums to the rollups and their modules to the counts, in the lock order of
 * sql/rollups.ts. Returns the positions of the sessions that were not inserted.
 */
function recordMany(sent: RawBuilder<unknown>): RawBuilder<unknown> {
  const inserted = insertSessions(sql`
    select ${columnList(SESSION_COLUMNS)} from pending
    where exists (select from courses where courses.course_id = pending.course_id)
    order by user_id, course_id, session_id`);
  const sums = aggregates('postgres');
  const stats = mergeStats(sql`
    select user_id, course_id, ${sql.join(TOTALS_COLUMNS.map((name) => sums[name]))}, max(updated_at), max(updated_at)
    from inserted group by user_id, course_id order by user_id, course_id`);
  // Counting `stats` first locks all rollups before any module.
  const modules = mergeModules(sql`
    select user_id, course_id, module_id, count(*), max(updated_at), max(updated_at)
    from inserted, string_to_table(module_ids, ';') as module_id
    where module_ids <> '' and (select count(*) from stats) > 0
    group by user_id, course_id, module_id
    order by user_id, course_id, module_id collate "C"`);
  return sql`
    with pending as (
        select *, created_at as updated_at
        from ${sent} as sent(${columnList([...SENT_COLUMNS, 'position'])})),
      inserted as (${inserted} returning ${columnList(SESSION_COLUMNS)}),
      stats as (${stats} returning 1),
      modules as (${modules})
    select cast(position as integer) as position, courses.course_id is not null as "isCourseKnown"
    from pending left join courses using (course_id)
    where not exists (
      select from inserted
      where inserted.user_id = pending.user_id and inserted.course_id = pending.course_id
        and inserted.session_id = pending.session_id)`;
}

/** Records one session without modules. A missing course violates the foreign key of the rollup. */
function recordOne(value: ValueOf): RawBuilder<unknown> {
  const inserted = insertSessions(sql`values (${sql.join(SESSION_COLUMNS.map(value))})`);
  const stats = mergeStats(sql`
    select user_id, course_id, 1, total_modules_studied,
      case when average_score_units is null then 0 else total_modules_studied end,
      coalesce(average_score_units * total_modules_studied, 0), time_studied, completed_at, completed_at,
      updated_at, updated_at
    from inserted`);
  return sql`
    with inserted as (${inserted} returning ${columnList(SESSION_COLUMNS)}), stats as (${stats})
    select 1 as position, true as "isCourseKnown" where not exists (select from inserted)`;
}

/** Returns the stats of the learners that have a rollup, which implies that the course exists. */
function findStatsOfMany(learners: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select cast(position as integer) as position, ${statsOfRollup()}
    from ${learners} as learner(user_id, course_id, position)
    join course_stats using (user_id, course_id)
    ${countModules(sql`course_stats.user_id`, sql`course_stats.course_id`)}`;
}

/** Names the learner in each table, because Citus does not conclude from a join that all are on one shard. */
function findStatsOfOne(value: ValueOf): RawBuilder<unknown> {
  return sql`
    select 1 as position, ${statsOfRollup()}
    from course_stats ${countModules(value('user_id'), value('course_id'))}
    where user_id = ${value('user_id')} and course_id = ${value('course_id')}`;
}

function statsOfRollup(): RawBuilder<unknown> {
  const totals = TOTALS_COLUMNS.map((name) =>
    name === 'weighted_score_units' ? sql`cast(weighted_score_units as text)` : sql.ref(name),
  );
  return sql`1 as course_exists, ${sql.join(totals)}, studied, studied_of_declared as "studiedOfDeclared",
      (select count(*) from course_modules where course_modules.course_id = course_stats.course_id) as declared`;
}

/** Reads the declared modules of a course once, to compare them with the studied ones. */
function countModules(userId: RawBuilder<unknown>, courseId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    cross join lateral (
      select count(*) as studied, count(*) filter (where module_id = any (array(
        select module_id from course_modules where course_modules.course_id = course_stats.course_id
      ))) as studied_of_declared
      from studied_modules
      where studied_modules.user_id = ${userId} and studied_modules.course_id = ${courseId}
    ) as of_learner`;
}

/** Returns the stats of learners without a rollup: whether the course exists, and its declared modules. */
function findCourses(courses: RawBuilder<unknown>): RawBuilder<unknown> {
  const totals = TOTALS_COLUMNS.map((name) => sql`null as ${sql.ref(name)}`);
  return sql`
    select cast(position as integer) as position, ${sql.join(totals)}, 0 as studied,
      0 as "studiedOfDeclared", case when courses.course_id is null then 0 else 1 end as course_exists,
      (select count(*) from course_modules where course_modules.course_id = courses.course_id) as declared
    from ${courses} as sent(course_id, position) left join courses using (course_id)`;
}

/** Locks the free rollups for the duration of the statement and returns the others. */
function findLocked(learners: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    with learner as (select user_id, course_id from ${learners} as learner(user_id, course_id, position)),
      free as (
        select user_id, course_id from course_stats
        where (user_id, course_id) in (select user_id, course_id from learner)
        for no key update skip locked)
    select user_id, course_id from course_stats join learner using (user_id, course_id)
    where not exists (
      select from free
      where free.user_id = course_stats.user_id and free.course_id = course_stats.course_id)`;
}

function findSession(value: ValueOf): RawBuilder<unknown> {
  const conditions = SESSION_KEY.map((name) => sql`${sql.ref(name)} = ${value(name)}`);
  return sql`
    select 1 as position, ${columnList(SESSION_COLUMNS)} from study_sessions
    where ${sql.join(conditions, sql` and `)}`;
}

function findSessions(keys: RawBuilder<unknown>): RawBuilder<unknown> {
  const columns = SESSION_COLUMNS.map((name) => sql.ref(`study_sessions.${name}`));
  return sql`
    select cast(position as integer) as position, ${sql.join(columns)}
    from ${keys} as key(user_id, course_id, session_id, position)
    join study_sessions using (user_id, course_id, session_id)`;
}
