import { sql } from 'kysely';
import type { Database } from '../database.js';
import type { ModuleDifference } from './difference.js';
import { KEY, within, type KeyColumns, type Range } from './scope.js';
import { countModules } from './sums.js';
import { read } from './unhurried.js';

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

/** Both counts in one statement, so that nothing recorded meanwhile stands in one and not in the other. */
function readPage(database: Database, range: Range, last: Row | undefined): Promise<readonly Row[]> {
  const rest = last
    ? sql`(user_id, course_id, module_id) > (${last.user_id}, ${last.course_id}, ${last.module_id})`
    : sql`1 = 1`;
  return read(
    database,
    sql<Row>`
      select ${KEY}, module_id, cast(studied_modules.session_count as text) as kept,
        cast(counted.session_count as text) as real
      from (${countModules(database.dialect, range)}) as counted
      full outer join (select * from studied_modules where ${within(range)}) as studied_modules
        using (user_id, course_id, module_id)
      where studied_modules.session_count is distinct from counted.session_count and ${rest}
      order by 1, 2, module_id limit ${sql.lit(PAGE)}`,
  );
}
