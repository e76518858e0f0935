/** One statement each, so that a batch takes one turn to the server. */
const INSERT_SESSIONS = `
  insert into study_sessions (user_id, course_id, session_id, total_modules_studied, average_score_units,
    time_studied, completed_at, created_at, updated_at)`;

const RETURNING = `
  on conflict do nothing
  returning user_id, course_id, total_modules_studied, average_score_units, time_studied`;

const INSERT_TOTALS = `
  insert into course_stats as old (user_id, course_id, session_count, total_modules_studied,
    weighted_score_units, time_studied, first_completed_at, last_completed_at, created_at, updated_at)`;

const ADD_TO_TOTALS = `
  on conflict (user_id, course_id) do update set
    session_count = old.session_count + excluded.session_count,
    total_modules_studied = old.total_modules_studied + excluded.total_modules_studied,
    weighted_score_units = old.weighted_score_units + excluded.weighted_score_units,
    time_studied = old.time_studied + excluded.time_studied,
    first_completed_at = least(old.first_completed_at, excluded.first_completed_at),
    last_completed_at = greatest(old.last_completed_at, excluded.last_completed_at),
    updated_at = excluded.updated_at`;

/** Ordered, so that two batches never wait for each other in a circle. */
export const RECORD_MANY = `
  with inserted as (${INSERT_SESSIONS}
    select user_id, course_id, session_id, modules, units, time, $7, $7, $7
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::bigint[], $6::int[])
      as input (user_id, course_id, session_id, modules, units, time)
    order by user_id, course_id, session_id ${RETURNING})
  ${INSERT_TOTALS}
  select user_id, course_id, count(*), sum(total_modules_studied),
    sum(average_score_units * total_modules_studied), sum(time_studied), $7, $7, $7, $7
  from inserted group by user_id, course_id order by user_id, course_id ${ADD_TO_TOTALS}`;

/** A fifth faster than a batch of one. */
export const RECORD_ONE = `
  with inserted as (${INSERT_SESSIONS} values ($1, $2, $3, $4, $5, $6, $7, $7, $7) ${RETURNING})
  ${INSERT_TOTALS}
  select user_id, course_id, 1, total_modules_studied, average_score_units * total_modules_studied,
    time_studied, $7, $7, $7, $7
  from inserted ${ADD_TO_TOTALS}`;

/** The modules of the course are read once: counted and compared with what the learner has studied. */
const WITH_MODULES = `
  cross join lateral (
    select count(*) as declared, array_agg(module_id) as ids
    from course_modules where course_id = t.course_id) of_course
  cross join lateral (
    select count(*) as studied, count(*) filter (where module_id = any (ids)) as studied_of_declared
    from studied_modules where user_id = t.user_id and course_id = t.course_id) of_learner`;

const TOTALS = `session_count, total_modules_studied, weighted_score_units, time_studied,
  first_completed_at, last_completed_at, studied, declared, studied_of_declared`;

/** Each with its place among the learners, from 1. */
export const STATS_MANY = `
  select place, ${TOTALS}
  from unnest($1::uuid[], $2::uuid[]) with ordinality as input (user_id, course_id, place)
  join course_stats t using (user_id, course_id) ${WITH_MODULES}`;

export const STATS_ONE = `
  select 1, ${TOTALS} from course_stats t ${WITH_MODULES} where t.user_id = $1 and t.course_id = $2`;
