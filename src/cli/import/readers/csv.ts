import { CellParser } from './cells.js';
import { csvFormatOf, RecordJoiner, separatorIn, splitRow, UNCLOSED, type CsvFormat } from './csv-records.js';
import { CellFault, invalidLine, type Entry, type LineFault, type ParsedLine } from './entry.js';
import type { FieldNames } from './fields.js';
import { isBlank, NOT_UTF_8, readLines, toEntries, withoutByteOrderMark, type Line } from './lines.js';

const OTHER_ENCODING = `${NOT_UTF_8}; for another encoding add --encoding, such as windows-1252`;
/** The field that may have two columns: a date and a time of day. */
const SPLIT_FIELD = 'completedAt';

export interface CsvOptions {
  /** Default: the one of `,` `;` and tab that the header has most often. */
  readonly delimiter?: string | undefined;
  readonly cells?: CellParser | undefined;
}

interface Columns extends CsvFormat {
  /** The field of each column; `''` for an ignored one. */
  readonly fields: readonly string[];
  /** The parser of each column; `undefined` for an ignored one. */
  readonly parsers: readonly (((text: string) => unknown) | undefined)[];
  /** Moves the second cell of a field that has two columns into the first. */
  readonly mergeSplitField: (row: readonly string[]) => readonly string[];
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
  const records = new RecordJoiner((text) =>
    columns ? { format: columns, cells: columns.fields.length } : { format: csvFormatOf(text, delimiter) },
  );
  const rowsOf = function* (lines: Iterable<Line>): Generator<Line> {
    for (const line of lines) {
      const separator = columns ? undefined : separatorIn(line.text);
      if (columns) yield line.fault === NOT_UTF_8 ? { ...line, fault: OTHER_ENCODING } : line;
      else if (separator !== undefined) delimiter ??= separator;
      else if (!isBlank(line.text)) columns = readHeader(names, line, { delimiter, cells });
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
  if (text.includes('\0'))
    throw new Error(
      'The header has NUL characters; add --encoding utf-16le or utf-16be if the file is UTF-16.',
    );
  const format = csvFormatOf(text, delimiter);
  const { cells: row, state } = splitRow(text, format);
  if (state !== 'closed') throw new Error(`The header ${UNCLOSED}.`);
  const header = row.map((name) => name.trim());
  const known = header.map((name) => names.fieldFor(name));
  const unknown = header.filter((_, index) => known[index] === undefined);
  if (unknown.length > 0) {
    const advice = header.length === 1 ? ' If it is several columns, add --delimiter.' : '';
    throw new Error(`${names.describeUnknown(unknown)}${advice}`);
  }
  const fields = known.map((field) => field ?? '');
  const absent = names.mapped.find((name) => !header.includes(name));
  if (absent !== undefined)
    throw new Error(`The header has no column "${absent}", which --map names; correct or remove that --map.`);
  const twice = header.find((name, index) => fields[index] !== '' && header.indexOf(name) !== index);
  if (twice !== undefined)
    throw new Error(`Two columns of the header have the name "${twice}"; rename one of them in the file.`);
  const repeated = fields.find((field) => {
    const count = fields.filter((other) => other === field).length;
    return field !== '' && count > (field === SPLIT_FIELD ? 2 : 1);
  });
  if (repeated !== undefined) {
    const number = repeated === SPLIT_FIELD ? 'More than two' : 'Two';
    throw new Error(`${number} columns of the header are the field ${repeated}; remove one of them.`);
  }
  const first = fields.indexOf(SPLIT_FIELD);
  const second = fields.lastIndexOf(SPLIT_FIELD);
  const isSplit = second > first;
  if (isSplit) fields[second] = '';
  const merge = (all: readonly string[]) => all.with(first, `${all[first]} ${all[second]}`);
  const parsers = fields.map((field) => (field === '' ? undefined : cells.parserOf(field)));
  return { fields, parsers, mergeSplitField: isSplit ? merge : (all) => all, ...format };
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
  let index = 0;
  for (const cell of columns.mergeSplitField(row)) {
    const field = fields[index] ?? '';
    const trimmed = cell.trim();
    if (trimmed !== '') isEmpty = false;
    const value = parsers[index++]?.(trimmed);
    if (value === undefined) continue;
    values[field] = value instanceof CellFault ? trimmed : value;
    if (value instanceof CellFault) (faults ??= []).push({ field, detail: value.detail });
  }
  if (isEmpty) return undefined;
  return faults ? { faults, values } : { values };
}
