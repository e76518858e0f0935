import { sql, type RawBuilder } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import { inTransaction, type Database, type StoreContext } from '../database.js';

/** Whose rows are looked at: everyone's, one learner's, one course's, or one learner's in one course. */
export interface Scope {
  readonly userId?: string | undefined;
  readonly courseId?: string | undefined;
}

/** Text whatever it says: a file that others wrote to may have other ids than ours. */
export interface KeyColumns {
  readonly user_id: string;
  readonly course_id: string;
}

/** Learners in their courses, in the order of the primary keys: after one, and up to another and with it. */
export interface Range extends Scope {
  readonly after?: KeyColumns | undefined;
  readonly upTo?: KeyColumns | undefined;
}

/** As text on both databases: Postgres has a type of its own for ids. */
export const KEY = sql`cast(user_id as text) as user_id, cast(course_id as text) as course_id`;

/** The condition for a row of any table of a learner's data. */
export function within({ userId, courseId, after, upTo }: Range): RawBuilder<unknown> {
  const conditions = [
    userId !== undefined && sql`user_id = ${userId}`,
    courseId !== undefined && sql`course_id = ${courseId}`,
    after && sql`(user_id, course_id) > (${after.user_id}, ${after.course_id})`,
    upTo && sql`(user_id, course_id) <= (${upTo.user_id}, ${upTo.course_id})`,
  ].filter((condition) => typeof condition === 'object');
  return conditions.length === 0 ? sql`1 = 1` : sql.join(conditions, sql` and `);
}

/** An instant as RFC 3339 text; one outside the years 1970 to 9999 as the database writes it. */
export function instantText(dialect: DialectName, value: RawBuilder<unknown>): RawBuilder<unknown> {
  if (dialect === 'sqlite') return value;
  return sql`case when ${value} >= timestamptz '1970-01-01Z' and ${value} < timestamptz '10000-01-01Z'
    then to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    else cast(${value} as text) end`;
}

/** Reading everything may take long. A transaction on SQLite would keep others from writing meanwhile. */
export function unhurried<T>(database: Database, work: (context: StoreContext) => Promise<T>): Promise<T> {
  return database.dialect === 'sqlite' ? work(database) : inTransaction(database, work, { unlimited: true });
}

/** Runs a query on a snapshot of its own, which blocks no writer. */
export function read<Row>(database: Database, query: RawBuilder<Row>): Promise<readonly Row[]> {
  return unhurried(database, async ({ kysely }) => (await query.execute(kysely)).rows);
}
