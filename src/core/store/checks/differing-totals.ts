import { sql } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import type { Database } from '../database.js';
import type { TotalsDifference } from './difference.js';
import { instantText, KEY, read, within, type KeyColumns, type Range } from './scope.js';
import { sumSessions, TOTALS, type TotalsColumn } from './sums.js';

const NAMES: Readonly<Record<TotalsColumn, TotalsDifference['what']>> = {
  session_count: 'sessionCount',
  total_modules_studied: 'totalModulesStudied',
  weighted_score_units: 'weightedScoreUnits',
  time_studied: 'timeStudied',
  first_completed_at: 'firstCompletedAt',
  last_completed_at: 'lastCompletedAt',
};

type Row = KeyColumns & Readonly<Record<`${'kept' | 'real'}_${TotalsColumn}`, string | null>>;

/**
 * For each learner and course whose totals are not the sum of the sessions, what of them differs. Both are read in
 * one statement, so that nothing recorded meanwhile stands in one and not in the other.
 */
export async function findDifferingTotals(
  database: Database,
  range: Range,
): Promise<readonly (readonly TotalsDifference[])[]> {
  const { dialect } = database;
  const both = TOTALS.flatMap((name) => [
    sql`${textOf(dialect, `kept_${name}`)} as ${sql.ref(`kept_${name}`)}`,
    sql`${textOf(dialect, `real_${name}`)} as ${sql.ref(`real_${name}`)}`,
  ]);
  const kept = TOTALS.map((name) => sql`${sql.ref(name)} as ${sql.ref(`kept_${name}`)}`);
  const real = TOTALS.map((name) => sql`${sql.ref(name)} as ${sql.ref(`real_${name}`)}`);
  const none = TOTALS.map((name) => sql`null as ${sql.ref(`real_${name}`)}`);
  const merged = TOTALS.flatMap((name) =>
    [`kept_${name}`, `real_${name}`].map((column) => sql`max(${sql.ref(column)}) as ${sql.ref(column)}`),
  );
  const differs = TOTALS.map(
    (name) => sql`${sql.ref(`kept_${name}`)} is distinct from ${sql.ref(`real_${name}`)}`,
  );
  // Not joined: SQLite would look through all of one side for each row of the other.
  const rows = await read(
    database,
    sql<Row>`
      select ${KEY}, ${sql.join(both)} from (
        select user_id, course_id, ${sql.join(merged)} from (
          select user_id, course_id, ${sql.join([...kept, ...none])}
          from course_stats where ${within(range)}
          union all
          select user_id, course_id, ${sql.join([...none, ...real])}
          from (${sumSessions(dialect, range)}) as summed) as rows_of_both
        group by user_id, course_id) as merged
      where ${sql.join(differs, sql` or `)} order by 1, 2`,
  );
  return rows.map(differencesOf);
}

function textOf(dialect: DialectName, name: string) {
  const column = sql.ref(name);
  return name.endsWith('_at') ? instantText(dialect, column) : sql`cast(${column} as text)`;
}

function differencesOf(row: Row): TotalsDifference[] {
  const place = { kind: 'totals', userId: row.user_id, courseId: row.course_id } as const;
  const isWhole = row.kept_session_count !== null && row.real_session_count !== null;
  return TOTALS.filter((name) => isWhole || name === 'session_count')
    .map((name) => ({ ...place, what: NAMES[name], kept: row[`kept_${name}`], real: row[`real_${name}`] }))
    .filter(({ kept, real }) => kept !== real);
}
