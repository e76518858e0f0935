import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { Page } from '../core/index.js';
import { drained, type Io } from './io.js';
import { parseNumber } from './settings.js';
import { csvOption, writeCsv } from './spreadsheet.js';
import { cutTo, widthOf } from './text-width.js';

export type Cell = string | number | Figure | null;

/** The fields of one course, session or other object, shown a line each. */
export type Fields = readonly (readonly [name: string, value: Cell])[];

/** A number as people read it. `--json` prints the exact value. */
interface Figure {
  readonly figure: string;
}

export function figure(text: string): Figure {
  return { figure: text };
}

/** Shows two decimals. */
export function average(value: number | null): Cell {
  return value === null ? null : figure(value.toFixed(2));
}

/** Rounded down, so that 100 % means that the course is complete. */
export function percentOf(progress: number): string {
  return `${Math.floor(progress * 1000) / 10} %`;
}

export function grouped(amount: number): string {
  return amount.toLocaleString('en-US');
}

/** The characters for `null` and at the end of text that is cut. */
interface Symbols {
  readonly none: string;
  readonly ellipsis: string;
}

const UNICODE: Symbols = { none: '–', ellipsis: '…' };
const ASCII: Symbols = { none: '-', ellipsis: '~' };

/** Writes one JSON document on its own line. */
export function writeJson(stream: Writable, value: unknown): void {
  stream.write(`${JSON.stringify(value)}\n`);
}

export function writeLine(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
}

export function count(amount: number, noun: string): string {
  const plural = amount === 1 || noun.endsWith('s') ? noun : `${noun}s`;
  return `${grouped(amount)} ${plural}`;
}

/** Characters between two columns of a table. */
const GAP = 2;
/** The columns of free text, which are cut to fit, but not below these widths. */
const FREE_TEXT = new Map([
  ['Name', 8],
  ['Groups', 8],
  ['Scopes', 10],
]);

interface TableStyle {
  /** Default: true. */
  readonly withHeading?: boolean;
  /** Uses ASCII except in the texts of the rows. Default: false. */
  readonly ascii?: boolean | undefined;
}

interface TableOptions extends TableStyle {
  /** Characters of a line; columns that do not fit leave from the right. Default: infinite. */
  readonly available?: number | undefined;
}

/** Writes an aligned table, with numbers to the right, and returns the number of columns that fit. */
export function writeTable(
  stream: Writable,
  rows: readonly (readonly Cell[])[],
  heading: readonly string[],
  { available = Infinity, withHeading = true, ascii = false }: TableOptions = {},
): number {
  const symbols = ascii ? ASCII : UNICODE;
  const body = rows.map((row) => row.map((cell) => formatCell(cell, symbols)));
  const columns = heading.map((name, index) => {
    const widest = body.reduce((max, line) => Math.max(max, widthOf(line[index] ?? '')), widthOf(name));
    const isNumber = isNumberColumn(rows, index);
    return { widest, width: Math.min(widest, FREE_TEXT.get(name) ?? widest), isNumber };
  });
  let free = columns.reduce((rest, { width }) => rest - width - GAP, available + GAP);
  while (free < 0 && columns.length > 1) free += (columns.pop()?.width ?? 0) + GAP;
  for (const column of columns) {
    const gained = Math.max(0, Math.min(free, column.widest - column.width));
    column.width += gained;
    free -= gained;
  }
  for (const line of withHeading ? [heading, ...body] : body) {
    const cells = columns.map(({ width, isNumber }, index) =>
      pad(line[index] ?? '', width, isNumber, symbols),
    );
    writeLine(stream, cells.join(' '.repeat(GAP)).trimEnd());
  }
  return columns.length;
}

export function isNumberColumn(rows: readonly (readonly Cell[])[], column: number): boolean {
  return rows.some((row) => row[column] !== null && typeof row[column] !== 'string');
}

/** Writes a table that fits the terminal. Later pages of a table have no heading. */
export function writeFittingTable(
  { stdout, stderr }: Io,
  rows: readonly (readonly Cell[])[],
  heading: readonly string[],
  style: TableStyle = {},
): number {
  // 0 is an unknown size.
  const shown = writeTable(stdout, rows, heading, { ...style, available: stdout.columns || undefined });
  const hidden = heading.slice(shown).join(', ');
  if (hidden !== '') writeLine(stderr, `Not shown: ${hidden}. Use a wider terminal or --json.`);
  return shown;
}

/** Writes one field per line. */
export function writeFields(stream: Writable, fields: Fields, { ascii = false }: TableStyle = {}): void {
  const names = Math.max(...fields.map(([name]) => name.length));
  for (const [name, value] of fields) {
    writeLine(stream, `${name.padEnd(names)}  ${formatCell(value, ascii ? ASCII : UNICODE)}`);
  }
}

/** Returns the text of a cell, without characters that could do harm. */
export function formatCell(cell: Cell, { none }: Symbols = UNICODE): string {
  if (cell === null) return none;
  return typeof cell === 'object' ? cell.figure : harmless(String(cell));
}

/** Control characters and direction marks, with which untrusted text could control the terminal. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** More marks than any script puts on one letter would cover the lines above and below. */
const STACKED_MARKS = /(?<=\p{M}{4})\p{M}+/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

/** Returns text that can neither control the terminal nor cover other lines. */
export function harmless(text: string): string {
  return escapeControls(text.replaceAll(STACKED_MARKS, ''));
}

export function escapeControls(text: string): string {
  return text.replaceAll(
    UNSAFE,
    (character) =>
      SHORT_ESCAPES[character] ?? String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function pad(text: string, columns: number, right: boolean, { ellipsis }: Symbols): string {
  const shown = widthOf(text) > columns ? cutTo(text, columns, ellipsis) : text;
  const padding = ' '.repeat(columns - widthOf(shown));
  return right ? padding + shown : shown + padding;
}

export interface PageOptions {
  readonly limit?: number | string;
  readonly cursor?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly ascii?: boolean;
}

/** How the items of a list are written. */
export interface ListView<Item> {
  readonly heading: readonly string[];
  readonly toRow: (item: Item) => readonly Cell[];
  /** The fields of an item that are columns of its CSV. */
  readonly columns: readonly (keyof Item & string)[];
}

/** The highest limit of a page. Lists that are read to their end are read in such pages. */
export const MAX_PAGE_SIZE = 1_000;

export function addPageOptions(command: Command): Command {
  return command
    .option(
      '--limit <count>',
      'print one page of at most this many items, 1 to 1,000 (default: all items)',
      parseNumber,
    )
    .option('--cursor <cursor>', 'continue after the page that printed this cursor')
    .option('--json', 'print each item as a JSON document (NDJSON)')
    .addOption(csvOption());
}

/** Writes all pages of a list to stdout, or with a limit one page. */
export async function writePages<Item extends object>(
  io: Io,
  { json, csv, ascii, limit, cursor }: PageOptions,
  fetchPage: (page: { limit: number | string; cursor: string | undefined }) => Promise<Page<Item>>,
  { heading, toRow, columns }: ListView<Item>,
): Promise<void> {
  const first = await fetchPage({ limit: limit ?? MAX_PAGE_SIZE, cursor });
  const shown = await write(first.items, heading);
  if (limit !== undefined) {
    if (first.next !== null)
      writeLine(io.stderr, `There are more items; continue with --cursor ${first.next}`);
    return;
  }
  for (let { next } = first; next !== null;) {
    const page = await fetchPage({ limit: MAX_PAGE_SIZE, cursor: next });
    await write(page.items, heading.slice(0, shown), false);
    ({ next } = page);
  }

  async function write(items: readonly Item[], names: readonly string[], isFirst = true): Promise<number> {
    let fitting = 0;
    if (json) for (const item of items) writeJson(io.stdout, item);
    else if (csv) writeCsv(io.stdout, columns, items, isFirst);
    else fitting = writeFittingTable(io, items.map(toRow), names, { withHeading: isFirst, ascii });
    await drained(io.stdout);
    return fitting;
  }
}
