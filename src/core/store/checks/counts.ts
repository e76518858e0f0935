import { sql } from 'kysely';
import type { Database } from '../database.js';
import { within, type Range } from './scope.js';
import { read } from './unhurried.js';

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
