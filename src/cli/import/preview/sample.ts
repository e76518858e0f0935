import { MAX_LINE, readLines, withoutByteOrderMark, type Line } from '../readers/lines.js';
import { csvFormatOf, parseDelimiter, RecordJoiner, splitRow } from '../readers/csv-records.js';
import { suggestedEncoding, toUtf8, type Encoding } from '../readers/encoding.js';
import { parseObject } from '../readers/json.js';
import type { Source } from '../readers/source.js';
import type { ImportOptions } from '../options.js';

/** Rows of a sample. */
const MAX_ROWS = 1_000;
const PIPES = /\|.*\|/;
const NEWLINE = 0x0a;

/** The first rows of a file, as text. */
export interface Sample {
  readonly format: NonNullable<ImportOptions['format']>;
  /** The bytes of the rows, which the import reads like a file of its own. */
  readonly bytes: Buffer;
  /** False if the file has more rows. */
  readonly isWhole: boolean;
  readonly encoding: Encoding;
  readonly delimiter: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** @throws if the file is empty */
export async function readSample(source: Source, options: ImportOptions): Promise<Sample> {
  const { bytes, isWhole } = await readBeginning(source);
  const encoding = options.encoding ?? suggestedEncoding(bytes);
  const lines: Line[] = [];
  for await (const group of readLines(toUtf8(only(bytes), encoding))) lines.push(...group);
  const first = lines.find(({ text }) => withoutByteOrderMark(text).trim() !== '');
  if (!first) throw new Error('The file is empty; there is nothing to preview.');
  const format = options.format ?? formatOfText(withoutByteOrderMark(first.text));
  const sample = { format, bytes, isWhole, encoding, delimiter: ',' };
  return { ...sample, ...(format === 'csv' ? readTable(lines, options) : readObjects(lines)) };
}

async function readBeginning(source: Source): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  let newlines = 0;
  let isWhole = true;
  for await (const chunk of source.open()) {
    chunks.push(chunk);
    size += chunk.length;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) newlines++;
    isWhole = size <= MAX_LINE && newlines <= MAX_ROWS;
    if (!isWhole) break;
  }
  const bytes = Buffer.concat(chunks);
  // The last row may be cut.
  return { bytes: isWhole ? bytes : bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1), isWhole };
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function formatOfText(first: string): Sample['format'] {
  if (!/^\s*[{[]/.test(first)) return 'csv';
  const { values = {} } = parseObject(first);
  if ('actor' in values && 'verb' in values) return 'xapi';
  return 'ndjson';
}

function readTable(
  lines: readonly Line[],
  options: ImportOptions,
): Pick<Sample, 'columns' | 'rows' | 'delimiter'> {
  const filled = lines.filter(({ text }) => withoutByteOrderMark(text).trim() !== '');
  const separator = /^sep=(.)$/i.exec(withoutByteOrderMark(filled[0]?.text ?? ''))?.[1];
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
  const joiner = new RecordJoiner((each) => splitRow(each, format).state);
  const records = [...joiner.join([{ number: 1, text }, ...body]), ...joiner.end()];
  const [columns = [], ...rows] = records.map((record) =>
    splitRow(record.text, format).cells.map((cell) => cell.trim()),
  );
  return { columns, rows, delimiter };
}

function readObjects(lines: readonly Line[]): Pick<Sample, 'columns' | 'rows'> {
  const objects = lines.map(({ text }) => parseObject(text).values).filter((values) => values !== undefined);
  const columns = Array.from(new Set(objects.flatMap((object) => Object.keys(object))));
  return { columns, rows: objects.map((object) => columns.map((name) => toText(object[name]))) };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
