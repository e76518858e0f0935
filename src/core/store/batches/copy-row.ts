import type { SessionRow } from '../rows.js';
import { BIGINT, INTEGER, LENGTH, TIMESTAMPTZ, UUID, writeField, type FixedType } from './postgres-binary.js';

/**
 * A session as a row of Postgres' `COPY` in binary: how many columns it has, and each with its size before it
 * (https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT). What is of one size comes first, and
 * of this the key.
 */
export const COPY_COLUMNS = [
  'user_id',
  'course_id',
  'session_id',
  'total_modules_studied',
  'average_score_units',
  'time_studied',
  'completed_at',
  'created_at',
  'updated_at',
  'module_ids',
] as const satisfies (keyof SessionRow)[];

/** A value of a row: where it begins, and its type. */
export interface AnyField {
  readonly at: number;
  readonly type: Pick<FixedType<never>, 'oid' | 'size'>;
}

export interface Field<Value> extends AnyField {
  readonly type: FixedType<Value>;
}

const COUNT = 2;
export const USER_ID = fieldAt(UUID, COUNT);
export const COURSE_ID = fieldAfter(USER_ID, UUID);
export const SESSION_ID = fieldAfter(COURSE_ID, UUID);
export const MODULES = fieldAfter(SESSION_ID, INTEGER);
export const SCORE = fieldAfter(MODULES, BIGINT);
export const TIME = fieldAfter(SCORE, INTEGER);
export const COMPLETED = fieldAfter(TIME, TIMESTAMPTZ);
export const CREATED = fieldAfter(COMPLETED, TIMESTAMPTZ);
export const UPDATED = fieldAfter(CREATED, TIMESTAMPTZ);
/** Its length, which stands before it, is that of the text. */
const MODULE_IDS = UPDATED.at + UPDATED.type.size + LENGTH;

/** Columns that follow each other, as bytes: what stands between them is the same in all rows. */
export interface Key {
  readonly from: number;
  readonly to: number;
}

export const LEARNER: Key = { from: USER_ID.at, to: COURSE_ID.at + UUID.size };
export const IDENTITY: Key = { from: USER_ID.at, to: SESSION_ID.at + UUID.size };

function fieldAt<Value>(type: FixedType<Value>, at: number): Field<Value> {
  return { type, at: at + LENGTH };
}

function fieldAfter<Value>(before: AnyField, type: FixedType<Value>): Field<Value> {
  return fieldAt(type, before.at + before.type.size);
}

/** Bytes that a row takes; module ids are ASCII. */
export function sizeOf({ module_ids }: SessionRow): number {
  return MODULE_IDS + module_ids.length;
}

export function writeRow(to: Buffer, start: number, row: SessionRow): void {
  let at = to.writeInt16BE(COPY_COLUMNS.length, start);
  at = writeField(to, at, UUID, row.user_id);
  at = writeField(to, at, UUID, row.course_id);
  at = writeField(to, at, UUID, row.session_id);
  at = writeField(to, at, INTEGER, row.total_modules_studied);
  at = writeField(to, at, BIGINT, row.average_score_units);
  at = writeField(to, at, INTEGER, row.time_studied);
  at = writeField(to, at, TIMESTAMPTZ, row.completed_at);
  at = writeField(to, at, TIMESTAMPTZ, row.created_at);
  at += to.copy(to, at, at - LENGTH - TIMESTAMPTZ.size, at);
  at = to.writeInt32BE(row.module_ids.length, at);
  // Most are short: a call into native code takes longer.
  for (let index = 0; index < row.module_ids.length; index++) to[at++] = row.module_ids.charCodeAt(index);
}

/** The same of a row that was written. */
export function sizeAt(from: Buffer, start: number): number {
  return MODULE_IDS + from.readInt32BE(start + MODULE_IDS - LENGTH);
}

export function moduleIdsAt(from: Buffer, start: number): string {
  return from.toString('latin1', start + MODULE_IDS, start + sizeAt(from, start));
}
