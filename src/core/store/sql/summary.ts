import { sql, type RawBuilder } from 'kysely';
import * as z from 'zod';
import type { DialectName } from '../../../../migrations/columns.js';
import type { Course } from '../../model/course.js';
import { PROGRESS_BUCKETS, type CourseSummary, type Quartiles } from '../../model/course-summary.js';
import { STATUSES, type LearnerStatus, type StatusRule } from '../../model/course-status.js';
import type { CourseId } from '../../model/ids.js';
import { MAX_MODULE_IDS, MODULE_SEPARATOR } from '../../model/modules.js';
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
  const figures = await readFigures(context, courseId);
  const { learners, progressHistogram } = await countLearners(context, course, rule);
  const { studied, scored } = figures;
  const quartiles = (values: string | null, count: number) =>
    values === null || count < minLearners ? null : toQuartiles(values);
  return {
    courseId,
    name,
    moduleCount: moduleCount === 0 ? null : moduleCount,
    learners,
    ...toCourseSums(figures),
    firstCompletedAt: figures.first_completed_at,
    lastCompletedAt: figures.last_completed_at,
    progressHistogram,
    perLearner: {
      averageScore: quartiles(figures.average_scores, scored),
      timeStudied: quartiles(figures.times, studied),
      sessionCount: quartiles(figures.session_counts, studied),
    },
    modules: await countLearnersByModule(context, course),
    ...rule,
  };
}

interface FiguresRow extends CourseSumsRow {
  readonly first_completed_at: string | null;
  readonly last_completed_at: string | null;
  /** Learners with a session. */
  readonly studied: number;
  /** Learners with a score. */
  readonly scored: number;
  /** Quartiles as JSON; `null` without learners. */
  readonly average_scores: string | null;
  readonly times: string | null;
  readonly session_counts: string | null;
}

/** Reads the sums and the distributions of the rollups. */
async function readFigures(context: StoreContext, courseId: CourseId): Promise<FiguresRow> {
  const averageScore = averageScoreOf(context.dialect);
  const quartiles = QUARTILES[context.dialect];
  const { rows } = await sql<FiguresRow>`
    select count(*) as studied, count(${averageScore}) as scored,
      cast(coalesce(sum(session_count), 0) as bigint) as session_count,
      ${sql.join(SUMS.map((name) => sql`${exactSum(sql.ref(name))} as ${sql.ref(name)}`))},
      min(first_completed_at) as first_completed_at, max(last_completed_at) as last_completed_at,
      ${quartiles(averageScore)} as average_scores, ${quartiles(sql.ref('time_studied'))} as times,
      ${quartiles(sql.ref('session_count'))} as session_counts
    from course_stats where course_id = ${context.id(courseId)}`.execute(context.kysely);
  const [row] = rows;
  if (!row) throw new Error('An aggregate returned no row.');
  return row;
}

/** Quantiles by nearest rank: the value at the rank ⌈q × n⌉ of n values. On SQLite, `quartiles` is a function of ours. */
const QUARTILES: Readonly<Record<DialectName, (value: RawBuilder<unknown>) => RawBuilder<string | null>>> = {
  sqlite: (value) => sql`quartiles(${value})`,
  postgres: (value) =>
    sql`cast(to_json(percentile_disc(array[0, 0.25, 0.5, 0.75, 1]) within group (order by ${value})) as text)`,
};

const number = z.number();
const quartilesSchema = z.tuple([number, number, number, number, number]);

function toQuartiles(json: string): Quartiles {
  const [min, p25, median, p75, max] = quartilesSchema.parse(JSON.parse(json));
  return { min, p25, median, p75, max };
}

interface ProgressRow extends Readonly<Record<LearnerStatus, number>> {
  readonly studied_of_declared: number;
  readonly learners: number;
  readonly enrolled: number;
}

/** Counts the learners by status and by progress. */
async function countLearners(
  context: StoreContext,
  { courseId, moduleIds }: Course,
  rule: StatusRule,
): Promise<Pick<CourseSummary, 'learners' | 'progressHistogram'>> {
  const moduleCount = moduleIds.length;
  const conditions = statusConditions(context, moduleCount, rule);
  const join = moduleCount === 0 ? joinLearners : joinLearnersAndModules;
  const studied = moduleCount === 0 ? sql<number>`0` : STUDIED_OF_DECLARED;
  const { rows } = await sql<ProgressRow>`
    select ${studied} as studied_of_declared, count(*) as learners, count(enrolments.user_id) as enrolled,
      ${sql.join(STATUSES.map((status) => sql`count(*) filter (where ${conditions[status]}) as ${sql.ref(status)}`))}
    from ${join(context, { courseId, ids: learnersOf(context, courseId) })}
    group by 1`.execute(context.kysely);
  const sum = (name: Exclude<keyof ProgressRow, 'studied_of_declared'>) =>
    rows.reduce((total, row) => total + row[name], 0);
  const progressHistogram = Array<number>(PROGRESS_BUCKETS).fill(0);
  for (const { studied_of_declared: modules, learners } of moduleCount === 0 ? [] : rows) {
    // The last bucket includes 1.
    const bucket = Math.min(Math.floor((modules * PROGRESS_BUCKETS) / moduleCount), PROGRESS_BUCKETS - 1);
    progressHistogram[bucket] = (progressHistogram[bucket] ?? 0) + learners;
  }
  return {
    learners: {
      total: sum('learners'),
      enrolled: sum('enrolled'),
      notStarted: sum('not-started'),
      active: sum('active'),
      inactive: sum('inactive'),
      completed: sum('completed'),
    },
    progressHistogram,
  };
}

interface ModuleRow {
  readonly module_id: string;
  readonly learners: number;
}

/** The declared modules, also those that no learner has studied; without any, the first ones that were studied. */
async function countLearnersByModule(context: StoreContext, course: Course) {
  const { moduleIds } = course;
  const count = context.dialect === 'sqlite' && moduleIds.length > 0 ? countDeclaredOnSqlite : countStudied;
  const { rows } = await count(context, course).execute(context.kysely);
  const learners = new Map(rows.map((row) => [row.module_id, row.learners]));
  const listed = moduleIds.length === 0 ? learners.keys() : moduleIds;
  return Array.from(listed, (moduleId) => ({ moduleId, learners: learners.get(moduleId) ?? 0 }));
}

/** Starts from the rollups, because no index of `studied_modules` begins with the course. */
function countStudied(context: StoreContext, { courseId, moduleIds }: Course) {
  const id = context.id(courseId);
  const isDeclared =
    moduleIds.length === 0
      ? sql``
      : sql`where studied_modules.module_id in (select module_id from course_modules where course_modules.course_id = ${id})`;
  return sql<ModuleRow>`
    select studied_modules.module_id, count(*) as learners
    from (select user_id from course_stats where course_id = ${id}) as learner
    join studied_modules on studied_modules.user_id = learner.user_id and studied_modules.course_id = ${id}
    ${isDeclared}
    group by studied_modules.module_id
    order by studied_modules.module_id limit ${sql.lit(MAX_MODULE_IDS)}`;
}

/** Twice as fast on SQLite, which would sort the rows to group them. Without declared modules, the counts have no limit. */
function countDeclaredOnSqlite(context: StoreContext, { courseId, moduleIds }: Course) {
  const id = context.id(courseId);
  const separator = sql.lit(MODULE_SEPARATOR);
  return sql<ModuleRow>`
    select value ->> 0 as module_id, value ->> 1 as learners
    from (
      select module_counts(${separator}, ${moduleIds.join(MODULE_SEPARATOR)}, (
        select group_concat(module_id, ${separator}) from studied_modules
        where studied_modules.user_id = course_stats.user_id and studied_modules.course_id = ${id})) as counts
      from course_stats where course_id = ${id}
    ) join json_each(counts)`;
}
