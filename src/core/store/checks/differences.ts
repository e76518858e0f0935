import { sql } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import type { ModuleDifference, TotalsDifference } from '../../model/checks.js';
import { TOTALS_COLUMNS } from '../rows.js';
import { countModules, sumSessions } from '../sql/rollups.js';
import { keysetPages } from '../sql/paging.js';
import type { Store } from '../store.js';
import { instantText, read, within, type KeyColumns, type Range } from './ranges.js';

const NAMES = {
  session_count: 'sessionCount',
  total_modules_studied: 'totalModulesStudied',
  scored_modules: 'scoredModules',
  weighted_score_units: 'weightedScoreUnits',
  time_studied: 'timeStudied',
  first_completed_at: 'firstCompletedAt',
  last_completed_at: 'lastCompletedAt',
} as const satisfies Record<(typeof TOTALS_COLUMNS)[number], TotalsDifference['field']>;

type TotalsRow = KeyColumns &
  Readonly<Record<`${'stored' | 'expected'}_${(typeof TOTALS_COLUMNS)[number]}`, string | null>>;

/**
 * Finds totals that differ from the sums of the sessions; returns them per learner and course. One statement
 * reads both, so that they belong to one snapshot.
 */
export async function findDifferingTotals(
  store: Store,
  range: Range,
): Promise<readonly (readonly TotalsDifference[])[]> {
  const { dialect } = store;
  const where = within(store, range);
  const both = TOTALS_COLUMNS.flatMap((name) => [`stored_${name}`, `expected_${name}`]);
  const texts = both.map((name) => sql`${textOf(dialect, name)} as ${sql.ref(name)}`);
  const stored = TOTALS_COLUMNS.map((name) => sql`${sql.ref(name)} as ${sql.ref(`stored_${name}`)}`);
  const expected = TOTALS_COLUMNS.map((name) => sql`${sql.ref(name)} as ${sql.ref(`expected_${name}`)}`);
  const none = TOTALS_COLUMNS.map((name) => sql`null as ${sql.ref(`expected_${name}`)}`);
  const merged = both.map((name) => sql`max(${sql.ref(name)}) as ${sql.ref(name)}`);
  const differs = TOTALS_COLUMNS.map(
    (name) => sql`${sql.ref(`stored_${name}`)} is distinct from ${sql.ref(`expected_${name}`)}`,
  );
  // A union instead of a full join, which SQLite runs in quadratic time.
  const rows = await read(
    store,
    sql<TotalsRow>`
      select user_id, course_id, ${sql.join(texts)} from (
        select user_id, course_id, ${sql.join(merged)} from (
          select user_id, course_id, ${sql.join([...stored, ...none])} from course_stats where ${where}
          union all
          select user_id, course_id, ${sql.join([...none, ...expected])}
          from (${sumSessions(dialect, where)}) as summed) as rows_of_both
        group by user_id, course_id) as merged
      where ${sql.join(differs, sql` or `)} order by 1, 2`,
  );
  return rows.map((row) => {
    const learner = { kind: 'totals', userId: row.user_id, courseId: row.course_id } as const;
    const hasBothRows = row.stored_session_count !== null && row.expected_session_count !== null;
    return TOTALS_COLUMNS.filter((name) => hasBothRows || name === 'session_count')
      .map((name) => ({
        ...learner,
        field: NAMES[name],
        stored: row[`stored_${name}`],
        expected: row[`expected_${name}`],
      }))
      .filter((difference) => difference.stored !== difference.expected);
  });
}

function textOf(dialect: DialectName, name: string) {
  const column = sql.ref(name);
  return name.endsWith('_at') ? instantText(dialect, column) : sql`cast(${column} as text)`;
}

/** Rows per page; a learner can have any number of modules. */
const MODULES_PAGE = 5_000;

interface ModuleRow extends KeyColumns {
  readonly module_id: string;
  readonly stored: string | null;
  readonly expected: string | null;
}

/** Finds module counts that differ from those of the sessions, page by page. */
export async function* findDifferingModules(
  store: Store,
  range: Range,
): AsyncGenerator<readonly ModuleDifference[]> {
  const pages = keysetPages<ModuleRow>(MODULES_PAGE, (last) => readModulesPage(store, range, last));
  for await (const rows of pages) {
    yield rows.map(({ user_id, course_id, module_id, stored, expected }) => ({
      kind: 'module',
      userId: user_id,
      courseId: course_id,
      moduleId: module_id,
      field: 'sessionCount',
      stored,
      expected,
    }));
  }
}

function readModulesPage(
  store: Store,
  range: Range,
  last: ModuleRow | undefined,
): Promise<readonly ModuleRow[]> {
  const where = within(store, range);
  const rest = last
    ? sql`(user_id, course_id, module_id) > (${store.id(last.user_id)}, ${store.id(last.course_id)}, ${last.module_id})`
    : sql`1 = 1`;
  return read(
    store,
    sql<ModuleRow>`
      select user_id, course_id, module_id, cast(stored as text) as stored, cast(expected as text) as expected from (
        select user_id, course_id, module_id, max(stored) as stored, max(expected) as expected from (
          select user_id, course_id, module_id, session_count as stored, null as expected
          from studied_modules where ${where}
          union all
          select user_id, course_id, module_id, null, session_count
          from (${countModules(store.dialect, where)}) as counted) as rows_of_both
        group by user_id, course_id, module_id) as merged
      where stored is distinct from expected and ${rest}
      order by user_id, course_id, module_id limit ${sql.lit(MODULES_PAGE)}`,
  );
}
