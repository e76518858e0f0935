import { sql } from 'kysely';
import type { Database } from '../database.js';
import type { BrokenRule } from './difference.js';
import { KEY, read, within, type KeyColumns, type Range } from './scope.js';
import { sessionRules } from './session-rules.js';

/** Rows at a time, each with every value that a rule is about. */
const PAGE = 1_000;
/** Characters of a value that are told. */
const MAX_TEXT = 200;

interface Row extends KeyColumns {
  readonly session_id: string;
  readonly [broken: `broken_${number}`]: string | null;
}

/** For each session that says what none may say, the rules that it breaks, page by page. */
export async function* findBrokenRules(
  database: Database,
  range: Range,
): AsyncGenerator<readonly (readonly BrokenRule[])[]> {
  let last: Row | undefined;
  do {
    const rows: readonly Row[] = await readPage(database, range, last);
    yield rows.map((row) => rulesBrokenBy(database, row));
    last = rows.length < PAGE ? undefined : rows.at(-1);
  } while (last);
}

function readPage(database: Database, range: Range, last: Row | undefined): Promise<readonly Row[]> {
  const rules = sessionRules(database.dialect);
  const broken = rules.map(
    ({ isBroken, value }, index) =>
      sql`case when ${isBroken} then substr(cast(${value} as text), 1, ${sql.lit(MAX_TEXT)}) end
        as ${sql.ref(`broken_${index}`)}`,
  );
  const conditions = rules.map(({ isBroken }) => isBroken);
  const rest = last
    ? sql`(user_id, course_id, session_id) > (${last.user_id}, ${last.course_id}, ${last.session_id})`
    : sql`1 = 1`;
  return read(
    database,
    sql<Row>`
      select ${KEY}, cast(session_id as text) as session_id, ${sql.join(broken)} from study_sessions
      where ${within(range)} and ${rest} and (${sql.join(conditions, sql` or `)})
      order by study_sessions.user_id, study_sessions.course_id, study_sessions.session_id
      limit ${sql.lit(PAGE)}`,
  );
}

function rulesBrokenBy(database: Database, row: Row): BrokenRule[] {
  const place = { userId: row.user_id, courseId: row.course_id, sessionId: row.session_id };
  return sessionRules(database.dialect).flatMap(({ what, rule }, index) => {
    const kept = row[`broken_${index}`] ?? null;
    return kept === null ? [] : [{ kind: 'session' as const, ...place, what, kept, rule }];
  });
}
