import { sql, type RawBuilder } from 'kysely';
import type { CourseActivityItem } from '../../model/course-activity.js';
import type { SessionBounds, TimeRange } from '../../model/history.js';
import type { CourseId } from '../../model/ids.js';
import type { Interval } from '../../model/intervals.js';
import type { StoreContext } from '../store.js';
import { exactSum, SUMS, toCourseSums, type CourseSumsRow } from './exact-sums.js';

/** Reads the completion times of the first and the last session of a course. */
export async function findCourseBounds(context: StoreContext, courseId: CourseId): Promise<SessionBounds> {
  const row = await context.kysely
    .selectFrom('course_stats')
    .select((eb) => [
      eb.fn.min('first_completed_at').as('first_at'),
      eb.fn.max('last_completed_at').as('last_at'),
    ])
    .where('course_id', '=', context.id(courseId))
    .executeTakeFirst();
  return { first: row?.first_at ?? undefined, last: row?.last_at ?? undefined };
}

interface ActivityRow extends CourseSumsRow {
  readonly position: number;
  readonly active_learners: number;
}

/**
 * Reads the figures of each interval; the result has the order of the intervals, which must be adjacent.
 *
 * @param isWhole true if the intervals contain all sessions
 */
export async function readCourseActivity(
  context: StoreContext,
  courseId: CourseId,
  intervals: readonly Interval[],
  isWhole: boolean,
): Promise<CourseActivityItem[]> {
  const [first, last] = [intervals[0], intervals.at(-1)];
  if (!first || !last) return [];
  // A condition would make SQLite use the index by time, which is slower for many sessions.
  const range = isWhole ? undefined : { start: first.start, end: last.end };
  const starts = intervals.map(({ start }) => start);
  const active = new Map(
    (await sumCourseByInterval(context, courseId, starts, range)).map((row) => [row.position, row]),
  );
  const started = await countNewLearners(context, courseId, starts, range);
  return intervals.map(({ label }, position) => {
    const row = active.get(position);
    return {
      start: label,
      activeLearners: row?.active_learners ?? 0,
      newLearners: started.get(position) ?? 0,
      ...toCourseSums(row ?? NO_SESSIONS),
    };
  });
}

const NO_SESSIONS: CourseSumsRow = {
  session_count: 0,
  total_modules_studied: '0',
  scored_modules: '0',
  weighted_score_units: '0',
  time_studied: '0',
};

async function sumCourseByInterval(
  context: StoreContext,
  courseId: CourseId,
  starts: readonly string[],
  range: TimeRange | undefined,
): Promise<readonly ActivityRow[]> {
  const id = context.id(courseId);
  const position = positionOf(context, sql`completed_at`, starts);
  const sessions = sql`join study_sessions on study_sessions.user_id = learner.user_id
    and study_sessions.course_id = ${id} ${andWithin(context, sql`completed_at`, range)}`;
  const query = context.dialect === 'sqlite' ? sumOnSqlite : sumOnPostgres;
  return (await query(id, position, sessions).execute(context.kysely)).rows;
}

function sumOnSqlite(
  courseId: RawBuilder<unknown>,
  position: RawBuilder<number>,
  sessions: RawBuilder<unknown>,
) {
  const names = ['position', 'active_learners', 'session_count', ...SUMS];
  const columns = names.map((name) => sql`value ->> ${sql.lit(name)} as ${sql.ref(name)}`);
  // Materialized, because SQLite would compute the argument of `json_each` several times.
  return sql<ActivityRow>`
    with summed as materialized (
      select interval_sums(number, ${position}, total_modules_studied, average_score_units, time_studied) as intervals
      from (select user_id, row_number() over () as number from course_stats where course_id = ${courseId}) as learner
      ${sessions})
    select ${sql.join(columns)} from summed join json_each(summed.intervals)`;
}

/** Sums per learner first: to count distinct learners otherwise, Postgres would sort all sessions. */
function sumOnPostgres(
  courseId: RawBuilder<unknown>,
  position: RawBuilder<number>,
  sessions: RawBuilder<unknown>,
) {
  const sums = SUMS.map((name) => sql`${exactSum(sql.ref(name))} as ${sql.ref(name)}`);
  return sql<ActivityRow>`
    select position, count(*) as active_learners, cast(sum(session_count) as bigint) as session_count, ${sql.join(sums)}
    from (
      select learner.user_id, ${position} as position, count(*) as session_count,
        sum(total_modules_studied) as total_modules_studied,
        coalesce(sum(total_modules_studied) filter (where average_score_units is not null), 0) as scored_modules,
        cast(coalesce(sum(average_score_units * total_modules_studied), 0) as bigint) as weighted_score_units,
        sum(time_studied) as time_studied
      from (select user_id from course_stats where course_id = ${courseId}) as learner ${sessions}
      group by learner.user_id, 2
    ) as active
    group by position`;
}

async function countNewLearners(
  context: StoreContext,
  courseId: CourseId,
  starts: readonly string[],
  range: TimeRange | undefined,
): Promise<ReadonlyMap<number, number>> {
  const first = sql`first_completed_at`;
  const { rows } = await sql<{ readonly position: number; readonly learners: number }>`
    select ${positionOf(context, first, starts)} as position, count(*) as learners
    from course_stats
    where course_id = ${context.id(courseId)} ${andWithin(context, first, range)}
    group by 1`.execute(context.kysely);
  return new Map(rows.map((row) => [row.position, row.learners]));
}

function andWithin(context: StoreContext, time: RawBuilder<unknown>, range: TimeRange | undefined) {
  if (!range) return sql``;
  return sql`and ${time} >= ${context.instant(range.start)} and ${time} < ${context.instant(range.end)}`;
}

/** The position of the interval of a time that is not before the first one: a binary search among the starts. */
function positionOf(
  { dialect }: StoreContext,
  time: RawBuilder<unknown>,
  starts: readonly string[],
): RawBuilder<number> {
  if (dialect === 'postgres') {
    return sql`width_bucket(${time}, cast(${`{${starts.join()}}`} as timestamptz[])) - 1`;
  }
  const search = (from: number, to: number): RawBuilder<number> => {
    if (from === to) return sql`${sql.lit(from)}`;
    const middle = Math.ceil((from + to) / 2);
    const start = sql.lit(Date.parse(starts[middle] ?? ''));
    return sql`case when ${time} < ${start} then ${search(from, middle - 1)} else ${search(middle, to)} end`;
  };
  return search(0, starts.length - 1);
}
