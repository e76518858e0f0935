import { readEntries, withoutByteOrderMark } from './lines.js';
import { fromText, type FieldNames } from './fields.js';
import { broken, NOTHING, type Entry, type LineReader } from './reading.js';

/** RFC 4180, but that a field holds no line end: none of ours does, and an unclosed quote spoils one line only. */
const CELL = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y;

/**
 * Reads CSV by its header.
 *
 * @throws by the header: where there is none, or it names a column twice or one that is not known
 */
export async function* readCsv(
  chunks: AsyncIterable<Buffer>,
  names: FieldNames,
): AsyncGenerator<Iterable<Entry>> {
  let columns: readonly string[] | undefined;
  const read: LineReader = (line, rule) => {
    const text = columns ? line : withoutByteOrderMark(line);
    if (text === '') return NOTHING;
    if (columns) return rule === undefined ? readRow(columns, text) : broken(rule);
    if (rule !== undefined) throw new Error(`The header ${rule}.`);
    columns = readHeader(names, text);
    return NOTHING;
  };
  yield* readEntries(chunks, read);
  // A program that writes to us may have failed before it wrote.
  if (!columns) throw new Error('There is nothing, not even the header that CSV begins with.');
}

function readHeader(names: FieldNames, text: string): string[] {
  if (/^(\[\s*)?\{|^\[\s*$/.test(text)) throw new Error('This is JSON, not CSV; --format ndjson reads it.');
  const header = splitRow(text)?.map((name) => name.trim());
  if (!header) throw new Error('The header has a quote that is not closed, or stands inside of a name.');
  if (header.length === 1 && /[;\t]/.test(text)) {
    throw new Error('The header has one column; commas must stand between them.');
  }
  const columns = header.map((theirs) => {
    const ours = names.ours(theirs);
    if (ours !== undefined) return ours;
    throw new Error(`The header's column "${theirs}" is not known; ${names.adviceOn(theirs)}.`);
  });
  const absent = names.renamed.find((theirs) => !header.includes(theirs));
  if (absent !== undefined) throw new Error(`The header has no column "${absent}", which --map names.`);
  const repeated = columns.find((column, index) => column !== '' && columns.indexOf(column) !== index);
  if (repeated !== undefined) throw new Error(`The header has the column ${repeated} twice.`);
  return columns;
}

function readRow(columns: readonly string[], text: string): ReturnType<LineReader> {
  const cells = splitRow(text);
  if (!cells) return broken('has a quote that is not closed, or stands inside of a field');
  if (cells.length !== columns.length) {
    return broken(`has ${cells.length} fields, the header ${columns.length}`);
  }
  const values: Record<string, unknown> = {};
  let index = 0;
  for (const cell of cells) {
    const field = columns[index++] ?? '';
    const value = field === '' ? undefined : fromText(field, cell);
    if (value !== undefined) values[field] = value;
  }
  return { kind: 'values', values };
}

/** `undefined` where the quotes are wrong. */
function splitRow(text: string): string[] | undefined {
  if (!text.includes('"')) return text.split(',');
  const cells: string[] = [];
  for (let start = 0; ;) {
    CELL.lastIndex = start;
    const match = CELL.exec(text);
    if (!match) return undefined;
    const [whole, quoted, plain = '', end] = match;
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '') return cells;
    start += whole.length;
  }
}
