import { invalidLine, type Entry, type ParsedLine } from './entry.js';
import { fromText, type FieldNames } from './fields.js';
import { readLines, toEntries, withoutByteOrderMark, type Line } from './lines.js';

/** Spreadsheets of countries with a decimal comma write semicolons. */
const DELIMITERS = [',', ';', '\t'] as const;

interface Columns {
  readonly fields: readonly string[];
  readonly delimiter: string;
  readonly cell: RegExp;
}

/** RFC 4180 without line ends in fields, so that an unclosed quote invalidates only its own line. */
function cellPattern(delimiter: string): RegExp {
  return new RegExp(`(?:"([^"]*(?:""[^"]*)*)"|([^"${delimiter}]*))(${delimiter}|$)`, 'y');
}

/**
 * Reads CSV whose header names the columns.
 *
 * @throws if the header is missing or invalid
 */
export async function* readCsv(
  chunks: AsyncIterable<Buffer>,
  names: FieldNames,
): AsyncGenerator<Iterable<Entry>> {
  let columns: Columns | undefined;
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
  // An empty pipe is an error, because its writer may have failed.
  if (!columns) throw new Error('The file is empty; CSV must begin with a header.');
}

function readHeader(names: FieldNames, { text: line, fault }: Line): Columns {
  if (fault !== undefined) throw new Error(`The header ${fault}.`);
  const text = withoutByteOrderMark(line);
  if (/^(\[\s*)?\{|^\[\s*$/.test(text)) throw new Error('The file is JSON, not CSV; add --format ndjson.');
  const delimiter = delimiterOf(text);
  const format = { delimiter, cell: cellPattern(delimiter) };
  const header = splitRow(text, format)?.map((name) => name.trim());
  if (!header) throw new Error('The header has an unclosed quote, or a quote inside an unquoted name.');
  const columns = header.map((name) => {
    const field = names.fieldFor(name);
    if (field !== undefined) return field;
    throw new Error(`The header's column "${name}" is not a known field; ${names.adviceOn(name)}.`);
  });
  const absent = names.mapped.find((name) => !header.includes(name));
  if (absent !== undefined)
    throw new Error(`The header has no column "${absent}", which --map names; correct or remove that --map.`);
  const repeated = columns.find((column, index) => column !== '' && columns.indexOf(column) !== index);
  if (repeated !== undefined)
    throw new Error(`Two columns of the header are the field ${repeated}; remove one of them.`);
  return { fields: columns, ...format };
}

/** Returns the delimiter that the header has most often. */
function delimiterOf(header: string): string {
  const unquoted = header.replaceAll(/"[^"]*"/g, '');
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  return DELIMITERS.reduce((best, next) => (count(next) > count(best) ? next : best));
}

function readRow(columns: Columns, text: string): ParsedLine {
  if (text === '') return undefined;
  const { fields } = columns;
  const cells = splitRow(text, columns);
  if (!cells) return invalidLine('has an unclosed quote, or a quote inside an unquoted field');
  if (cells.length !== fields.length) {
    return invalidLine(`has ${cells.length} fields; it must have ${fields.length}, as the header`);
  }
  const values: Record<string, unknown> = {};
  let index = 0;
  for (const cell of cells) {
    const field = fields[index++] ?? '';
    const value = field === '' ? undefined : fromText(field, cell);
    if (value !== undefined) values[field] = value;
  }
  return { values };
}

/** Returns `undefined` if the quotes are invalid. */
function splitRow(
  text: string,
  { delimiter, cell }: Pick<Columns, 'delimiter' | 'cell'>,
): string[] | undefined {
  if (!text.includes('"')) return text.split(delimiter);
  const cells: string[] = [];
  for (let start = 0; ;) {
    cell.lastIndex = start;
    const match = cell.exec(text);
    if (!match) return undefined;
    const [whole, quoted, plain = '', end] = match;
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '') return cells;
    start += whole.length;
  }
}
