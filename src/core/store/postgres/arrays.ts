import type { ColumnType } from '../rows.js';

export const ELEMENT_TYPES = {
  id: 'uuid',
  instant: 'timestamptz',
  integer: 'integer',
  bigint: 'bigint',
  text: 'text',
} as const satisfies Record<ColumnType, string>;

type Value = string | number | null;

/**
 * Writes an array in the text format of Postgres
 * (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO). Only text needs quoting: the other types
 * contain no commas, braces, quotes, backslashes or spaces.
 */
export function toArray(type: ColumnType, values: readonly Value[]): string {
  if (type === 'text') return `{${values.map((value) => quote(String(value))).join()}}`;
  return `{${values.map((value) => value ?? 'null').join()}}`;
}

function quote(text: string): string {
  return /["\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"` : `"${text}"`;
}

/** Writes the rows as one array per column. */
export function toArrays<Name extends string>(
  types: Readonly<Record<Name, ColumnType>>,
  columns: readonly Name[],
  rows: readonly Readonly<Record<Name, Value>>[],
): string[] {
  return columns.map((name) =>
    toArray(
      types[name],
      rows.map((row) => row[name]),
    ),
  );
}
