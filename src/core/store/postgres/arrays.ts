import type { ColumnType } from '../rows.js';

/** The element type of an array parameter. */
export const ELEMENT_TYPES = {
  id: 'uuid',
  instant: 'timestamptz',
  integer: 'integer',
  bigint: 'bigint',
  text: 'text',
} as const satisfies Record<ColumnType, string>;

type Value = string | number | null;

/**
 * An array as Postgres reads it in text format (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO). Only text
 * needs quoting: no other type contains commas, braces, quotes, backslashes or blanks.
 */
export function toArray(type: ColumnType, values: readonly Value[]): string {
  if (type === 'text') return `{${values.map((value) => quote(String(value))).join()}}`;
  return `{${values.map((value) => value ?? 'null').join()}}`;
}

function quote(text: string): string {
  return /["\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"` : `"${text}"`;
}

/** For each column an array of its values. */
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
