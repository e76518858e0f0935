import { sql } from 'kysely';
import type { Database } from '../database.js';
import type { ModuleDifference } from './difference.js';
import { KEY, read, within, type KeyColumns, type Range } from './scope.js';
import { countModules } from './sums.js';

/** Rows at a time: a learner may have any number of modules. */
const PAGE = 5_000;

interface Row extends KeyColumns {
  readonly module_id: string;
  readonly kept: string | null;
  readonly real: string | null;
}

/** The modules whose count is not that of the sessions that studied them, page by page. */
export async function* findDifferingModules(
  database: Database,
  range: Range,
): AsyncGenerator<readonly ModuleDifference[]> {
  let last: Row | undefined;
  do {
    const rows: readonly Row[] = await readPage(database, range, last);
    yield rows.map(({ user_id, course_id, module_id, kept, real }) => ({
      kind: 'module',
      userId: user_id,
      courseId: course_id,
      moduleId: module_id,
      what: 'sessionCount',
      kept,
      real,
    }));
    last = rows.length < PAGE ? undefined : rows.at(-1);
  } while (last);
}

/**
 * Both counts in one statement, so that nothing recorded meanwhile stands in one and not in the other. Not joined:
 * SQLite would look through all of one side for each row of the other.
 */
function readPage(database: Database, range: Range, last: Row | undefined): Promise<readonly Row[]> {
  const rest = last
    ? sql`(user_id, course_id, module_id) > (${last.user_id}, ${last.course_id}, ${last.module_id})`
    : sql`1 = 1`;
  return read(
    database,
    sql<Row>`
      select ${KEY}, module_id, cast(kept as text) as kept, cast(real as text) as real from (
        select user_id, course_id, module_id, max(kept) as kept, max(real) as real from (
          select user_id, course_id, module_id, session_count as kept, null as real
          from studied_modules where ${within(range)}
          union all
          select user_id, course_id, module_id, null, session_count
          from (${countModules(database.dialect, range)}) as counted) as rows_of_both
        group by user_id, course_id, module_id) as merged
      where kept is distinct from real and ${rest}
      order by merged.user_id, merged.course_id, module_id limit ${sql.lit(PAGE)}`,
  );
}
