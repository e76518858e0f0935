/*
 * Splits CSV into records and cells as RFC 4180 describes it. A broken record does not affect the next ones.
 *
 * A record whose last quote is not closed continues on the next line. If a later line makes it invalid, or if it
 * becomes longer than the longest line, only the first of its lines is rejected, and the others are read again as
 * records of their own. A line is split at most twice, as the first of a record and as a continuation, because the cells
 * that it adds to an open record do not depend on the lines before it.
 *
 * A quote inside an unquoted cell is an ordinary character, such as in `6" screen`.
 */
import { UsageError, withValue } from '../../errors.js';
import { MAX_LINE, withoutByteOrderMark, type Line } from './lines.js';

/** Spreadsheets of countries with a decimal comma write semicolons. */
const DELIMITERS = [',', ';', '\t'] as const;
export const UNCLOSED = 'has an unclosed quote, or text after a closing quote';
/** The end of a quoted cell that an earlier line has opened. */
const CLOSING_QUOTE = /^[^"]*(?:""[^"]*)*"(?!")/;
/** A cell without its closing quote. */
const OPEN_CELL = /^ *"[^"]*(?:""[^"]*)*$/;
/** Lines of a record. */
const MAX_LINES = 1_000;

/** How a file separates its cells. */
export interface CsvFormat {
  readonly delimiter: string;
  readonly cell: RegExp;
}

/** `open`: the last cell has a quote that is not closed. `broken`: text follows a closing quote. */
export type RowState = 'closed' | 'open' | 'broken';

export interface SplitRow {
  /** The complete cells. */
  readonly cells: readonly string[];
  readonly state: RowState;
}

export interface RecordLayout {
  readonly format: CsvFormat;
  /** The number of cells. Default: any. */
  readonly cells?: number | undefined;
}

/** Returns the character of `--delimiter`. */
export function parseDelimiter(text: string): string {
  const delimiter = text === '\\t' || text === 'tab' ? '\t' : text;
  if (/^[^\w\s"]$|^\t$/.test(delimiter)) return delimiter;
  throw new UsageError(`--delimiter ${withValue(text, 'must be one character, such as ; or |, or tab')}`);
}

/** Returns the delimiter that the first line of some files of Excel names. */
export function separatorIn(line: string): string | undefined {
  return /^sep=(.)$/i.exec(withoutByteOrderMark(line))?.[1];
}

interface OpenLine {
  readonly line: Line;
  /** The cells that the line adds to an open record, once they are known. */
  continuation?: SplitRow;
}

/** Joins the lines of records whose quoted cells have line breaks. */
export class RecordJoiner {
  readonly #layoutOf: (text: string) => RecordLayout;
  /** The lines of the open record, and after it was given up the lines to read again. */
  readonly #lines: OpenLine[] = [];
  /** The lines of the open record, its complete cells, and its characters. */
  #count = 0;
  #cells = 0;
  #size = 0;

  /** @param layoutOf receives the first line of a record */
  constructor(layoutOf: (text: string) => RecordLayout) {
    this.#layoutOf = layoutOf;
  }

  join(lines: readonly Line[]): Iterable<Line> {
    // Most files have no quotes.
    const isPlain = this.#lines.length === 0 && !lines.some(({ text }) => text.includes('"'));
    return isPlain ? lines : this.#addAll(lines);
  }

  *#addAll(lines: readonly Line[]): Generator<Line> {
    for (const line of lines) {
      this.#lines.push({ line });
      yield* this.#read();
    }
  }

  *end(): Generator<Line> {
    while (this.#lines.length > 0) {
      yield this.#giveUp();
      yield* this.#read();
    }
  }

  *#read(): Generator<Line> {
    for (let next = this.#lines[this.#count]; next; next = this.#lines[this.#count]) {
      const { text, fault } = next.line;
      const { format, cells: expected = Infinity } = this.#layoutOf(this.#lines[0]?.line.text ?? '');
      const isFirst = this.#count++ === 0;
      const isOpening = fault === undefined && text.includes('"');
      const row = isFirst
        ? isOpening && splitRow(text, format)
        : (next.continuation ??= splitContinuation(text, format));
      this.#cells += row ? row.cells.length : 0;
      this.#size += text.length;
      const isOpen = row && row.state === 'open' && this.#cells < expected;
      if (isFirst) {
        if (!isOpen) yield this.#take();
        continue;
      }
      const isComplete = row && row.state === 'closed' && [Infinity, this.#cells].includes(expected);
      const isTooLong = this.#size > MAX_LINE || this.#count > MAX_LINES;
      if (fault !== undefined || isTooLong || !(isOpen || isComplete)) yield this.#giveUp();
      else if (isComplete) yield this.#take();
    }
  }

  /** Rejects the first line. The others are read again. */
  #giveUp(): Line {
    this.#count = 1;
    return { ...this.#take(), fault: UNCLOSED };
  }

  /** Returns the open record. */
  #take(): Line {
    const lines = this.#lines.splice(0, this.#count).map(({ line }) => line);
    [this.#count, this.#cells, this.#size] = [0, 0, 0];
    const [first = { number: 0, text: '' }, last] = [lines[0], lines.at(-1)];
    if (lines.length === 1) return first;
    const label = `lines ${first.number} to ${last?.number}`;
    return { number: first.number, text: lines.map(({ text }) => text).join('\n'), label };
  }
}

export function csvFormatOf(header: string, delimiter = delimiterOf(header)): CsvFormat {
  const end = `\\u${delimiter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return { delimiter, cell: new RegExp(`(?: *"([^"]*(?:""[^"]*)*)" *|(?! *")([^${end}]*))(${end}|$)`, 'y') };
}

/** Returns the delimiter that the header has most often. */
function delimiterOf(header: string): string {
  const unquoted = header.replaceAll(/"[^"]*"/g, '');
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  return DELIMITERS.reduce((best, next) => (count(next) > count(best) ? next : best));
}

export function splitRow(text: string, { delimiter, cell }: CsvFormat): SplitRow {
  if (!text.includes('"')) return { cells: text.split(delimiter), state: 'closed' };
  const cells: string[] = [];
  for (let start = 0; ;) {
    cell.lastIndex = start;
    const match = cell.exec(text);
    if (!match) return { cells, state: OPEN_CELL.test(text.slice(start)) ? 'open' : 'broken' };
    const [whole, quoted, plain = '', end] = match;
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '') return { cells, state: 'closed' };
    start += whole.length;
  }
}

/** Splits a line that begins inside a quoted cell. */
function splitContinuation(text: string, format: CsvFormat): SplitRow {
  const closing = CLOSING_QUOTE.exec(text)?.[0];
  if (closing === undefined) return { cells: [], state: 'open' };
  const rest = text.slice(closing.length).replace(/^ +/, '');
  if (rest === '') return { cells: [closing], state: 'closed' };
  if (!rest.startsWith(format.delimiter)) return { cells: [], state: 'broken' };
  const { cells, state } = splitRow(rest.slice(1), format);
  return { cells: [closing, ...cells], state };
}
