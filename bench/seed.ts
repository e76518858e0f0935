import type { DatabaseName } from './cells.js';
import { ID_KINDS, SPREAD, SPREAD_MODULUS, type IdKind } from './ids.js';

/** Which sessions to make: `learner` and `course` are SQL of `n`, the number of a session. */
export interface Seed {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly learner: string;
  readonly course: string;
  /** Whether each session studied two modules of its course. */
  readonly modules: boolean;
  /**
   * Insert in the order of the key, which is much faster but packs the pages of SQLite: the first recordings
   * then split all of them, as in no database that has grown.
   */
  readonly sorted?: boolean;
}

export const COURSES = 20;
export const LEARNERS = 10_000;

/** Every learner has two sessions in every course. */
export const SMALL: Seed = {
  from: 0,
  to: 2 * LEARNERS * COURSES,
  learner: `n % ${LEARNERS}`,
  course: `n / ${LEARNERS} % ${COURSES}`,
  modules: true,
};

const NOW = "'2026-01-31T00:00:00.000Z'";
const MODULES_PER_COURSE = 10;

/** Statements that make a whole database. */
export function statementsOf(database: DatabaseName, seed: Seed): string[] {
  return [...courseStatements(database), ...sessionStatements(database, seed), ...rollupStatements(database)];
}

/** Statements that make the courses, each with its modules. */
export function courseStatements(database: DatabaseName): string[] {
  const course = idSql(database, 'course', `n / ${MODULES_PER_COURSE}`);
  return [
    `insert into courses (course_id, name, created_at, updated_at)
     select ${idSql(database, 'course', 'n')}, 'Course ' || n, ${NOW}, ${NOW} ${series(database, 0, COURSES)}`,
    `insert into course_modules (course_id, module_id, created_at, updated_at)
     select ${course}, 'm' || (n % ${MODULES_PER_COURSE}), ${NOW}, ${NOW}
     ${series(database, 0, COURSES * MODULES_PER_COURSE)}`,
  ];
}

/** Statements that add sessions. */
export function sessionStatements(
  database: DatabaseName,
  { from, to, learner, course, modules, sorted = false }: Seed,
): string[] {
  const moduleIds = modules ? "'m' || (n % 9) || ';m' || (n % 9 + 1)" : "''";
  return [
    `insert into study_sessions (user_id, course_id, session_id, total_modules_studied, average_score_units,
       time_studied, completed_at, module_ids, created_at, updated_at)
     select ${idSql(database, 'learner', learner)}, ${idSql(database, 'course', course)},
       ${idSql(database, 'session', 'n')}, 1 + n % 10, (n * 7919 % 1000) * 1000, 60000 + n % 1000000,
       ${dayOfJanuary(database, 'n % 28')}, ${moduleIds}, ${NOW}, ${NOW}
     ${series(database, from, to)} ${sorted ? 'order by 1, 2, 3' : ''}`,
  ];
}

/**
 * Statements that make the rollups anew from all sessions, so that they are right whatever was there. Their
 * order has nothing to do with the key, for the same reason as that of the sessions.
 */
export function rollupStatements(database: DatabaseName): string[] {
  const clear = database === 'sqlite' ? 'delete from' : 'truncate';
  const shuffled = 'substr(cast(user_id as text), 25), course_id';
  return [
    `${clear} course_stats`,
    `insert into course_stats (user_id, course_id, session_count, total_modules_studied, weighted_score_units,
       time_studied, first_completed_at, last_completed_at, created_at, updated_at)
     select user_id, course_id, count(*), sum(total_modules_studied),
       sum(average_score_units * total_modules_studied), sum(time_studied),
       min(completed_at), max(completed_at), ${NOW}, ${NOW}
     from study_sessions group by user_id, course_id order by ${shuffled}`,
    `${clear} studied_modules`,
    `insert into studied_modules (user_id, course_id, module_id, session_count, created_at, updated_at)
     select user_id, course_id, module_id, count(*), ${NOW}, ${NOW} from (
       select user_id, course_id, substr(module_ids, 1, 2) as module_id from study_sessions
       where module_ids <> ''
       union all
       select user_id, course_id, substr(module_ids, 4, 2) from study_sessions where module_ids <> '') each_one
     group by user_id, course_id, module_id order by ${shuffled}, module_id`,
  ];
}

/** The rows `n` from one number to below another. */
function series(database: DatabaseName, from: number, to: number): string {
  return database === 'sqlite'
    ? `from (with recursive numbers (n) as (select ${from} union all select n + 1 from numbers where n + 1 < ${to})
        select n from numbers)`
    : `from generate_series(${from}::bigint, ${to - 1}) as numbers (n)`;
}

/** The id that `idOf` makes. */
function idSql(database: DatabaseName, kind: IdKind, n: string): string {
  const first = `(${n}) * ${SPREAD} % ${SPREAD_MODULUS}`;
  return database === 'sqlite'
    ? `printf('%08x-0000-${ID_KINDS[kind]}-8000-%012x', ${first}, ${n})`
    : `(lpad(to_hex(${first}), 8, '0') || '-0000-${ID_KINDS[kind]}-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
}

function dayOfJanuary(database: DatabaseName, day: string): string {
  return database === 'sqlite'
    ? `printf('2026-01-%02dT12:00:00.000Z', 1 + ${day})`
    : `timestamptz '2026-01-01T12:00:00Z' + (${day}) * interval '1 day'`;
}
