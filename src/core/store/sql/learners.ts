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

export interface LearnerSelection {
  /** Only learners after this one. */
  readonly after?: { readonly userId: UserId; readonly order: SortOrder } | undefined;
  /** Only this learner. */
  readonly only?: UserId | undefined;
}

/** Selects the ids of the learners, each once. */
export function learnersOf(
  context: StoreContext,
  courseId: CourseId,
  selection: LearnerSelection = {},
): RawBuilder<unknown> {
  // Not a full join, which SQLite would run as a comparison of all pairs.
  return sql`select user_id from course_stats where ${isSelected(context, 'course_stats', courseId, selection)}
    union select user_id from enrolments where ${isSelected(context, 'enrolments', courseId, selection)}`;
}

/** The condition for the rows of the learners. */
function isSelected(
  context: StoreContext,
  table: 'course_stats' | 'enrolments',
  courseId: CourseId,
  { only, after }: LearnerSelection,
): RawBuilder<unknown> {
  const userId = sql.ref(`${table}.user_id`);
  const conditions = [sql`${sql.ref(`${table}.course_id`)} = ${context.id(courseId)}`];
  if (only) conditions.push(sql`${userId} = ${context.id(only)}`);
  if (after) conditions.push(sql`${userId} ${isBeyond(after.order)} ${context.id(after.userId)}`);
  return sql.join(conditions, sql` and `);
}

/** The operator for keys after another one. */
export function isBeyond(order: SortOrder): RawBuilder<unknown> {
  return order === 'asc' ? sql`>` : sql`<`;
}

/** A selection of learners to be joined. */
interface Learners {
  readonly courseId: CourseId;
  /** Selects their ids. */
  readonly ids: RawBuilder<unknown>;
  /** Named in each join, because Citus does not conclude from the ids that all rows are on one shard. */
  readonly selection?: LearnerSelection;
}

/** Joins the rollup and the enrolment of each learner, either of which may be missing. */
export function joinLearners(
  context: StoreContext,
  { courseId, ids, selection = {} }: Learners,
  rollups = sql`course_stats`,
): RawBuilder<unknown> {
  return sql`(${ids}) as learner
    left join ${rollups} on course_stats.user_id = learner.user_id
      and ${isSelected(context, 'course_stats', courseId, selection)}
    left join enrolments on enrolments.user_id = learner.user_id
      and ${isSelected(context, 'enrolments', courseId, selection)}`;
}

/** The same with the number of declared modules that each learner has studied: {@link STUDIED_OF_DECLARED}. */
export function joinLearnersAndModules(context: StoreContext, learners: Learners): RawBuilder<unknown> {
  const { courseId, ids, selection = {} } = learners;
  const id = context.id(courseId);
  // The plus keeps SQLite from seeking once per declared module, instead of reading the modules of the learner.
  const moduleId = context.dialect === 'sqlite' ? sql`+module_id` : sql`module_id`;
  const countOf = (table: 'course_stats' | 'learner') =>
    sql`select count(*) as studied_of_declared from studied_modules
      where studied_modules.user_id = ${sql.ref(`${table}.user_id`)} and studied_modules.course_id = ${id}
        and ${moduleId} in (select module_id from course_modules where course_modules.course_id = ${id})`;
  if (context.isSharded) {
    // Citus rejects a lateral join here, so it counts for all rollups on their shards.
    const rollups = sql`(select course_stats.*, (${countOf('course_stats')}) as studied_of_declared
      from course_stats where ${isSelected(context, 'course_stats', courseId, selection)}) as course_stats`;
    return joinLearners(context, learners, rollups);
  }
  if (context.dialect === 'postgres') {
    // A page of the learners with a status ends before all are counted.
    return sql`${joinLearners(context, learners)} cross join lateral (${countOf('learner')}) as studied`;
  }
  // SQLite has no lateral joins. Without the limit, it would count again at each use of the number.
  const withCount = sql`select user_id, (${countOf('learner')}) as studied_of_declared
    from (${ids}) as learner limit -1`;
  return joinLearners(context, { ...learners, ids: withCount });
}

/** On Citus, the number is `null` for a learner without a rollup. */
export const STUDIED_OF_DECLARED = sql<number>`coalesce(studied_of_declared, 0)`;

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
