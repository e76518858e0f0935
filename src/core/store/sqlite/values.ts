import type BetterSqlite from 'better-sqlite3';

/*
 * SQLite has no types for ids and times. An id is stored as the 16 bytes of a UUID, a time as integer
 * milliseconds since
 * 1970. In memory both are text, as in Postgres.
 */

const ID_BYTES = 16;

function decodeId(bytes: Uint8Array): string {
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  if (bytes.length !== ID_BYTES) return digits;
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

export function encodeInstant(time: string): number {
  return Date.parse(time);
}

/** The result columns of a statement that need decoding: names of ids end in `_id`, of times in `_at`. */
export interface CodedColumns {
  readonly ids: readonly string[];
  readonly instants: readonly string[];
}

export function codedColumns(statement: Pick<BetterSqlite.Statement, 'reader' | 'columns'>): CodedColumns {
  const names = statement.reader ? statement.columns().map(({ name }) => name) : [];
  return {
    ids: names.filter((name) => name.endsWith('_id')),
    instants: names.filter((name) => name.endsWith('_at')),
  };
}

/** Decodes the ids and times of a row in place. A `module_id` is text and stays as it is. */
export function decodeRow(row: Record<string, unknown>, { ids, instants }: CodedColumns): void {
  for (const name of ids) {
    const value = row[name];
    if (value instanceof Uint8Array) row[name] = decodeId(value);
  }
  for (const name of instants) {
    const value = row[name];
    if (typeof value === 'number') row[name] = new Date(value).toISOString();
  }
}
