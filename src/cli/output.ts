import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { Page } from '../core/index.js';
import type { Io } from './io.js';
import { parseNumber } from './settings.js';

export type Cell = string | number | null;

/** Shown for `null`. */
const NONE = '–';

/** Writes one JSON document on its own line. */
export function writeJson(stream: Writable, value: unknown): void {
  stream.write(`${JSON.stringify(value)}\n`);
}

export function writeLine(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
}

export function count(amount: number, noun: string): string {
  const plural = amount === 1 || noun.endsWith('s') ? noun : `${noun}s`;
  return `${amount.toLocaleString('en-US')} ${plural}`;
}

/** Writes an aligned table, with numbers to the right. The second and later pages have no heading. */
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

/** Writes one field per line. */
export function writeFields(
  stream: Writable,
  fields: readonly (readonly [name: string, value: Cell])[],
): void {
  const names = Math.max(...fields.map(([name]) => name.length));
  for (const [name, value] of fields) writeLine(stream, `${name.padEnd(names)}  ${format(value)}`);
}

function format(cell: Cell): string {
  if (cell === null) return NONE;
  return escapeControls(String(cell));
}

/** Control characters and direction marks, with which untrusted text could control the terminal. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

export function escapeControls(text: string): string {
  return text.replaceAll(
    UNSAFE,
    (character) =>
      SHORT_ESCAPES[character] ?? String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function pad(text: string, columns: number, right: boolean): string {
  const padding = ' '.repeat(columns - width(text));
  return right ? padding + text : text + padding;
}

function width(text: string): number {
  return Array.from(text).length;
}

export interface PageOptions {
  readonly limit?: number | string;
  readonly cursor?: string;
  readonly json?: boolean;
}

/** Items to fetch per page if `--limit` is missing. */
const PAGE_SIZE = 1_000;

export function addPageOptions(command: Command): Command {
  return command
    .option(
      '--limit <count>',
      'print one page of at most this many items, 1 to 1,000 (default: all items)',
      parseNumber,
    )
    .option('--cursor <cursor>', 'continue after the page that printed this cursor')
    .option('--json', 'print each item as a JSON document (NDJSON)');
}

/** Writes all pages of a list to stdout, or with a limit one page. */
export async function writePages<T>(
  io: Io,
  { json, limit, cursor }: PageOptions,
  fetchPage: (page: { limit: number | string; cursor: string | undefined }) => Promise<Page<T>>,
  heading: readonly string[],
  toRow: (item: T) => readonly Cell[],
): Promise<void> {
  const first = await fetchPage({ limit: limit ?? PAGE_SIZE, cursor });
  await write(first.items, heading);
  if (limit !== undefined) {
    if (first.next !== null)
      writeLine(io.stderr, `There are more items; continue with --cursor ${first.next}`);
    return;
  }
  for (let { next } = first; next !== null;) {
    const page = await fetchPage({ limit: PAGE_SIZE, cursor: next });
    await write(page.items);
    ({ next } = page);
  }

  /** Applies backpressure, so that a long list is not buffered in memory. */
  async function write(items: readonly T[], head?: readonly string[]): Promise<void> {
    if (json) for (const item of items) writeJson(io.stdout, item);
    else writeTable(io.stdout, items.map(toRow), head);
    if (io.stdout.writableNeedDrain) await once(io.stdout, 'drain');
  }
}
