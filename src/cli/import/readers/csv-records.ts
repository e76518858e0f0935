/*
 * Splits CSV into records and cells as RFC 4180 describes it. A broken record does not affect the next ones.
 *
 * A record whose last quote is not closed continues on the next line. If a later line makes it invalid, or if it
 * becomes longer than the longest line, only the first of its lines is rejected, and the others are read again as
 * records of their own. Every line that opens a quote also closes an open one, so a line is read at most twice.
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

/** Joins the lines of records whose quoted cells have line breaks. */
export class RecordJoiner {
  readonly #stateOf: (text: string) => RowState;
  #open: Line[] = [];
  #size = 0;

  constructor(stateOf: (text: string) => RowState) {
    this.#stateOf = stateOf;
  }

  join(lines: readonly Line[]): Iterable<Line> {
    // Most files have no quotes.
    const isPlain = this.#open.length === 0 && !lines.some(({ text }) => text.includes('"'));
    return isPlain ? lines : this.#addAll(lines);
  }

  *#addAll(lines: readonly Line[]): Generator<Line> {
    for (const line of lines) yield* this.#add(line);
  }

  *end(): Generator<Line> {
    while (this.#open.length > 0) yield* this.#giveUp();
  }

  *#add(line: Line): Generator<Line> {
    const { text, fault } = line;
    if (this.#open.length === 0) {
      const isOpen = fault === undefined && text.includes('"') && this.#stateOf(text) === 'open';
      if (isOpen) this.#push(line);
      else yield line;
      return;
    }
    this.#push(line);
    const isTooLong = this.#size > MAX_LINE || this.#open.length > MAX_LINES;
    if (fault !== undefined || isTooLong) {
      yield* this.#giveUp();
    } else if (CLOSING_QUOTE.test(text)) {
      const record = this.#open.map((each) => each.text).join('\n');
      const state = this.#stateOf(record);
      const number = this.#open[0]?.number ?? line.number;
      if (state === 'broken') yield* this.#giveUp();
      if (state !== 'closed') return;
      [this.#open, this.#size] = [[], 0];
      yield { number, text: record, label: `lines ${number} to ${line.number}` };
    }
  }

  #push(line: Line): void {
    this.#open.push(line);
    this.#size += line.text.length;
  }

  /** Rejects the first line, and reads the others again. */
  *#giveUp(): Generator<Line> {
    const [first, ...others] = this.#open;
    [this.#open, this.#size] = [[], 0];
    if (first) yield { ...first, fault: UNCLOSED };
    for (const line of others) yield* this.#add(line);
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

export function splitRow(
  text: string,
  { delimiter, cell }: CsvFormat,
): { readonly cells: readonly string[]; readonly state: RowState } {
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
