/*
 * Reads CSV as RFC 4180 describes it, and survives what it does not: a broken record does not affect the next ones.
 *
 * A record whose last quote is not closed continues on the next line. If a later line makes it invalid, or if it
 * becomes longer than the longest line, only the first of its lines is rejected, and the others are read again as
 * records of their own. Every line that opens a quote also closes an open one, so a line is read at most twice.
 *
 * A quote inside an unquoted cell is an ordinary character, such as in `6" screen`.
 */
import { UsageError, withValue } from '../../errors.js';
import { CellFault, CellParser } from './cells.js';
import { invalidLine, type Entry, type LineFault, type ParsedLine } from './entry.js';
import type { FieldNames } from './fields.js';
import { MAX_LINE, NOT_UTF_8, readLines, toEntries, withoutByteOrderMark, type Line } from './lines.js';

/** Spreadsheets of countries with a decimal comma write semicolons. */
const DELIMITERS = [',', ';', '\t'] as const;
/** The first line of some files of Excel, which names the delimiter. */
const SEPARATOR_LINE = /^sep=(.)$/i;
const UNCLOSED = 'has an unclosed quote, or text after a closing quote';
/** The end of a quoted cell that an earlier line has opened. */
const CLOSING_QUOTE = /^[^"]*(?:""[^"]*)*"(?!")/;
/** A cell without its closing quote. */
const OPEN_CELL = /^ *"[^"]*(?:""[^"]*)*$/;
/** Lines of a record. */
const MAX_LINES = 1_000;

const OTHER_ENCODING = `${NOT_UTF_8}; for another encoding add --encoding, such as windows-1252`;
/** The field that may have two columns: a date and a time of day. */
const SPLIT_FIELD = 'completedAt';

export interface CsvOptions {
  /** Default: the one of `,` `;` and tab that the header has most often. */
  readonly delimiter?: string | undefined;
  readonly cells?: CellParser | undefined;
}

interface Format {
  readonly delimiter: string;
  readonly cell: RegExp;
}

interface Columns extends Format {
  /** The field of each column; `''` for an ignored one. */
  readonly fields: readonly string[];
  /** The parser of each column; `undefined` for an ignored one. */
  readonly parsers: readonly (((text: string) => unknown) | undefined)[];
  /** Moves the second cell of a field that has two columns into the first. */
  readonly join: (row: readonly string[]) => readonly string[];
}

/** Returns the character of `--delimiter`. */
export function parseDelimiter(text: string): string {
  const delimiter = text === '\\t' || text === 'tab' ? '\t' : text;
  if (/^[^\w\s"]$|^\t$/.test(delimiter)) return delimiter;
  throw new UsageError(`--delimiter ${withValue(text, 'must be one character, such as ; or |, or tab')}`);
}

/**
 * Reads CSV whose header names the columns.
 *
 * @throws if the header is missing or invalid
 */
export async function* readCsv(
  chunks: AsyncIterable<Buffer>,
  names: FieldNames,
  { delimiter, cells = new CellParser() }: CsvOptions = {},
): AsyncGenerator<Iterable<Entry>> {
  let columns: Columns | undefined;
  const records = new RecordJoiner((text) => {
    const { cells: row, state } = splitRow(text, columns ?? formatOf(text, delimiter));
    if (!columns || state === 'broken') return state;
    const { length } = columns.fields;
    return state === 'open'
      ? row.length < length
        ? 'open'
        : 'broken'
      : row.length === length
        ? 'closed'
        : 'broken';
  });
  const rowsOf = function* (lines: Iterable<Line>): Generator<Line> {
    for (const line of lines) {
      if (columns) yield line.fault === NOT_UTF_8 ? { ...line, fault: OTHER_ENCODING } : line;
      else if (isBlank(line.text)) continue;
      else if (SEPARATOR_LINE.test(line.text)) delimiter ??= SEPARATOR_LINE.exec(line.text)?.[1];
      else columns = readHeader(names, line, { delimiter, cells });
    }
  };
  const read = (text: string) => columns && readRow(columns, text);
  for await (const lines of readLines(chunks)) {
    const isPlain = columns !== undefined && lines.every(({ fault }) => fault === undefined);
    yield toEntries(isPlain ? records.join(lines) : rowsOf(records.join(lines)), read);
  }
  yield toEntries(rowsOf(records.end()), read);
  // An empty pipe is an error, because its writer may have failed.
  if (!columns) throw new Error('The file is empty; CSV must begin with a header.');
}

/** Joins the lines of records whose quoted cells have line breaks. */
class RecordJoiner {
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
      yield { number, text: record, name: `lines ${number} to ${line.number}` };
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

function isBlank(text: string): boolean {
  return withoutByteOrderMark(text).trim() === '';
}

function readHeader(
  names: FieldNames,
  { text: line, fault }: Line,
  { delimiter, cells }: { readonly delimiter: string | undefined; readonly cells: CellParser },
): Columns {
  if (fault !== undefined) throw new Error(`The header ${fault === NOT_UTF_8 ? OTHER_ENCODING : fault}.`);
  const text = withoutByteOrderMark(line);
  if (/^(\[\s*)?\{|^\[\s*$/.test(text)) throw new Error('The file is JSON, not CSV; add --format ndjson.');
  if (/\r/.test(text.trimEnd()))
    throw new Error('The header has a CR without LF; save the file with other line ends.');
  const format = formatOf(text, delimiter);
  const { cells: row, state } = splitRow(text, format);
  if (state !== 'closed') throw new Error(`The header ${UNCLOSED}.`);
  const header = row.map((name) => name.trim());
  const known = header.map((name) => names.fieldFor(name));
  const unknown = header.filter((_, index) => known[index] === undefined);
  if (unknown.length > 0) throw new Error(names.describeUnknown(unknown));
  const fields = known.map((field) => field ?? '');
  const absent = names.mapped.find((name) => !header.includes(name));
  if (absent !== undefined)
    throw new Error(`The header has no column "${absent}", which --map names; correct or remove that --map.`);
  const repeated = fields.find(
    (field, index) => field !== '' && field !== SPLIT_FIELD && fields.indexOf(field) !== index,
  );
  if (repeated !== undefined)
    throw new Error(`Two columns of the header are the field ${repeated}; remove one of them.`);
  const first = fields.indexOf(SPLIT_FIELD);
  const second = fields.lastIndexOf(SPLIT_FIELD);
  const isSplit = second > first;
  if (isSplit) fields[second] = '';
  const join = (all: readonly string[]) => all.with(first, `${all[first]} ${all[second]}`);
  const parsers = fields.map((field) => (field === '' ? undefined : cells.parserOf(field)));
  return { fields, parsers, join: isSplit ? join : (all) => all, ...format };
}

function formatOf(header: string, delimiter = delimiterOf(header)): Format {
  const end = `\\u${delimiter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return { delimiter, cell: new RegExp(`(?: *"([^"]*(?:""[^"]*)*)" *|(?! *")([^${end}]*))(${end}|$)`, 'y') };
}

/** Returns the delimiter that the header has most often. */
function delimiterOf(header: string): string {
  const unquoted = header.replaceAll(/"[^"]*"/g, '');
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  return DELIMITERS.reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** Returns `undefined` for a row without any value. */
function readRow(columns: Columns, text: string): ParsedLine {
  if (text === '') return undefined;
  const { cells: row, state } = splitRow(text, columns);
  if (state !== 'closed') return invalidLine(UNCLOSED);
  const { fields, parsers } = columns;
  if (row.length !== fields.length) {
    if (row.every((cell) => cell.trim() === '')) return undefined;
    return invalidLine(`has ${row.length} fields; it must have ${fields.length}, as the header`);
  }
  const values: Record<string, unknown> = {};
  let faults: LineFault[] | undefined;
  let isEmpty = true;
  let index = -1;
  for (const cell of columns.join(row)) {
    const field = fields[++index] ?? '';
    const trimmed = cell.trim();
    if (trimmed !== '') isEmpty = false;
    const value = parsers[index]?.(trimmed);
    if (value === undefined) continue;
    values[field] = value instanceof CellFault ? trimmed : value;
    if (value instanceof CellFault) (faults ??= []).push({ field, detail: value.detail });
  }
  if (isEmpty) return undefined;
  return faults ? { faults, values } : { values };
}

/** `open`: the last cell has a quote that is not closed. `broken`: text follows a closing quote. */
type RowState = 'closed' | 'open' | 'broken';

function splitRow(
  text: string,
  { delimiter, cell }: Format,
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
