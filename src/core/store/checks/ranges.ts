import { setImmediate } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import type { Counts } from '../../model/checks.js';
import { LAST_INSTANT } from '../../model/time.js';
import type { Store, StoreContext } from '../store.js';

/** Rows of each table in a range, before its last learner is completed. */
const ROWS = 10_000;

const TABLES = ['study_sessions', 'course_stats', 'studied_modules'] as const;

/** The rows to check: all, or those of one learner, one course, or one learner in one course. */
interface Scope {
  readonly userId?: string | undefined;
  readonly courseId?: string | undefined;
}

/** A part of a scope in the order of the primary keys: after one learner, up to and including another. */
export interface Range extends Scope {
  readonly after?: KeyColumns | undefined;
  readonly upTo?: KeyColumns | undefined;
}

export interface KeyColumns {
  readonly user_id: string;
  readonly course_id: string;
}

/**
 * Divides a scope into ranges, so that memory and the duration of a snapshot are bounded for any number of
 * sessions. All rows of a learner in a course belong to one range.
 */
export async function* rangesOf(store: Store, scope: Scope): AsyncGenerator<Range> {
  let after: KeyColumns | undefined;
  do {
    const rest = { ...scope, after };
    const upTo = await findEnd(store, rest);
    yield { ...rest, upTo };
    after = upTo;
    // SQLite queries block the event loop; signals are handled between ranges.
    await setImmediate();
  } while (after);
}

/** Returns the last learner of the next range, or `undefined` if the rest fits into one range. */
async function findEnd(store: Store, rest: Range): Promise<KeyColumns | undefined> {
  const ends = TABLES.map(
    (table) => sql`select * from (
      select user_id, course_id from ${sql.ref(table)} where ${within(store, rest)}
      order by user_id, course_id limit 1 offset ${sql.lit(ROWS)}) as ${sql.ref(`end_of_${table}`)}`,
  );
  const [end] = await read(
    store,
    sql<KeyColumns>`select user_id, course_id from (${sql.join(ends, sql` union all `)}) as ends
      order by user_id, course_id limit 1`,
  );
  return end;
}

export async function countRows(store: Store, range: Range): Promise<Counts> {
  const where = within(store, range);
  const [counts] = await read(
    store,
    sql<Counts>`select (select count(*) from study_sessions where ${where}) as sessions,
      (select count(*) from course_stats where ${where}) as ${sql.ref('lifetimeStats')},
      (select count(*) from studied_modules where ${where}) as ${sql.ref('moduleCounts')}`,
  );
  if (!counts) throw new Error('The database did not count its rows.');
  return counts;
}

/** The SQL condition that selects the rows of a range, in any table with learners. */
export function within(context: StoreContext, { userId, courseId, after, upTo }: Range): RawBuilder<unknown> {
  const keyOf = (key: KeyColumns) => sql`(${context.id(key.user_id)}, ${context.id(key.course_id)})`;
  const conditions = [
    userId !== undefined && sql`user_id = ${context.id(userId)}`,
    courseId !== undefined && sql`course_id = ${context.id(courseId)}`,
    after && sql`(user_id, course_id) > ${keyOf(after)}`,
    upTo && sql`(user_id, course_id) <= ${keyOf(upTo)}`,
  ].filter((condition) => typeof condition === 'object');
  return conditions.length === 0 ? sql`1 = 1` : sql.join(conditions, sql` and `);
}

/** A time as RFC 3339 text. A time outside the years 1970 to 9999 has the database's own format. */
export function instantText(dialect: DialectName, value: RawBuilder<unknown>): RawBuilder<unknown> {
  if (dialect === 'sqlite') {
    return sql`case when ${value} between 0 and ${sql.lit(LAST_INSTANT)}
      then strftime('%Y-%m-%dT%H:%M:%fZ', ${value} / 1000.0, 'unixepoch') else cast(${value} as text) end`;
  }
  return sql`case when ${value} >= timestamptz '1970-01-01Z' and ${value} < timestamptz '10000-01-01Z'
    then to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    else cast(${value} as text) end`;
}

/** Runs `work` without timeouts; on SQLite without a transaction, which would block writers. */
export function withoutTimeout<T>(store: Store, work: (context: StoreContext) => Promise<T>): Promise<T> {
  return store.dialect === 'sqlite' ? work(store) : store.transact(work, { unlimited: true });
}

/** Runs a query without timeouts on its own snapshot; writers are not blocked. */
export function read<Row>(store: Store, query: RawBuilder<Row>): Promise<readonly Row[]> {
  return withoutTimeout(store, async ({ kysely }) => (await query.execute(kysely)).rows);
}
