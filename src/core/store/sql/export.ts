import { setImmediate } from 'node:timers/promises';
import { sql, type SelectQueryBuilder } from 'kysely';
import type { ExportedSession, ExportFilter } from '../../model/session.js';
import { SESSION_COLUMNS, SESSION_KEY, toExportedSession, type SessionRow } from '../rows.js';
import type { Schema } from '../schema.js';
import { columnList } from '../statements.js';
import type { StoreContext } from '../store.js';

/** Sessions per page. Larger pages are not faster and need more memory. */
const EXPORT_PAGE = 1_000;

const COLUMNS = SESSION_COLUMNS.filter((name) => name !== 'created_at' && name !== 'updated_at');

type Row = Pick<SessionRow, (typeof COLUMNS)[number]>;
type Query = SelectQueryBuilder<Schema, 'study_sessions', Row>;

/** Reads the selected sessions in key order, page by page, in the transaction of the context. */
export async function* exportPages(
  context: StoreContext,
  filter: ExportFilter,
): AsyncGenerator<readonly ExportedSession[], void, undefined> {
  const query = selectSessions(context, filter);
  const pages = context.dialect === 'postgres' ? readByCursor(context, query) : readByKey(context, query);
  for await (const rows of pages) yield rows.map(toExportedSession);
}

function selectSessions(context: StoreContext, { userId, courseId, from, to }: ExportFilter): Query {
  let query = context.kysely.selectFrom('study_sessions').select(COLUMNS);
  for (const column of SESSION_KEY) query = query.orderBy(column);
  if (userId) query = query.where('user_id', '=', context.id(userId));
  if (courseId) query = query.where('course_id', '=', context.id(courseId));
  if (from) query = query.where('completed_at', '>=', context.instant(from));
  if (to) query = query.where('completed_at', '<', context.instant(to));
  return query;
}

/** Postgres plans a cursor once. It may choose to sort, which would take too long for each page. */
async function* readByCursor({ kysely }: StoreContext, query: Query): AsyncGenerator<Row[]> {
  await sql`declare exported no scroll cursor for ${query}`.execute(kysely);
  const fetch = sql<Row>`fetch ${sql.lit(EXPORT_PAGE)} from exported`;
  for (;;) {
    const { rows } = await fetch.execute(kysely);
    if (rows.length > 0) yield rows;
    if (rows.length < EXPORT_PAGE) return;
  }
}

/** SQLite stores the rows in key order, so a page continues after the last key without sorting. */
async function* readByKey(context: StoreContext, query: Query): AsyncGenerator<Row[]> {
  let page = query.limit(EXPORT_PAGE);
  for (;;) {
    // SQLite queries block the event loop; other work runs between pages.
    await setImmediate();
    const rows = await page.execute();
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < EXPORT_PAGE) return;
    const key = SESSION_KEY.map((name) => context.id(last[name]));
    page = query.limit(EXPORT_PAGE).where(sql<boolean>`(${columnList(SESSION_KEY)}) > (${sql.join(key)})`);
  }
}
