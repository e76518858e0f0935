import { setImmediate } from 'node:timers/promises';
import { sql, type Selectable, type SelectQueryBuilder } from 'kysely';
import type { ExportedSession, ExportFilter } from '../../model/exported.js';
import { fromUnits } from '../../model/score.js';
import type { StoreContext } from '../database.js';
import { moduleIdsOf } from '../rows.js';
import type { Schema, StudySessionsTable } from '../schema.js';

/** More would be no faster, and is more memory. */
const PAGE = 1_000;

/** In their order, the same on both databases: Postgres compares the bytes of an id, SQLite those of its text. */
const KEY = ['user_id', 'course_id', 'session_id'] as const;

const COLUMNS = [
  ...KEY,
  'total_modules_studied',
  'average_score_units',
  'time_studied',
  'completed_at',
  'module_ids',
] as const;

type Row = Pick<Selectable<StudySessionsTable>, (typeof COLUMNS)[number]>;
type Query = SelectQueryBuilder<Schema, 'study_sessions', Row>;

/** All sessions in the order of their keys, page by page, as the transaction that reads them sees them. */
export async function* exportPages(
  context: StoreContext,
  filter: ExportFilter,
): AsyncGenerator<readonly ExportedSession[], void, undefined> {
  const query = sessionsOf(context, filter);
  const pages = context.dialect === 'postgres' ? pagesOfCursor(context, query) : pagesByKey(query);
  for await (const rows of pages) yield rows.map(toExported);
}

function sessionsOf({ kysely }: StoreContext, { userId, courseId, from, to }: ExportFilter): Query {
  let query = kysely.selectFrom('study_sessions').select(COLUMNS);
  for (const column of KEY) query = query.orderBy(column);
  if (userId) query = query.where('user_id', '=', userId);
  if (courseId) query = query.where('course_id', '=', courseId);
  if (from) query = query.where('completed_at', '>=', from);
  if (to) query = query.where('completed_at', '<', to);
  return query;
}

/** Planned once: Postgres may rather sort, which for each page anew would never end. */
async function* pagesOfCursor({ kysely }: StoreContext, query: Query): AsyncGenerator<Row[]> {
  await sql`declare exported no scroll cursor for ${query}`.execute(kysely);
  const fetch = sql<Row>`fetch ${sql.lit(PAGE)} from exported`;
  for (;;) {
    const { rows } = await fetch.execute(kysely);
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
  }
}

/** The rows lie in the order of the key, so that each page begins where the last one has ended. */
async function* pagesByKey(query: Query): AsyncGenerator<Row[]> {
  let page = query.limit(PAGE);
  for (;;) {
    // SQLite never waits for anything, so that without this nothing else would run until all is read.
    await setImmediate();
    const rows = await page.execute();
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    const key = [last.user_id, last.course_id, last.session_id] as const;
    page = query.limit(PAGE).where((eb) => eb(eb.refTuple(...KEY), '>', eb.tuple(...key)));
  }
}

function toExported(row: Row): ExportedSession {
  return {
    userId: row.user_id,
    courseId: row.course_id,
    sessionId: row.session_id,
    totalModulesStudied: row.total_modules_studied,
    averageScore: fromUnits(row.average_score_units),
    timeStudied: row.time_studied,
    completedAt: row.completed_at,
    moduleIds: moduleIdsOf(row),
  };
}
