import { sql, type Kysely, type RawBuilder } from 'kysely';
import { insertSessions } from '../commands/sessions.js';
import { mergeStudiedModules } from '../commands/studied-modules.js';
import { mergeTotals } from '../commands/totals.js';
import type { LearnerColumns } from '../queries/stats.js';
import { SESSION_COLUMNS, type SessionRow } from '../rows.js';
import type { Schema } from '../schema.js';
import { compileStatement } from '../statement.js';
import type { Arrays, CandidateColumn } from './postgres-arrays.js';

const ELEMENT_TYPES = {
  user_id: 'uuid',
  course_id: 'uuid',
  session_id: 'uuid',
  total_modules_studied: 'integer',
  average_score_units: 'bigint',
  time_studied: 'integer',
  completed_at: 'timestamptz',
  module_ids: 'text',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const satisfies Record<keyof SessionRow, string>;

type Column = keyof SessionRow;

const LEARNER = ['user_id', 'course_id'] as const;
const KEY = [...LEARNER, 'session_id'] as const;
const CANDIDATE_COLUMNS = SESSION_COLUMNS.filter((name): name is CandidateColumn => name !== 'updated_at');

/** A learner who has totals has a course. */
const WITH_TOTALS = {
  courseId: 'course_stats.course_id',
  joins: 'join course_stats using (user_id, course_id)',
};
const WITH_OR_WITHOUT_TOTALS = {
  courseId: 'courses.course_id',
  joins: 'left join courses using (course_id) left join course_stats using (user_id, course_id)',
};

export type PostgresStatements = ReturnType<typeof compileStatements>;

/**
 * Each has one text for a batch of any size, so that Postgres plans it once, and one for a batch of one, which
 * needs no gathering, sorting and summing.
 */
export function compileStatements(kysely: Kysely<Schema>) {
  return {
    record: compileStatement<Arrays<CandidateColumn>>((value) =>
      recordAll(rowsOf(CANDIDATE_COLUMNS, value)).compile(kysely),
    ),
    recordOne: compileStatement<SessionRow>((value) => recordOne(value).compile(kysely)),
    findStats: compileStatement<Arrays<(typeof LEARNER)[number]>>((value) =>
      findAllStats(rowsOf(LEARNER, value), WITH_TOTALS).compile(kysely),
    ),
    findStatsOfOne: compileStatement<LearnerColumns>((value) =>
      findAllStats(rowOf(LEARNER, value), WITH_TOTALS).compile(kysely),
    ),
    findStatsOfAny: compileStatement<Arrays<(typeof LEARNER)[number]>>((value) =>
      findAllStats(rowsOf(LEARNER, value), WITH_OR_WITHOUT_TOTALS).compile(kysely),
    ),
    findHeld: compileStatement<Arrays<(typeof LEARNER)[number]>>((value) =>
      findAllHeld(rowsOf(LEARNER, value)).compile(kysely),
    ),
    findSessions: compileStatement<Arrays<(typeof KEY)[number]>>((value) =>
      findAll(rowsOf(KEY, value)).compile(kysely),
    ),
  };
}

/** One row with its position. */
function rowOf<Name extends Column>(
  columns: readonly Name[],
  value: (name: Name) => RawBuilder<unknown>,
): RawBuilder<unknown> {
  const values = columns.map((name) => sql`cast(${value(name)} as ${sql.raw(ELEMENT_TYPES[name])})`);
  return sql`(values (${sql.join(values)}, 1))`;
}

/** The columns as arrays, turned into rows with their position. */
function rowsOf<Name extends Column>(
  columns: readonly Name[],
  value: (name: Name) => RawBuilder<unknown>,
): RawBuilder<unknown> {
  const arrays = columns.map((name) => sql`cast(${value(name)} as ${sql.raw(ELEMENT_TYPES[name])}[])`);
  return sql`unnest(${sql.join(arrays)}) with ordinality`;
}

function names(columns: readonly string[]): RawBuilder<unknown> {
  return sql.join(columns.map((name) => sql.ref(name)));
}

/**
 * Sessions, then totals, then modules, each in the order of their keys, as every command takes them: nobody
 * deadlocks. Where the sessions were known already, the totals do not change.
 */
function recordAll(candidates: RawBuilder<unknown>): RawBuilder<unknown> {
  const inserted = insertSessions(sql`
    select ${names(SESSION_COLUMNS)} from candidate
    where exists (select from courses where courses.course_id = candidate.course_id)
    order by user_id, course_id, session_id`);
  const totals = mergeTotals(sql`
    select user_id, course_id, count(*), sum(total_modules_studied),
      sum(average_score_units * total_modules_studied), sum(time_studied),
      min(completed_at), max(completed_at), max(updated_at), max(updated_at)
    from inserted group by user_id, course_id order by user_id, course_id`);
  // To count the totals takes all of them before the first module.
  const modules = mergeStudiedModules(sql`
    select user_id, course_id, module_id, count(*), max(updated_at), max(updated_at)
    from inserted, string_to_table(module_ids, ';') as module_id
    where module_ids <> '' and (select count(*) from totals) > 0
    group by user_id, course_id, module_id
    order by user_id, course_id, module_id collate "C"`);
  return sql`
    with candidate as (
        select *, created_at as updated_at
        from ${candidates} as sent(${names([...CANDIDATE_COLUMNS, 'position'])})),
      inserted as (${inserted} returning ${names(SESSION_COLUMNS)}),
      totals as (${totals} returning 1),
      modules as (${modules})
    select position, courses.course_id is not null as course_known
    from candidate left join courses using (course_id)
    where not exists (
      select from inserted
      where inserted.user_id = candidate.user_id and inserted.course_id = candidate.course_id
        and inserted.session_id = candidate.session_id)`;
}

/** A session without modules; where there is no such course, the foreign key of the totals says so. */
function recordOne(value: (name: Column) => RawBuilder<unknown>): RawBuilder<unknown> {
  const inserted = insertSessions(sql`values (${sql.join(SESSION_COLUMNS.map(value))})`);
  const totals = mergeTotals(sql`
    select user_id, course_id, 1, total_modules_studied, average_score_units * total_modules_studied,
      time_studied, completed_at, completed_at, updated_at, updated_at
    from inserted`);
  return sql`
    with inserted as (${inserted} returning ${names(SESSION_COLUMNS)}), totals as (${totals})
    select 1 as position, true as course_known where not exists (select from inserted)`;
}

/** The modules of the course are read once for each learner: counted, and compared with what was studied. */
function findAllStats(
  learners: RawBuilder<unknown>,
  { courseId, joins }: typeof WITH_TOTALS,
): RawBuilder<unknown> {
  return sql`
    select position, ${sql.ref(courseId)}, session_count, total_modules_studied,
      cast(weighted_score_units as text), time_studied, first_completed_at, last_completed_at,
      studied, declared, studied_of_declared
    from ${learners} as learner(user_id, course_id, position)
    ${sql.raw(joins)}
    cross join lateral (
      select count(*) as declared, array_agg(module_id) as declared_ids
      from course_modules where course_modules.course_id = learner.course_id) as of_course
    cross join lateral (
      select count(*) as studied, count(*) filter (where module_id = any (declared_ids)) as studied_of_declared
      from studied_modules
      where studied_modules.user_id = learner.user_id and studied_modules.course_id = learner.course_id
    ) as of_learner`;
}

/** Those that can be locked are, until the end of the statement. */
function findAllHeld(learners: RawBuilder<unknown>): RawBuilder<unknown> {
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

function findAll(keys: RawBuilder<unknown>): RawBuilder<unknown> {
  const columns = SESSION_COLUMNS.map((name) => sql.ref(`study_sessions.${name}`));
  return sql`
    select position, ${sql.join(columns)}
    from ${keys} as key(user_id, course_id, session_id, position)
    join study_sessions using (user_id, course_id, session_id)`;
}
