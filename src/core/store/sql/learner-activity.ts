import { setImmediate } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import type { ActivityRange, DayPiece } from '../../model/activity-days.js';
import type { UserId } from '../../model/ids.js';
import type { DaySums } from '../../model/learner-activity.js';
import { DAY, toInstant } from '../../model/time.js';
import type { StoreContext } from '../store.js';

/**
 * Sessions per statement on SQLite, whose statements block the event loop. Most learners have fewer; grouping these
 * takes a few milliseconds.
 */
const SESSIONS_PER_STATEMENT = 5_000;

/** Reads the completion time of a learner's first session in any course from the rollups. */
export async function findFirstCompletion(
  context: StoreContext,
  userId: UserId,
): Promise<string | undefined> {
  const row = await context.kysely
    .selectFrom('course_stats')
    .select(({ fn }) => fn.min<string | null>('first_completed_at').as('first_completed_at'))
    .where('user_id', '=', context.id(userId))
    .executeTakeFirst();
  return row?.first_completed_at ?? undefined;
}

interface DaysCall {
  readonly userId: UserId;
  /** Sessions outside it are ignored. */
  readonly within: ActivityRange;
  readonly pieces: readonly DayPiece[];
  /** The range of the sums. A day without a session in it has zeros. */
  readonly range: ActivityRange;
}

/**
 * Sums a learner's sessions by day, in ascending order. Each session is read once. On Postgres, and for a learner of
 * few sessions, one statement reads all of them; otherwise a session that changes meanwhile may or may not count.
 */
export async function sumByDay(context: StoreContext, call: DaysCall): Promise<DaySums[]> {
  const days = new Map<number, DaySums>();
  for await (const part of partsOf(context, call.userId)) {
    for (const sums of await sumPart(context, call, part)) {
      const sum = days.get(sums.day);
      days.set(sums.day, sum ? added(sum, sums) : sums);
    }
  }
  return Array.from(days.values()).toSorted((a, b) => a.day - b.day);
}

/** Yields conditions that divide the learner's sessions by key. */
async function* partsOf(context: StoreContext, userId: UserId): AsyncGenerator<RawBuilder<boolean>> {
  let after = sql<boolean>`true`;
  if (context.dialect === 'postgres') {
    yield after;
    return;
  }
  for (;;) {
    const last = await context.kysely
      .selectFrom('study_sessions')
      .select(['course_id', 'session_id'])
      .where('user_id', '=', context.id(userId))
      .where(after)
      .orderBy('course_id')
      .orderBy('session_id')
      .offset(SESSIONS_PER_STATEMENT - 1)
      .limit(1)
      .executeTakeFirst();
    if (!last) break;
    const key = sql`(${context.id(last.course_id)}, ${context.id(last.session_id)})`;
    yield sql<boolean>`${after} and (course_id, session_id) <= ${key}`;
    after = sql<boolean>`(course_id, session_id) > ${key}`;
    await setImmediate();
  }
  yield after;
}

async function sumPart(
  context: StoreContext,
  { userId, within, pieces, range }: DaysCall,
  part: RawBuilder<boolean>,
): Promise<DaySums[]> {
  const inRange = sql`filter (where ${isWithin(context, range)})`;
  const { rows } = await sql<DaySums>`
    select (${MILLISECONDS[context.dialect]} + ${shiftOf(context, pieces)}) / ${DAY_LENGTH} as day,
      count(*) ${inRange} as "sessionCount",
      cast(coalesce(sum(total_modules_studied) ${inRange}, 0) as bigint) as "totalModulesStudied",
      cast(coalesce(sum(time_studied) ${inRange}, 0) as bigint) as "timeStudied"
    from study_sessions
    where user_id = ${context.id(userId)} and ${part} and ${isWithin(context, within)}
    group by 1`.execute(context.kysely);
  return rows;
}

function isWithin(context: StoreContext, { start, end }: ActivityRange): RawBuilder<boolean> {
  return sql<boolean>`completed_at >= ${context.instant(toInstant(start))}
    and completed_at < ${context.instant(toInstant(end))}`;
}

/** The completion time in milliseconds since 1970. */
const MILLISECONDS = {
  sqlite: sql`completed_at`,
  postgres: sql`cast(extract(epoch from completed_at) * 1000 as bigint)`,
} as const;
const DAY_LENGTH = sql.lit(DAY);

/** Nested conditions, so that the cost per session grows with the logarithm of the number of pieces. */
function shiftOf(context: StoreContext, pieces: readonly DayPiece[]): RawBuilder<unknown> {
  const middle = Math.floor(pieces.length / 2);
  const [piece] = pieces.slice(middle);
  if (!piece) throw new Error('A time has no days.');
  if (middle === 0) return bigint(piece.shift);
  return sql`case when completed_at < ${context.instant(toInstant(piece.start))}
    then ${shiftOf(context, pieces.slice(0, middle))}
    else ${shiftOf(context, pieces.slice(middle))} end`;
}

/** SQLite binds large numbers as floating point, and Postgres cannot infer the type of a value in a `case`. */
function bigint(value: number): RawBuilder<unknown> {
  return sql`cast(${value} as bigint)`;
}

function added(a: DaySums, b: DaySums): DaySums {
  return {
    day: a.day,
    sessionCount: a.sessionCount + b.sessionCount,
    totalModulesStudied: a.totalModulesStudied + b.totalModulesStudied,
    timeStudied: a.timeStudied + b.timeStudied,
  };
}
