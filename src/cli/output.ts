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

/** A table for people: a heading, then the rows, columns aligned, numbers to the right. */
export function writeTable(
  stream: Writable,
  heading: readonly string[],
  rows: readonly (readonly Cell[])[],
): void {
  const numeric = heading.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const lines = [heading, ...rows.map((row) => row.map(format))];
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => width(line[column] ?? ''))));
  for (const line of lines) {
    const cells = line.map((cell, column) => pad(cell, widths[column] ?? 0, numeric[column] ?? false));
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
