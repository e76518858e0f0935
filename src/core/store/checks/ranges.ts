import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../database.js';
import { KEY, read, within, type KeyColumns, type Range, type Scope } from './scope.js';

/** Rows of each table in a range, but for what the last learner has more. */
const ROWS = 10_000;

const TABLES = ['study_sessions', 'course_stats', 'studied_modules'] as const;

/**
 * Everyone, a part at a time: what is compared, kept in memory and looked at in one moment is bounded, however
 * many sessions there are. Nobody stands in two parts.
 */
export async function* rangesOf(database: Database, scope: Scope): AsyncGenerator<Range> {
  let after: KeyColumns | undefined;
  do {
    const rest = { ...scope, after };
    const upTo = await findEnd(database, rest);
    yield { ...rest, upTo };
    after = upTo;
    // SQLite waits for nothing, so that without this nobody could interrupt.
    await setImmediate();
  } while (after);
}

/** `undefined` where no table has more rows than fit. */
async function findEnd(database: Database, rest: Range): Promise<KeyColumns | undefined> {
  const ends = TABLES.map(
    (table) => sql`select * from (
      select user_id, course_id from ${sql.ref(table)} where ${within(rest)}
      order by user_id, course_id limit 1 offset ${sql.lit(ROWS)}) as ${sql.ref(`end_of_${table}`)}`,
  );
  const [end] = await read(
    database,
    sql<KeyColumns>`select ${KEY} from (${sql.join(ends, sql` union all `)}) as ends
      order by ends.user_id, ends.course_id limit 1`,
  );
  return end;
}

/** How many rows a range has. */
export interface Counts {
  readonly sessions: number;
  readonly lifetimeStats: number;
  readonly moduleCounts: number;
}

export async function countRows(database: Database, range: Range): Promise<Counts> {
  const where = within(range);
  const [counts] = await read(
    database,
    sql<Counts>`select (select count(*) from study_sessions where ${where}) as sessions,
      (select count(*) from course_stats where ${where}) as ${sql.ref('lifetimeStats')},
      (select count(*) from studied_modules where ${where}) as ${sql.ref('moduleCounts')}`,
  );
  if (!counts) throw new Error('The database did not count its rows.');
  return counts;
}
