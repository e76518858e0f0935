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

/** How many of something, for people. */
export function count(amount: number, noun: string): string {
  const plural = amount === 1 || noun.endsWith('s') ? noun : `${noun}s`;
  return `${amount.toLocaleString('en-US')} ${plural}`;
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
  return visible(String(cell));
}

/** Control and direction characters of a stranger's text, written so that they cannot command the terminal. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const SHORT: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

export function visible(text: string): string {
  return text.replaceAll(
    UNSAFE,
    (character) => SHORT[character] ?? String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function pad(text: string, columns: number, right: boolean): string {
  const padding = ' '.repeat(columns - width(text));
  return right ? padding + text : text + padding;
}

function width(text: string): number {
  return Array.from(text).length;
}
