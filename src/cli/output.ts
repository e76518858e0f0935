import type { Writable } from 'node:stream';

export type Cell = string | number | null;

/** Where a value is missing. */
const NONE = '–';

/** One JSON value on a line of its own: a document, or one of a list (NDJSON). */
export function writeJson(stream: Writable, value: unknown): void {
  stream.write(`${JSON.stringify(value)}\n`);
}

export function writeLine(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
}

/** A table for people: columns aligned, numbers to the right; without a heading where it goes on. */
export function writeTable(
  stream: Writable,
  rows: readonly (readonly Cell[])[],
  heading?: readonly string[],
): void {
  const body = rows.map((row) => row.map(format));
  const lines = heading ? [heading, ...body] : body;
  const columns = Array.from(lines[0] ?? [], (_, column) => ({
    width: Math.max(...lines.map((line) => width(line[column] ?? ''))),
    right: rows.some((row) => typeof row[column] === 'number'),
  }));
  for (const line of lines) {
    const cells = columns.map((column, index) => pad(line[index] ?? '', column.width, column.right));
    writeLine(stream, cells.join('  ').trimEnd());
  }
}

/** One thing for people: a line for each of its fields. */
export function writeFields(
  stream: Writable,
  fields: readonly (readonly [name: string, value: Cell])[],
): void {
  const names = Math.max(...fields.map(([name]) => name.length));
  for (const [name, value] of fields) writeLine(stream, `${name.padEnd(names)}  ${format(value)}`);
}

function format(cell: Cell): string {
  if (cell === null) return NONE;
  // A name may carry control characters, which must not reach the terminal as such.
  return String(cell).replaceAll(/\p{Cc}/gu, (control) =>
    JSON.stringify(control).slice(1, -1).replace('\x7f', '\\u007f'),
  );
}

function pad(text: string, columns: number, right: boolean): string {
  const padding = ' '.repeat(columns - width(text));
  return right ? padding + text : text + padding;
}

function width(text: string): number {
  return Array.from(text).length;
}
