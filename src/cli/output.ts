import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { Page } from '../core/index.js';
import { drained, type Io } from './io.js';
import { parseNumber } from './settings.js';
import { csvOption, writeCsv } from './spreadsheet.js';

export type Cell = string | number | Average | null;

/** Shown with two decimals. `--json` prints the exact value. */
interface Average {
  readonly average: number;
}

export function average(value: number | null): Cell {
  return value === null ? null : { average: value };
}

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

/** Characters between two columns of a table. */
const GAP = 2;
/** The columns of free text, which are cut to fit, but not below these widths. */
const FREE_TEXT = new Map([
  ['Name', 8],
  ['Scopes', 10],
]);

interface TableOptions {
  /** Characters of a line; columns that do not fit leave from the right. Default: infinite. */
  readonly available?: number | undefined;
  /** Default: true. */
  readonly withHeading?: boolean;
}

/** Writes an aligned table, with numbers to the right, and returns the number of columns that fit. */
export function writeTable(
  stream: Writable,
  rows: readonly (readonly Cell[])[],
  heading: readonly string[],
  { available = Infinity, withHeading = true }: TableOptions = {},
): number {
  const body = rows.map((row) => row.map(format));
  const widths = heading.map((name, column) =>
    Math.max(width(name), ...body.map((line) => width(line[column] ?? ''))),
  );
  let total = widths.reduce((sum, columns) => sum + columns + GAP, -GAP);
  for (const [column, columns] of Array.from(widths.entries()).toReversed()) {
    const min = FREE_TEXT.get(heading[column] ?? '') ?? columns;
    const excess = Math.max(0, Math.min(total - available, columns - min));
    widths[column] = columns - excess;
    total -= excess;
  }
  while (total > available && widths.length > 1) total -= (widths.pop() ?? 0) + GAP;
  const isNumber = widths.map((_, column) =>
    rows.some((row) => row[column] !== null && typeof row[column] !== 'string'),
  );
  for (const line of withHeading ? [heading, ...body] : body) {
    const cells = widths.map((columns, column) => pad(line[column] ?? '', columns, isNumber[column]));
    writeLine(stream, cells.join(' '.repeat(GAP)).trimEnd());
  }
  return widths.length;
}

/** Writes a table that fits the terminal. Later pages of a table have no heading. */
export function writeFittingTable(
  { stdout, stderr }: Io,
  rows: readonly (readonly Cell[])[],
  heading: readonly string[],
  withHeading = true,
): number {
  // 0 is an unknown size.
  const shown = writeTable(stdout, rows, heading, { available: stdout.columns || undefined, withHeading });
  const hidden = heading.slice(shown).join(', ');
  if (hidden !== '') writeLine(stderr, `Not shown: ${hidden}. Use a wider terminal or --json.`);
  return shown;
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
  if (typeof cell === 'object') return cell.average.toFixed(2);
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

function pad(text: string, columns: number, right = false): string {
  const missing = columns - width(text);
  if (missing < 0)
    return `${Array.from(text)
      .slice(0, columns - 1)
      .join('')}…`;
  const padding = ' '.repeat(missing);
  return right ? padding + text : text + padding;
}

function width(text: string): number {
  return Array.from(text).length;
}

export interface PageOptions {
  readonly limit?: number | string;
  readonly cursor?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** How the items of a list are written. */
export interface ListView<Item> {
  readonly heading: readonly string[];
  readonly toRow: (item: Item) => readonly Cell[];
  /** The fields of an item that are columns of its CSV. */
  readonly columns: readonly (keyof Item & string)[];
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
    .option('--json', 'print each item as a JSON document (NDJSON)')
    .addOption(csvOption());
}

/** Writes all pages of a list to stdout, or with a limit one page. */
export async function writePages<Item extends object>(
  io: Io,
  { json, csv, limit, cursor }: PageOptions,
  fetchPage: (page: { limit: number | string; cursor: string | undefined }) => Promise<Page<Item>>,
  { heading, toRow, columns }: ListView<Item>,
): Promise<void> {
  const first = await fetchPage({ limit: limit ?? PAGE_SIZE, cursor });
  const shown = await write(first.items, heading);
  if (limit !== undefined) {
    if (first.next !== null)
      writeLine(io.stderr, `There are more items; continue with --cursor ${first.next}`);
    return;
  }
  for (let { next } = first; next !== null;) {
    const page = await fetchPage({ limit: PAGE_SIZE, cursor: next });
    await write(page.items, heading.slice(0, shown), false);
    ({ next } = page);
  }

  async function write(items: readonly Item[], names: readonly string[], isFirst = true): Promise<number> {
    let fitting = 0;
    if (json) for (const item of items) writeJson(io.stdout, item);
    else if (csv) writeCsv(io.stdout, columns, items, isFirst);
    else fitting = writeFittingTable(io, items.map(toRow), names, isFirst);
    await drained(io.stdout);
    return fitting;
  }
}
