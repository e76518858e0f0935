import { sql } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import { TOTALS_COLUMNS } from '../rows.js';
import { countModules, sumSessions } from '../sql/rollups.js';
import { keysetPages } from '../sql/paging.js';
import type { Store } from '../store.js';
import { instantText, read, within, type KeyColumns, type Learner, type Range } from './ranges.js';

/** Values as text: a sum may exceed the exact integers of JSON. `null` if the row is missing. */
interface Values {
  /** The stored value. */
  readonly kept: string | null;
  /** The value according to the sessions. */
  readonly real: string | null;
}

/** A total that differs from the sum of the sessions. A surplus or missing row is reported by its `sessionCount`. */
export interface TotalsDifference extends Learner, Values {
  readonly kind: 'totals';
  /** `weightedScoreUnits` is Σ score × modules, in 1/10,000. */
  readonly what: (typeof NAMES)[keyof typeof NAMES];
}

/** A module whose session count differs from that of the sessions. */
export interface ModuleDifference extends Learner, Values {
  readonly kind: 'module';
  readonly moduleId: string;
  readonly what: 'sessionCount';
}

/** A session that breaks a rule of its values. */
export interface BrokenRule extends Learner {
  readonly kind: 'session';
  readonly sessionId: string;
  /** `averageScoreUnits` are 1/10,000 of a score. */
  readonly what: string;
  /** The stored value; a long one is cut. */
  readonly kept: string;
  readonly rule: string;
}

/** A contradiction between stored values and the sessions or their rules. */
export type Difference = TotalsDifference | ModuleDifference | BrokenRule;

const NAMES = {
  session_count: 'sessionCount',
  total_modules_studied: 'totalModulesStudied',
  scored_modules: 'scoredModules',
  weighted_score_units: 'weightedScoreUnits',
  time_studied: 'timeStudied',
  first_completed_at: 'firstCompletedAt',
  last_completed_at: 'lastCompletedAt',
} as const satisfies Record<(typeof TOTALS_COLUMNS)[number], string>;

type TotalsRow = KeyColumns &
  Readonly<Record<`${'kept' | 'real'}_${(typeof TOTALS_COLUMNS)[number]}`, string | null>>;

/**
 * For each learner and course whose totals differ from the sum of the sessions: the differing totals. Both are read in
 * one statement, so that they belong to one snapshot.
 */
export async function findDifferingTotals(
  store: Store,
  range: Range,
): Promise<readonly (readonly TotalsDifference[])[]> {
  const { dialect } = store;
  const where = within(store, range);
  const both = TOTALS_COLUMNS.flatMap((name) => [`kept_${name}`, `real_${name}`]);
  const texts = both.map((name) => sql`${textOf(dialect, name)} as ${sql.ref(name)}`);
  const kept = TOTALS_COLUMNS.map((name) => sql`${sql.ref(name)} as ${sql.ref(`kept_${name}`)}`);
  const real = TOTALS_COLUMNS.map((name) => sql`${sql.ref(name)} as ${sql.ref(`real_${name}`)}`);
  const none = TOTALS_COLUMNS.map((name) => sql`null as ${sql.ref(`real_${name}`)}`);
  const merged = both.map((name) => sql`max(${sql.ref(name)}) as ${sql.ref(name)}`);
  const differs = TOTALS_COLUMNS.map(
    (name) => sql`${sql.ref(`kept_${name}`)} is distinct from ${sql.ref(`real_${name}`)}`,
  );
  // A union instead of a full join, which SQLite runs in quadratic time.
  const rows = await read(
    store,
    sql<TotalsRow>`
      select user_id, course_id, ${sql.join(texts)} from (
        select user_id, course_id, ${sql.join(merged)} from (
          select user_id, course_id, ${sql.join([...kept, ...none])} from course_stats where ${where}
          union all
          select user_id, course_id, ${sql.join([...none, ...real])}
          from (${sumSessions(dialect, where)}) as summed) as rows_of_both
        group by user_id, course_id) as merged
      where ${sql.join(differs, sql` or `)} order by 1, 2`,
  );
  return rows.map((row) => {
    const learner = { kind: 'totals', userId: row.user_id, courseId: row.course_id } as const;
    const isWhole = row.kept_session_count !== null && row.real_session_count !== null;
    return TOTALS_COLUMNS.filter((name) => isWhole || name === 'session_count')
      .map((name) => ({
        ...learner,
        what: NAMES[name],
        kept: row[`kept_${name}`],
        real: row[`real_${name}`],
      }))
      .filter((difference) => difference.kept !== difference.real);
  });
}

function textOf(dialect: DialectName, name: string) {
  const column = sql.ref(name);
  return name.endsWith('_at') ? instantText(dialect, column) : sql`cast(${column} as text)`;
}

/** Rows of a page: a learner can have any number of modules. */
const MODULES_PAGE = 5_000;

interface ModuleRow extends KeyColumns {
  readonly module_id: string;
  readonly kept: string | null;
  readonly real: string | null;
}

/** The modules whose session count differs from that of the sessions, page by page. */
export async function* findDifferingModules(
  store: Store,
  range: Range,
): AsyncGenerator<readonly ModuleDifference[]> {
  const pages = keysetPages<ModuleRow>(MODULES_PAGE, (last) => readModulesPage(store, range, last));
  for await (const rows of pages) {
    yield rows.map(({ user_id, course_id, module_id, kept, real }) => ({
      kind: 'module',
      userId: user_id,
      courseId: course_id,
      moduleId: module_id,
      what: 'sessionCount',
      kept,
      real,
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
      select user_id, course_id, module_id, cast(kept as text) as kept, cast(real as text) as real from (
        select user_id, course_id, module_id, max(kept) as kept, max(real) as real from (
          select user_id, course_id, module_id, session_count as kept, null as real
          from studied_modules where ${where}
          union all
          select user_id, course_id, module_id, null, session_count
          from (${countModules(store.dialect, where)}) as counted) as rows_of_both
        group by user_id, course_id, module_id) as merged
      where kept is distinct from real and ${rest}
      order by user_id, course_id, module_id limit ${sql.lit(MODULES_PAGE)}`,
  );
}
