import { sql, type RawBuilder } from 'kysely';
import type { Course } from '../../model/course.js';
import { PROGRESS_BUCKETS, type CourseSummary, type Quartiles } from '../../model/course-summary.js';
import { STATUSES, type LearnerStatus, type StatusRule } from '../../model/course-status.js';
import { MAX_MODULE_IDS } from '../../model/modules.js';
import type { StoreContext } from '../store.js';
import { exactSum, SUMS, toCourseSums, type CourseSumsRow } from './exact-sums.js';
import {
  averageScoreOf,
  joinLearners,
  joinLearnersAndModules,
  learnersOf,
  STUDIED_OF_DECLARED,
  statusConditions,
} from './learners.js';

/**
 * Reads the figures of a course.
 *
 * @param minLearners below this number of learners a distribution has no quantiles
 * @throws {StatsError} `total-out-of-range`
 */
export async function summarizeCourse(
  context: StoreContext,
  course: Course,
  rule: StatusRule,
  minLearners: number,
): Promise<CourseSummary> {
  const { courseId, name, moduleIds } = course;
  const moduleCount = moduleIds.length;
  const figures = await readFigures(context, course, rule);
  const quartiles = (value: RawBuilder<number>) => readQuartiles(context, course, value, minLearners);
  return {
    courseId,
    name,
    moduleCount: moduleCount === 0 ? null : moduleCount,
    learners: {
      total: figures.total,
      enrolled: figures.enrolled,
      notStarted: figures['not-started'],
      active: figures.active,
      inactive: figures.inactive,
      completed: figures.completed,
    },
    ...toCourseSums(figures),
    firstCompletedAt: figures.first_completed_at,
    lastCompletedAt: figures.last_completed_at,
    progressHistogram: bucketNames().map((bucket) => figures[bucket] ?? 0),
    perLearner: {
      averageScore: await quartiles(averageScoreOf(context.dialect)),
      timeStudied: await quartiles(sql`course_stats.time_studied`),
      sessionCount: await quartiles(sql`course_stats.session_count`),
    },
    modules: await countLearnersByModule(context, course),
    ...rule,
  };
}

interface FiguresRow extends CourseSumsRow, Readonly<Record<LearnerStatus, number>> {
  readonly [bucket: `bucket${number}`]: number;
  readonly total: number;
  readonly enrolled: number;
  readonly first_completed_at: string | null;
  readonly last_completed_at: string | null;
}

function bucketNames() {
  return Array.from({ length: PROGRESS_BUCKETS }, (_, index) => `bucket${index}` as const);
}

function count(condition: RawBuilder<unknown>): RawBuilder<number> {
  return sql`count(*) filter (where ${condition})`;
}

async function readFigures(
  context: StoreContext,
  { courseId, moduleIds }: Course,
  rule: StatusRule,
): Promise<FiguresRow> {
  const moduleCount = moduleIds.length;
  const conditions = statusConditions(context, moduleCount, rule);
  const statuses = STATUSES.map((status) => sql`${count(conditions[status])} as ${sql.ref(status)}`);
  const buckets = bucketNames().map((name, index) => {
    if (moduleCount === 0) return sql`0 as ${sql.ref(name)}`;
    // The last bucket includes 1.
    const comparison = index === PROGRESS_BUCKETS - 1 ? sql`>=` : sql`=`;
    // SQLite receives every number as a double, by which the division would not be one of integers.
    const declared = sql`cast(${moduleCount} as bigint)`;
    const bucket = sql`${STUDIED_OF_DECLARED} * ${sql.lit(PROGRESS_BUCKETS)} / ${declared}`;
    return sql`${count(sql`${bucket} ${comparison} ${sql.lit(index)}`)} as ${sql.ref(name)}`;
  });
  const join = moduleCount === 0 ? joinLearners : joinLearnersAndModules;
  const { rows } = await sql<FiguresRow>`
    select count(*) as total, count(enrolments.user_id) as enrolled, ${sql.join([...statuses, ...buckets])},
      cast(coalesce(sum(course_stats.session_count), 0) as bigint) as session_count,
      ${sql.join(SUMS.map((name) => sql`${exactSum(sql.ref(`course_stats.${name}`))} as ${sql.ref(name)}`))},
      min(course_stats.first_completed_at) as first_completed_at,
      max(course_stats.last_completed_at) as last_completed_at
    from ${join(context, { courseId, ids: learnersOf(context, courseId) })}`.execute(context.kysely);
  const [row] = rows;
  if (!row) throw new Error('An aggregate returned no row.');
  return row;
}

/** Quantiles by nearest rank: the value at the rank ⌈q × n⌉ of n values. */
async function readQuartiles(
  context: StoreContext,
  { courseId }: Course,
  value: RawBuilder<number>,
  minLearners: number,
): Promise<Quartiles | null> {
  const { rows } = await sql<{ readonly value: number; readonly rank: number; readonly amount: number }>`
    select value, rank, amount from (
      select value, row_number() over (order by value) as rank, count(*) over () as amount
      from (select ${value} as value from course_stats where course_id = ${context.id(courseId)}) as learner
      where value is not null
    ) as ranked
    where rank in (1, (amount + 3) / 4, (amount + 1) / 2, (3 * amount + 3) / 4, amount)`.execute(
    context.kysely,
  );
  const amount = rows[0]?.amount ?? 0;
  if (amount === 0 || amount < minLearners) return null;
  const values = new Map(rows.map((row) => [row.rank, row.value]));
  const at = (quantile: number) => valueAt(values, Math.max(1, Math.ceil(quantile * amount)));
  return { min: at(0), p25: at(0.25), median: at(0.5), p75: at(0.75), max: at(1) };
}

function valueAt(values: ReadonlyMap<number, number>, rank: number): number {
  const value = values.get(rank);
  if (value === undefined) throw new Error(`No value has the rank ${rank}.`);
  return value;
}

interface ModuleRow {
  readonly module_id: string;
  readonly learners: number;
}

/**
 * The declared modules, also those that no learner has studied; without any, the first ones that were studied. Starts from
 * the rollups, because no index of `studied_modules` begins with the course.
 */
async function countLearnersByModule(context: StoreContext, { courseId, moduleIds }: Course) {
  const id = context.id(courseId);
  const isDeclared =
    moduleIds.length === 0
      ? sql``
      : sql`where studied_modules.module_id in (select module_id from course_modules where course_modules.course_id = ${id})`;
  const { rows } = await sql<ModuleRow>`
    select studied_modules.module_id, count(*) as learners
    from (select user_id from course_stats where course_id = ${id}) as learner
    join studied_modules on studied_modules.user_id = learner.user_id and studied_modules.course_id = ${id}
    ${isDeclared}
    group by studied_modules.module_id
    order by studied_modules.module_id limit ${sql.lit(MAX_MODULE_IDS)}`.execute(context.kysely);
  const learners = new Map(rows.map((row) => [row.module_id, row.learners]));
  const listed = moduleIds.length === 0 ? learners.keys() : moduleIds;
  return Array.from(listed, (moduleId) => ({ moduleId, learners: learners.get(moduleId) ?? 0 }));
}
