import { isBlank, MAX_LINE, readLines, withoutByteOrderMark, type Line } from '../readers/lines.js';
import { csvFormatOf, parseDelimiter, RecordJoiner, separatorIn, splitRow } from '../readers/csv-records.js';
import { suggestedEncoding, toUtf8, type Encoding } from '../readers/encoding.js';
import { parseObject, peek } from '../readers/json.js';
import type { Source } from '../readers/source.js';
import { startsWithStatements } from '../xapi/pages.js';
import type { ImportOptions } from '../options.js';

/** Rows of a table, or statements. */
export const MAX_ROWS = 1_000;
/** Bytes in which a file shows its format. */
const MAX_START = 16_384;
const PIPES = /\|.*\|/;
const NEWLINES: Readonly<Record<Encoding, Buffer>> = {
  'utf-8': Buffer.from('\n'),
  'utf-16le': Buffer.from([0x0a, 0]),
  'utf-16be': Buffer.from([0, 0x0a]),
  'windows-1252': Buffer.from('\n'),
};

export type Sample = Table | { readonly format: 'xapi'; readonly chunks: AsyncIterable<Buffer> };

/** The first rows of a file, as text. */
export interface Table {
  readonly format: 'csv' | 'ndjson';
  /** The bytes of at least the rows, which the import reads like a file of its own. */
  readonly bytes: Buffer;
  /** False if the file has more rows. */
  readonly isWhole: boolean;
  readonly encoding: Encoding;
  readonly delimiter: string;
  readonly columns: readonly string[];
  /** The rows that have values. */
  readonly rows: readonly (readonly string[])[];
}

/** @throws if the file is empty */
export async function readSample(source: Source, options: ImportOptions): Promise<Sample> {
  const { start, all } = await peek(source.open(), (text) => text.length >= MAX_START);
  if (start === '') throw new Error('The file is empty; there is nothing to preview.');
  const format = options.format ?? formatOfText(start);
  if (format === 'xapi') return { format, chunks: all };
  const { read, isWhole } = await readBeginning(all);
  const encoding = options.encoding ?? suggestedEncoding(read);
  const bytes = isWhole ? read : withoutLastRow(read, encoding);
  const lines: Line[] = [];
  for await (const group of readLines(toUtf8(only(bytes), encoding))) lines.push(...group);
  const table = format === 'csv' ? readTable(lines, options) : readObjects(lines);
  const rows = table.rows.filter((row) => row.some((cell) => cell !== ''));
  return {
    format,
    bytes,
    encoding,
    delimiter: ',',
    ...table,
    isWhole: isWhole && rows.length <= MAX_ROWS,
    rows: rows.slice(0, MAX_ROWS),
  };
}

async function readBeginning(chunks: AsyncIterable<Buffer>): Promise<{ read: Buffer; isWhole: boolean }> {
  const read: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    read.push(chunk);
    size += chunk.length;
    if (size > MAX_LINE) break;
  }
  return { read: Buffer.concat(read), isWhole: size <= MAX_LINE };
}

/** Removes the last row, which may be cut, unless it is the only one. */
function withoutLastRow(bytes: Buffer, encoding: Encoding): Buffer {
  const newline = NEWLINES[encoding];
  let at = bytes.lastIndexOf(newline);
  while (at > 0 && at % newline.length !== 0) at = bytes.lastIndexOf(newline, at - 1);
  return at > 0 ? bytes.subarray(0, at + newline.length) : bytes;
}

export async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function formatOfText(start: string): 'csv' | 'ndjson' | 'xapi' {
  if (!/^[{[]/.test(start)) return 'csv';
  return startsWithStatements(start) ? 'xapi' : 'ndjson';
}

function readTable(
  lines: readonly Line[],
  options: ImportOptions,
): Pick<Table, 'columns' | 'rows' | 'delimiter'> {
  const filled = lines.filter(({ text }) => !isBlank(text));
  const separator = separatorIn(filled[0]?.text ?? '');
  const [header, ...body] = separator === undefined ? filled : filled.slice(1);
  const text = withoutByteOrderMark(header?.text ?? '');
  const guessed = csvFormatOf(text, separator);
  const hasOneColumn = splitRow(text, guessed).cells.length === 1;
  const delimiter =
    options.delimiter === undefined
      ? hasOneColumn && PIPES.test(text)
        ? '|'
        : guessed.delimiter
      : parseDelimiter(options.delimiter);
  const format = csvFormatOf(text, delimiter);
  const joiner = new RecordJoiner(() => ({ format }));
  const records = [...joiner.join([{ number: 1, text }, ...body]), ...joiner.end()];
  const [columns = [], ...rows] = records.map((record) =>
    splitRow(record.text, format).cells.map((cell) => cell.trim()),
  );
  return { columns, rows, delimiter };
}

function readObjects(lines: readonly Line[]): Pick<Table, 'columns' | 'rows'> {
  const objects = lines.map(({ text }) => parseObject(text).values).filter((values) => values !== undefined);
  const columns = Array.from(new Set(objects.flatMap((object) => Object.keys(object))));
  return { columns, rows: objects.map((object) => columns.map((name) => toText(object[name]))) };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
