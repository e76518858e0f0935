import { setImmediate } from 'node:timers/promises';
import { sql, type SelectQueryBuilder } from 'kysely';
import type { EnrolmentFilter, ExportedEnrolment } from '../../model/enrolment.js';
import type { ExportedSession, ExportFilter } from '../../model/session.js';
import { LEARNER_KEY, SESSION_COLUMNS, SESSION_KEY, toExportedSession } from '../rows.js';
import type { Schema } from '../schema.js';
import { columnList } from '../statements.js';
import type { StoreContext } from '../store.js';
import { toExportedEnrolment } from './enrolments.js';

/** Rows per page. Larger pages are not faster and need more memory. */
const EXPORT_PAGE = 1_000;

const SESSION_FIELDS = SESSION_COLUMNS.filter((name) => name !== 'created_at' && name !== 'updated_at');
const ENROLMENT_FIELDS = [...LEARNER_KEY, 'display_name', 'group_names'] as const;

/** Reads the selected sessions in key order, page by page, in the transaction of the context. */
export async function* exportSessionPages(
  context: StoreContext,
  { userId, courseId, from, to }: ExportFilter,
): AsyncGenerator<readonly ExportedSession[], void, undefined> {
  let query = context.kysely.selectFrom('study_sessions').select(SESSION_FIELDS);
  for (const column of SESSION_KEY) query = query.orderBy(column);
  if (userId) query = query.where('user_id', '=', context.id(userId));
  if (courseId) query = query.where('course_id', '=', context.id(courseId));
  if (from) query = query.where('completed_at', '>=', context.instant(from));
  if (to) query = query.where('completed_at', '<', context.instant(to));
  for await (const rows of readPages(context, query, SESSION_KEY)) yield rows.map(toExportedSession);
}

/** Reads the selected enrolments in key order, page by page, in the transaction of the context. */
export async function* exportEnrolmentPages(
  context: StoreContext,
  { userId, courseId }: EnrolmentFilter,
): AsyncGenerator<readonly ExportedEnrolment[], void, undefined> {
  let query = context.kysely.selectFrom('enrolments').select(ENROLMENT_FIELDS);
  for (const column of LEARNER_KEY) query = query.orderBy(column);
  if (userId) query = query.where('user_id', '=', context.id(userId));
  if (courseId) query = query.where('course_id', '=', context.id(courseId));
  for await (const rows of readPages(context, query, LEARNER_KEY)) yield rows.map(toExportedEnrolment);
}

function readPages<Table extends keyof Schema, Key extends string, Row extends Readonly<Record<Key, string>>>(
  context: StoreContext,
  query: SelectQueryBuilder<Schema, Table, Row>,
  key: readonly Key[],
): AsyncGenerator<Row[]> {
  return context.dialect === 'postgres' ? readByCursor(context, query) : readByKey(context, query, key);
}

/** Postgres plans a cursor once. It may choose to sort, which would take too long for each page. */
async function* readByCursor<Row>(
  { kysely }: StoreContext,
  query: SelectQueryBuilder<Schema, keyof Schema, Row>,
): AsyncGenerator<Row[]> {
  await sql`declare exported no scroll cursor for ${query}`.execute(kysely);
  const fetch = sql<Row>`fetch ${sql.lit(EXPORT_PAGE)} from exported`;
  for (;;) {
    const { rows } = await fetch.execute(kysely);
    if (rows.length > 0) yield rows;
    if (rows.length < EXPORT_PAGE) return;
  }
}

/** SQLite stores the rows in key order, so a page continues after the last key without sorting. */
async function* readByKey<
  Table extends keyof Schema,
  Key extends string,
  Row extends Readonly<Record<Key, string>>,
>(
  context: StoreContext,
  query: SelectQueryBuilder<Schema, Table, Row>,
  key: readonly Key[],
): AsyncGenerator<Row[]> {
  let page = query.limit(EXPORT_PAGE);
  for (;;) {
    // SQLite queries block the event loop; other work runs between pages.
    await setImmediate();
    const rows: Row[] = await page.execute();
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < EXPORT_PAGE) return;
    const after = key.map((name) => context.id(last[name]));
    page = query.limit(EXPORT_PAGE).where(sql<boolean>`(${columnList(key)}) > (${sql.join(after)})`);
  }
}
