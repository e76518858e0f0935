import { sql, type RawBuilder } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import { MAX_MODULE_ID, MAX_MODULE_IDS, MODULE_SEPARATOR } from '../../model/modules.js';
import { MAX_SCORE, toUnits } from '../../model/score.js';
import { MAX_MODULES, MAX_TIME_STUDIED } from '../../model/session.js';
import { LAST_INSTANT } from '../../model/time.js';
import { grouped } from '../../model/validation.js';
import { keysetPages } from '../sql/paging.js';
import { splitModuleIds } from '../sql/rollups.js';
import type { Store } from '../store.js';
import type { RuleViolation } from '../../model/checks.js';
import { instantText, read, within, type KeyColumns, type Range } from './ranges.js';

/** Rows per page. */
const RULES_PAGE = 1_000;
/** Maximum number of characters of a reported value. */
const MAX_TEXT = 200;

interface Row extends KeyColumns {
  readonly session_id: string;
  readonly [broken: `broken_${number}`]: string | null;
}

/** Finds sessions that break a rule, page by page; returns the violations per session. */
export async function* findRuleViolations(
  store: Store,
  range: Range,
): AsyncGenerator<readonly (readonly RuleViolation[])[]> {
  const rules = sessionRules(store.dialect);
  const pages = keysetPages<Row>(RULES_PAGE, (last) => readPage(store, rules, range, last));
  for await (const rows of pages) yield rows.map((row) => violationsOf(rules, row));
}

function readPage(
  store: Store,
  rules: readonly SessionRule[],
  range: Range,
  last: Row | undefined,
): Promise<readonly Row[]> {
  const broken = rules.map(
    ({ isBroken, value }, index) =>
      sql`case when ${isBroken} then substr(cast(${value} as text), 1, ${sql.lit(MAX_TEXT)}) end
        as ${sql.ref(`broken_${index}`)}`,
  );
  const conditions = rules.map(({ isBroken }) => isBroken);
  const rest = last
    ? sql`(user_id, course_id, session_id) >
        (${store.id(last.user_id)}, ${store.id(last.course_id)}, ${store.id(last.session_id)})`
    : sql`1 = 1`;
  return read(
    store,
    sql<Row>`
      select user_id, course_id, session_id, ${sql.join(broken)} from study_sessions
      where ${within(store, range)} and ${rest} and (${sql.join(conditions, sql` or `)})
      order by user_id, course_id, session_id limit ${sql.lit(RULES_PAGE)}`,
  );
}

function violationsOf(rules: readonly SessionRule[], row: Row): RuleViolation[] {
  const place = { userId: row.user_id, courseId: row.course_id, sessionId: row.session_id };
  return rules.flatMap(({ field, rule }, index) => {
    const stored = row[`broken_${index}`] ?? null;
    return stored === null ? [] : [{ kind: 'session' as const, ...place, field, stored, rule }];
  });
}

/**
 * A rule that was checked when the session was recorded; another program may have changed the session since.
 */
interface SessionRule {
  readonly field: string;
  readonly rule: string;
  readonly value: RawBuilder<unknown>;
  readonly isBroken: RawBuilder<unknown>;
}

function sessionRules(dialect: DialectName): readonly SessionRule[] {
  return [
    ...(dialect === 'sqlite' ? idRules() : []),
    {
      field: 'courseId',
      rule: 'must be the id of a course',
      value: dialect === 'sqlite' ? hexOf('course_id') : sql`course_id`,
      isBroken: sql`not exists (select 1 from courses where courses.course_id = study_sessions.course_id)`,
    },
    integer('totalModulesStudied', sql`total_modules_studied`, MAX_MODULES),
    integer('averageScoreUnits', sql`average_score_units`, toUnits(MAX_SCORE)),
    integer('timeStudied', sql`time_studied`, MAX_TIME_STUDIED),
    completedAt(dialect),
    {
      field: 'moduleIds',
      rule: `must be at most ${grouped(MAX_MODULE_IDS)} ids, each 1 to ${MAX_MODULE_ID} visible ASCII characters, sorted, none twice`,
      value: sql`module_ids`,
      isBroken: sql`module_ids <> '' and ${breaksModuleIds(dialect)}`,
    },
  ];
}

/** SQLite stores any bytes as an id; Postgres has a type for UUIDs. */
function idRules(): SessionRule[] {
  const columns = { userId: 'user_id', courseId: 'course_id', sessionId: 'session_id' };
  return Object.entries(columns).map(([field, column]) => ({
    field,
    rule: 'must be a UUID of 16 bytes',
    value: hexOf(column),
    isBroken: sql`length(${sql.ref(column)}) <> 16`,
  }));
}

function hexOf(column: string): RawBuilder<unknown> {
  return sql`lower(hex(${sql.ref(column)}))`;
}

function integer(field: string, value: RawBuilder<unknown>, max: number): SessionRule {
  const isBroken = sql`${value} not between 0 and ${sql.lit(max)}`;
  return { field, rule: `must be an integer from 0 to ${grouped(max)}`, value, isBroken };
}

function completedAt(dialect: DialectName): SessionRule {
  const value = sql`completed_at`;
  const isBroken =
    dialect === 'sqlite'
      ? sql`completed_at not between 0 and ${sql.lit(LAST_INSTANT)}`
      : sql`(completed_at < timestamptz '1970-01-01Z' or completed_at >= timestamptz '10000-01-01Z')`;
  const rule = 'must be a time in UTC from 1970 to 9999';
  return { field: 'completedAt', rule, value: instantText(dialect, value), isBroken };
}

function breaksModuleIds(dialect: DialectName): RawBuilder<unknown> {
  const { table, moduleId } = splitModuleIds(dialect);
  const one = dialect === 'postgres' ? sql`${moduleId} collate "C"` : moduleId;
  const hasOtherCharacters =
    dialect === 'postgres' ? sql`module_ids ~ '[^!-~]'` : sql`module_ids glob ${sql.lit('*[^!-~]*')}`;
  return sql`(${hasOtherCharacters}
    or (select count(*) > ${sql.lit(MAX_MODULE_IDS)} or min(length(id)) < 1 or max(length(id)) > ${sql.lit(MAX_MODULE_ID)}
      from (select ${moduleId} as id from ${table}) as split)
    or module_ids <> (select string_agg(id, ${sql.lit(MODULE_SEPARATOR)} order by id) from (
      select distinct ${one} as id from ${table}) as split))`;
}
