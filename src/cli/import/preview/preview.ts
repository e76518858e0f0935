import type { Io } from '../../io.js';
import { escapeControls, writeFields, writeFittingTable, writeJson, writeLine } from '../../output.js';
import { SESSION_FIELDS } from '../../session-fields.js';
import { checkOptions, formatOf, type ImportOptions } from '../options.js';
import { FieldNames, parseMappings } from '../readers/fields.js';
import { openSource } from '../readers/source.js';
import { createReader } from '../session-file.js';
import { commandLines, importArguments } from './command.js';
import { proposeOptions } from './inference.js';
import { MAX_EXAMPLES, readRows, type Reading } from './reading.js';
import { MAX_ROWS, only, readSample, type Table } from './sample.js';

/** Characters of a cell. */
const MAX_CELL = 28;

interface Preview {
  readonly format: string;
  /** The rows or the statements that were read. */
  readonly count: number;
  readonly isWhole: boolean;
  readonly reading: Reading;
  readonly columns: readonly Column[];
  readonly options: ImportOptions;
  /** Questions for the user. */
  readonly notes: readonly string[];
}

interface Column {
  readonly name: string;
  readonly field: string | undefined;
  readonly example: string;
  readonly value: string;
}

/** Shows how an import would read the first rows of a file. It records nothing and needs no database. */
export async function runPreview(io: Io, file: string, given: ImportOptions): Promise<void> {
  using source = await openSource(io, file);
  const sample = await readSample(source, given);
  const preview =
    sample.format === 'xapi'
      ? await previewStatements(io, file, { chunks: sample.chunks, given })
      : await previewTable(io, file, { table: sample, given });
  const { format, count, isWhole, reading, columns, options, notes } = preview;
  checkOptions(file, { ...options, preview: false });
  const counts = countsOf(reading);
  const isTable = sample.format !== 'xapi';
  const args = importArguments(file, options);
  if (given.json) {
    const counted = isTable ? { rows: count } : { statements: count };
    const faults = reading.kinds;
    writeJson(io.stdout, { ...counted, ...counts, isWhole, columns, faults, notes, arguments: args });
    return;
  }
  const unit = isTable ? 'rows' : 'statements';
  writeFields(io.stdout, [
    ['File', `${source.name}, ${format}`],
    [isWhole ? capitalized(unit) : `First ${unit}`, count],
    ...Object.entries(counts).map(([name, number]) => [capitalized(name), number] as const),
  ]);
  if (isTable) {
    writeLine(io.stdout, '');
    const rows = columns.map(({ name, field, example, value }) => [
      cut(name),
      field ?? '–',
      cut(example),
      value,
    ]);
    writeFittingTable(io, rows, ['Column', 'Field', 'Value', 'Read as']);
  }
  const blocks = [
    [...(reading.rejected > MAX_EXAMPLES ? reading.kinds : []), ...reading.examples],
    notes.map((note) => `Check: ${note}`),
  ];
  for (const lines of blocks.filter(({ length }) => length > 0)) {
    writeLine(io.stdout, '');
    for (const line of lines) writeLine(io.stdout, escapeControls(line));
  }
  writeLine(io.stdout, '\nTo import the file:\n');
  for (const line of commandLines(args)) writeLine(io.stdout, `  ${line}`);
}

async function previewStatements(
  io: Io,
  file: string,
  { chunks, given }: { readonly chunks: AsyncIterable<Buffer>; readonly given: ImportOptions },
): Promise<Preview> {
  const options: ImportOptions = { ...given, format: 'xapi', createCourses: true };
  const reader = await createReader(io, file, options, MAX_ROWS);
  const reading = await readRows(io, reader, { chunks, options });
  const count = reader.statements?.read ?? 0;
  return { format: 'xAPI', count, isWhole: count < MAX_ROWS, reading, columns: [], options, notes: [] };
}

async function previewTable(
  io: Io,
  file: string,
  { table, given }: { readonly table: Table; readonly given: ImportOptions },
): Promise<Preview> {
  const proposal = proposeOptions(table, given);
  const read = async (options: ImportOptions) =>
    readRows(io, await createReader(io, file, options), { chunks: only(table.bytes), options });
  let options: ImportOptions = {
    ...proposal.options,
    format: hasFormat(file, table) ? given.format : table.format,
  };
  let reading = await read(options);
  const notes = [...proposal.notes];
  if (reading.sameTime > 0 && given.sameTime === undefined && given.onConflict === 'fail') {
    notes.push(
      `${reading.sameTime} rows have the same learner, course and time, but other content; are they different sessions?`,
    );
    options = { ...options, sameTime: 'distinct' };
    reading = await read(options);
  }
  return {
    format: table.format === 'csv' ? `CSV in ${table.encoding.toUpperCase()}` : 'NDJSON',
    count: reading.rows,
    isWhole: table.isWhole,
    reading,
    options,
    notes,
    columns: columnsOf(table, options, reading),
  };
}

/** Returns true if the import finds the format on its own. */
function hasFormat(file: string, { format }: Table): boolean {
  try {
    return formatOf(file) === format;
  } catch {
    return false;
  }
}

function columnsOf({ columns, rows }: Table, { map }: ImportOptions, { example }: Reading): Column[] {
  const names = new FieldNames(SESSION_FIELDS, parseMappings(map));
  return columns.map((name, index) => {
    const field = names.fieldFor(name) || undefined;
    const value = field === undefined ? undefined : example?.values[field];
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return { name, field, example: rows[example?.row ?? 0]?.[index] ?? '', value: text };
  });
}

function countsOf({ sessions, rejected }: Reading) {
  const distinct = (name: string) =>
    new Set(Array.from(sessions.values(), ({ session }) => session[name])).size;
  return {
    sessions: sessions.size,
    learners: distinct('userId'),
    courses: distinct('courseId'),
    rejected,
  };
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function cut(text: string): string {
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
}
