import { unreadable, type Entry, type Reading } from './entry.js';
import { fromText, type FieldNames } from './fields.js';
import { readLines, toEntries, withoutByteOrderMark, type Line } from './lines.js';

/**
 * RFC 4180, except that a field contains no line end: none of our fields has one, and so an unclosed quote breaks only
 * its own line.
 */
const CELL = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y;

/**
 * Reads CSV by its header.
 *
 * @throws if the header is missing, or names a column twice or an unknown one
 */
export async function* readCsv(
  chunks: AsyncIterable<Buffer>,
  names: FieldNames,
): AsyncGenerator<Iterable<Entry>> {
  let columns: readonly string[] | undefined;
  for await (let lines of readLines(chunks)) {
    if (!columns) {
      const position = lines.findIndex(({ text }) => withoutByteOrderMark(text) !== '');
      const header = lines[position];
      if (!header) continue;
      columns = readHeader(names, header);
      lines = lines.slice(position + 1);
    }
    const known = columns;
    yield toEntries(lines, (text) => readRow(known, text));
  }
  // The program that writes to a pipe may have failed before it wrote anything.
  if (!columns) throw new Error('The file is empty; CSV begins with a header.');
}

function readHeader(names: FieldNames, { text: line, rule }: Line): string[] {
  if (rule !== undefined) throw new Error(`The header ${rule}.`);
  const text = withoutByteOrderMark(line);
  if (/^(\[\s*)?\{|^\[\s*$/.test(text)) throw new Error('This is JSON, not CSV; --format ndjson reads it.');
  const header = splitRow(text)?.map((name) => name.trim());
  if (!header) throw new Error('The header has a quote that is not closed or is inside a name.');
  if (header.length === 1 && /[;\t]/.test(text)) {
    throw new Error('The header has one column; commas must separate the columns.');
  }
  const columns = header.map((theirs) => {
    const ours = names.ours(theirs);
    if (ours !== undefined) return ours;
    throw new Error(`The header's column "${theirs}" is not a known field; ${names.adviceOn(theirs)}.`);
  });
  const absent = names.renamed.find((theirs) => !header.includes(theirs));
  if (absent !== undefined) throw new Error(`The header has no column "${absent}", which --map names.`);
  const repeated = columns.find((column, index) => column !== '' && columns.indexOf(column) !== index);
  if (repeated !== undefined) throw new Error(`The header has the column ${repeated} twice.`);
  return columns;
}

function readRow(columns: readonly string[], text: string): Reading {
  if (text === '') return undefined;
  const cells = splitRow(text);
  if (!cells) return unreadable('has a quote that is not closed or is inside a field');
  if (cells.length !== columns.length) {
    return unreadable(`has ${cells.length} fields, the header ${columns.length}`);
  }
  const values: Record<string, unknown> = {};
  let index = 0;
  for (const cell of cells) {
    const field = columns[index++] ?? '';
    const value = field === '' ? undefined : fromText(field, cell);
    if (value !== undefined) values[field] = value;
  }
  return { values };
}

/** `undefined` if the quotes are wrong. */
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
