import { sql, type RawBuilder } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import { inactiveBefore, type LearnerStatus, type StatusRule } from '../../model/course-status.js';
import type { CourseId, UserId } from '../../model/ids.js';
import type { SortOrder } from '../../model/roster.js';
import { UNITS_PER_SCORE } from '../../model/score.js';
import type { StoreContext } from '../store.js';

/*
 * The learners of a course are everyone with an enrolment or a rollup row in it. A statement selects them from
 * `joinLearners`, with the tables `learner` (user_id), `course_stats` and `enrolments`.
 */

interface LearnerSelection {
  /** Only learners after this one. */
  readonly after?: { readonly userId: UserId; readonly order: SortOrder } | undefined;
  /** Only this learner. */
  readonly only?: UserId | undefined;
}

/** Selects the ids of the learners, each once. */
export function learnersOf(
  context: StoreContext,
  courseId: CourseId,
  { only, after }: LearnerSelection = {},
): RawBuilder<unknown> {
  const conditions = [sql`course_id = ${context.id(courseId)}`];
  if (only) conditions.push(sql`user_id = ${context.id(only)}`);
  if (after) conditions.push(sql`user_id ${isBeyond(after.order)} ${context.id(after.userId)}`);
  const where = sql.join(conditions, sql` and `);
  // Not a full join, which SQLite would run as a comparison of all pairs.
  return sql`select user_id from course_stats where ${where}
    union select user_id from enrolments where ${where}`;
}

/** The operator for keys after another one. */
export function isBeyond(order: SortOrder): RawBuilder<unknown> {
  return order === 'asc' ? sql`>` : sql`<`;
}

/** Joins the rollup and the enrolment of each learner, either of which may be missing. */
export function joinLearners(
  context: StoreContext,
  courseId: CourseId,
  learners: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const id = context.id(courseId);
  return sql`(${learners}) as learner
    left join course_stats on course_stats.user_id = learner.user_id and course_stats.course_id = ${id}
    left join enrolments on enrolments.user_id = learner.user_id and enrolments.course_id = ${id}`;
}

/** The same with `studied_of_declared`, the number of declared modules that each learner has studied. */
export function joinLearnersAndModules(
  context: StoreContext,
  courseId: CourseId,
  learners: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const id = context.id(courseId);
  const counted = sql`select count(*) as studied_of_declared from studied_modules
    where studied_modules.user_id = learner.user_id and studied_modules.course_id = ${id}
      and module_id in (select module_id from course_modules where course_modules.course_id = ${id})`;
  if (context.dialect === 'postgres') {
    return sql`${joinLearners(context, courseId, learners)} cross join lateral (${counted}) as studied`;
  }
  // SQLite has no lateral joins. Without the limit, it would count again at each use of the number.
  const withCount = sql`select user_id, (${counted}) as studied_of_declared
    from (${learners}) as learner limit -1`;
  return joinLearners(context, courseId, withCount);
}

/** The condition of each status, which `statusOf` decides in the same way for one row. */
export function statusConditions(
  context: StoreContext,
  moduleCount: number,
  rule: StatusRule,
): Readonly<Record<LearnerStatus, RawBuilder<unknown>>> {
  const hasStudied = sql`course_stats.user_id is not null`;
  const isCompleted = moduleCount === 0 ? sql`1 = 0` : sql`studied_of_declared = ${moduleCount}`;
  const isInactive = sql`course_stats.last_completed_at < ${context.instant(inactiveBefore(rule))}`;
  return {
    'not-started': sql`course_stats.user_id is null`,
    completed: sql`(${hasStudied} and ${isCompleted})`,
    inactive: sql`(${hasStudied} and not ${isCompleted} and ${isInactive})`,
    active: sql`(${hasStudied} and not ${isCompleted} and not ${isInactive})`,
  };
}

/** Integers up to this one are exact as doubles. */
const EXACT = sql.lit(Number.MAX_SAFE_INTEGER);
const MAX_EXACT_MODULES = sql.lit(Math.floor(Number.MAX_SAFE_INTEGER / UNITS_PER_SCORE));
/** Decimals that decide how any quotient of these integers is rounded to a double. */
const DECIMALS = sql.lit(70);

/**
 * The average score of a rollup: the double nearest to the exact quotient, as `averageScore()` computes it. The
 * division of two doubles is rounded correctly if both are exact; larger integers are divided with more digits.
 */
export function averageScoreOf(dialect: DialectName): RawBuilder<number> {
  const weighted = sql.ref('course_stats.weighted_score_units');
  const modules = sql.ref('course_stats.scored_modules');
  const scale = sql.lit(UNITS_PER_SCORE);
  const divided =
    dialect === 'sqlite'
      ? sql`nearest_quotient(${weighted}, ${modules}, ${scale})`
      : sql`cast(cast(${weighted} as numeric(100, ${DECIMALS})) / (cast(${modules} as numeric) * ${scale})
          as double precision)`;
  return sql`case
    when ${modules} > 0 and ${modules} <= ${MAX_EXACT_MODULES} and ${weighted} <= ${EXACT}
      then cast(${weighted} as double precision) / (${modules} * ${scale})
    when ${modules} > 0 then ${divided} end`;
}
