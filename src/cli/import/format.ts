import { UsageError, withValue } from '../errors.js';
import { SESSION_FIELDS } from '../export/format.js';
import { formatOf, type ImportOptions } from './options.js';
import { CellFault, CellParser } from './readers/cells.js';
import { parseDelimiter } from './readers/csv-records.js';
import { readCsv } from './readers/csv.js';
import { toUtf8 } from './readers/encoding.js';
import type { Entry, Values } from './readers/entry.js';
import { FieldNames, parseDefault, parseMapping } from './readers/fields.js';
import { readDocument, readListOrLines } from './readers/json.js';
import { readEntries } from './readers/lines.js';

/** How the options read a file of sessions. */
export interface FileFormat {
  read(chunks: AsyncIterable<Buffer>): AsyncGenerator<Iterable<Entry>>;
  /** The values of fields that a line lacks. */
  readonly defaults: Values;
  /** Describes times that are probably not in milliseconds, after the file was read. */
  describeTimes(): string | undefined;
}

/** Milliseconds. If all times are below, they are more likely seconds or minutes. */
const SUSPICIOUS_TIME = 20_000;

/** @throws {UsageError} if an option has an invalid value */
export async function readFormat(file: string, options: ImportOptions): Promise<FileFormat> {
  const cells = await cellParserOf(options);
  const { format = formatOf(file), map, course, encoding } = options;
  const names = new FieldNames(SESSION_FIELDS, new Map(map.map(parseMapping)));
  const delimiter = options.delimiter === undefined ? undefined : parseDelimiter(options.delimiter);
  const common = { defaults: defaultsOf(options, cells), describeTimes: () => describeTimes(cells) };
  if (format === 'csv') {
    return { ...common, read: (chunks) => readCsv(toUtf8(chunks, encoding), names, { delimiter, cells }) };
  }
  if (format === 'ndjson') {
    return { ...common, read: (chunks) => readEntries(chunks, (text) => readDocument(names, text)) };
  }
  const { readStatement } = await import('./readers/xapi.js');
  return { ...common, read: (chunks) => readListOrLines(chunks, (text) => readStatement(text, course)) };
}

async function cellParserOf(options: ImportOptions): Promise<CellParser> {
  const { timeZone: name } = options;
  // Temporal is loaded only for local times.
  const timeZone = name === undefined ? undefined : new (await import('../local-time.js')).TimeZone(name);
  return new CellParser({ ...options, timeZone });
}

/** Returns the values of `--default` and `--completed-at`. */
function defaultsOf(options: ImportOptions, cells: CellParser): Values {
  const values: Record<string, unknown> = {};
  const add = (flag: string, field: string, text: string) => {
    const value = cells.parse(field, text.trim());
    if (value instanceof CellFault) throw new UsageError(`${flag} ${value.detail}`);
    values[field] = value;
  };
  for (const [field, text] of options.default.map(parseDefault)) {
    if (!SESSION_FIELDS.some((known) => known === field)) {
      throw new UsageError(`--default ${withValue(field, `must name one of ${SESSION_FIELDS.join(', ')}`)}`);
    }
    add(`--default ${field}`, field, text);
  }
  const { completedAt } = options;
  if (completedAt !== undefined && completedAt !== 'now') add('--completed-at', 'completedAt', completedAt);
  return values;
}

function describeTimes({ plainTimes: { count, longest } }: CellParser): string | undefined {
  if (count === 0 || longest === 0 || longest >= SUSPICIOUS_TIME) return undefined;
  const times = `The longest timeStudied of the file is ${longest.toLocaleString('en')} milliseconds.`;
  const advice =
    'If the times are in another unit, import the file again with --time-unit s or min and --on-conflict replace.';
  return `${times} ${advice}`;
}
