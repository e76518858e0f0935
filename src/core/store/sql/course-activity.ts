import { sql, type RawBuilder } from 'kysely';
import type { CourseActivityItem } from '../../model/course-activity.js';
import type { SessionBounds, TimeRange } from '../../model/history.js';
import type { CourseId } from '../../model/ids.js';
import type { StoreContext } from '../store.js';
import { exactSum, toCourseSums, type CourseSumsRow } from './exact-sums.js';

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

/** The figures of each interval; the result has the order of the intervals, which must be adjacent. */
export async function readCourseActivity(
  context: StoreContext,
  courseId: CourseId,
  intervals: readonly (TimeRange & { readonly label: string })[],
): Promise<CourseActivityItem[]> {
  const [first, last] = [intervals[0], intervals.at(-1)];
  if (!first || !last) return [];
  const range = { start: first.start, end: last.end };
  const starts = intervals.map(({ start }) => start);
  const active = new Map(
    (await sumByInterval(context, courseId, starts, range)).map((row) => [row.position, row]),
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
  total_modules_studied: '0:0',
  scored_modules: '0:0',
  weighted_score_units: '0:0',
  time_studied: '0:0',
};

/** Sums per learner first: to count distinct learners otherwise, Postgres would sort all sessions. */
async function sumByInterval(
  context: StoreContext,
  courseId: CourseId,
  starts: readonly string[],
  range: TimeRange,
): Promise<readonly ActivityRow[]> {
  const id = context.id(courseId);
  const { rows } = await sql<ActivityRow>`
    select position, count(*) as active_learners, cast(sum(sessions) as bigint) as session_count,
      ${exactSum(sql`modules`)} as total_modules_studied, ${exactSum(sql`scored`)} as scored_modules,
      ${exactSum(sql`weighted`)} as weighted_score_units, ${exactSum(sql`time`)} as time_studied
    from (
      select study_sessions.user_id, ${positionOf(context, sql`completed_at`, starts)} as position,
        count(*) as sessions, cast(sum(total_modules_studied) as bigint) as modules,
        cast(sum(case when average_score_units is null then 0 else total_modules_studied end) as bigint) as scored,
        cast(sum(coalesce(average_score_units * total_modules_studied, 0)) as bigint) as weighted,
        cast(sum(study_sessions.time_studied) as bigint) as time
      from (select user_id from course_stats where course_id = ${id}) as learner
      join study_sessions on study_sessions.user_id = learner.user_id and study_sessions.course_id = ${id}
      where ${isWithin(context, sql`completed_at`, range)}
      group by study_sessions.user_id, 2
    ) as active
    group by position`.execute(context.kysely);
  return rows;
}

async function countNewLearners(
  context: StoreContext,
  courseId: CourseId,
  starts: readonly string[],
  range: TimeRange,
): Promise<ReadonlyMap<number, number>> {
  const first = sql`first_completed_at`;
  const { rows } = await sql<{ readonly position: number; readonly learners: number }>`
    select ${positionOf(context, first, starts)} as position, count(*) as learners
    from course_stats
    where course_id = ${context.id(courseId)} and ${isWithin(context, first, range)}
    group by 1`.execute(context.kysely);
  return new Map(rows.map((row) => [row.position, row.learners]));
}

function isWithin(context: StoreContext, time: RawBuilder<unknown>, { start, end }: TimeRange) {
  return sql`(${time} >= ${context.instant(start)} and ${time} < ${context.instant(end)})`;
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
