import { UsageError, withValue } from '../errors.js';
import type { Io } from '../io.js';
import { escapeControls, writeLine } from '../output.js';
import { readIdNamespace } from '../settings.js';
import { ENROLMENT_FIELDS, SESSION_FIELDS } from '../session-fields.js';
import { formatOf, type ImportOptions } from './options.js';
import { CellParser, SUSPICIOUS_TIME } from './readers/cells.js';
import { parseDelimiter } from './readers/csv-records.js';
import { readCsv } from './readers/csv.js';
import { toUtf8 } from './readers/encoding.js';
import { CellFault, type Entry, type Values } from './readers/entry.js';
import { FieldNames, parseDefault, parseMappings, type OnId } from './readers/fields.js';
import { readDocument } from './readers/json.js';
import { readEntries } from './readers/lines.js';
import type { StatementsTally } from './xapi/reader.js';
import { DEFAULT_GAP } from './xapi/rules.js';

/** A reader of files of sessions or enrolments, configured by the options. */
export interface SessionFileReader {
  /** @param onId receives the ids that the reader derives */
  read(chunks: AsyncIterable<Buffer>, onId?: OnId): AsyncGenerator<Iterable<Entry>>;
  /** The statements that sessions are derived from; `undefined` for other formats. */
  readonly statements?: StatementsTally;
  /** The values of fields that a line lacks. */
  readonly defaults: Values;
  /** Call it after reading. Returns a hint if the times are probably not in milliseconds. */
  unitHint(): string | undefined;
}

/**
 * @param maxStatements statements to read. Default: all
 * @throws {UsageError} if an option has an invalid value
 */
export async function createReader(
  io: Io,
  file: string,
  options: ImportOptions,
  maxStatements?: number,
): Promise<SessionFileReader> {
  const cells = await cellParserOf(options);
  const { format = formatOf(file), map, encoding } = options;
  const names = new FieldNames(fieldsOf(options), parseMappings(map));
  const delimiter = options.delimiter === undefined ? undefined : parseDelimiter(options.delimiter);
  const common = { defaults: defaultsOf(options, cells), unitHint: () => unitHint(cells, options.sameTime) };
  if (format === 'csv') {
    return { ...common, read: (chunks) => readCsv(toUtf8(chunks, encoding), names, { delimiter, cells }) };
  }
  if (format === 'ndjson') {
    return { ...common, read: (chunks) => readEntries(chunks, (text) => readDocument(names, text)) };
  }
  const { readStatements } = await import('./xapi/reader.js');
  const { course, gap = DEFAULT_GAP, verb: verbs } = options;
  const statements = { read: 0, repeated: 0, voided: 0, ofOtherVerbs: 0 };
  const onMore = (more: string) => writeLine(io.stderr, escapeControls(describeMore(more)));
  const reading = {
    course,
    gap,
    verbs,
    onMore,
    maxStatements,
    idNamespace: readIdNamespace(io, options),
    tally: statements,
  };
  return { ...common, statements, read: (chunks, onId) => readStatements(chunks, { ...reading, onId }) };
}

function fieldsOf({ enrolments }: ImportOptions): readonly string[] {
  return enrolments === undefined ? SESSION_FIELDS : ENROLMENT_FIELDS;
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
    const fields = fieldsOf(options);
    if (!fields.includes(field)) {
      throw new UsageError(`--default ${withValue(field, `must name one of ${fields.join(', ')}`)}`);
    }
    add(`--default ${field}`, field, text);
  }
  const { completedAt } = options;
  if (completedAt !== undefined && completedAt !== 'now') add('--completed-at', 'completedAt', completedAt);
  return values;
}

function describeMore(more: string): string {
  const shown = JSON.stringify(more.slice(0, 60));
  return `The file ends with a page of statements that has more: ${shown}. A session may continue on the next page, so append the other pages to the file and import it again with --on-conflict replace.`;
}

function unitHint(cells: CellParser, sameTime: ImportOptions['sameTime']): string | undefined {
  const { count, short, longest } = cells.plainTimes;
  if (2 * short <= count) return undefined;
  const limit = SUSPICIOUS_TIME.toLocaleString('en');
  const times = `Most values of timeStudied are below ${limit} milliseconds; the longest is ${longest.toLocaleString('en')}.`;
  const again =
    sameTime === undefined
      ? 'import the file again with --time-unit s or min and --on-conflict replace'
      : 'delete these sessions or use another database, and import the file again with --time-unit s or min';
  return `${times} If the times are in another unit, ${again}.`;
}
