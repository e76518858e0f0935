import { deriveId, sessionChecker, StatsError } from '../../../core/index.js';
import type { Io } from '../../io.js';
import { escapeControls, writeFields, writeFittingTable, writeJson, writeLine } from '../../output.js';
import { readIdNamespace } from '../../settings.js';
import { FaultKinds } from '../fault-kinds.js';
import { readFormat } from '../format.js';
import { toImportLine, type ImportLine } from '../line.js';
import { formatOf, type ImportOptions } from '../options.js';
import { describeFaults, faultsOf, type LineFault } from '../readers/entry.js';
import { FieldNames, parseMapping } from '../readers/fields.js';
import { openSource } from '../readers/source.js';
import { SESSION_FIELDS } from '../../export/format.js';
import { commandLines, importArguments } from './command.js';
import { proposeOptions } from './inference.js';
import { readSample, type Sample } from './sample.js';

/** Rejected rows that are printed. */
const MAX_EXAMPLES = 5;
/** Characters of a cell. */
const MAX_CELL = 28;

interface Reading {
  readonly rows: number;
  readonly sessions: ReadonlyMap<string, ImportLine>;
  /** The first accepted row, and its number from 0. */
  readonly first: { readonly line: ImportLine; readonly row: number } | undefined;
  readonly rejected: number;
  readonly kinds: readonly string[];
  readonly examples: readonly string[];
  /** Rows of the same learner, course and time as another row, with other content. */
  readonly sameTime: number;
}

/** Shows how an import would read the first rows of a file. It records nothing and needs no database. */
export async function runPreview(io: Io, file: string, given: ImportOptions): Promise<void> {
  using source = await openSource(io, file);
  const sample = await readSample(source, given);
  const { options: proposed, notes } = proposeOptions(sample, given);
  let options: ImportOptions = {
    ...proposed,
    format: hasFormat(file, sample) ? given.format : sample.format,
  };
  let reading = await readRows(io, file, sample, options);
  if (reading.sameTime > 0 && given.sameTime === undefined && given.onConflict === 'fail') {
    options = { ...options, sameTime: 'distinct' };
    reading = await readRows(io, file, sample, options);
  }
  const { rows, sessions, rejected, kinds, examples } = reading;
  const columns = columnsOf(sample, options, reading.first);
  const count = (name: string) => new Set(Array.from(sessions.values(), ({ session }) => session[name])).size;
  const counts = {
    rows,
    sessions: sessions.size,
    learners: count('userId'),
    courses: count('courseId'),
    rejected,
  };
  const args = importArguments(file, options);
  if (given.json) {
    writeJson(io.stdout, {
      ...counts,
      isWhole: sample.isWhole,
      columns,
      faults: kinds,
      notes,
      arguments: args,
    });
    return;
  }
  const form = sample.format === 'csv' ? `CSV in ${sample.encoding.toUpperCase()}` : sample.format;
  writeFields(io.stdout, [
    ['File', `${source.name}, ${form}`],
    [sample.isWhole ? 'Rows' : 'First rows', rows],
    ['Sessions', counts.sessions],
    ['Learners', counts.learners],
    ['Courses', counts.courses],
    ['Rejected', rejected],
  ]);
  writeLine(io.stdout, '');
  const table = columns.map(({ name, field, example, value }) => [
    cut(name),
    field ?? '–',
    cut(example),
    value,
  ]);
  writeFittingTable(io, table, ['Column', 'Field', 'Value', 'Read as']);
  const blocks = [
    [...(rejected > MAX_EXAMPLES ? kinds : []), ...examples],
    notes.map((note) => `Check: ${note}`),
  ];
  for (const lines of blocks.filter(({ length }) => length > 0)) {
    writeLine(io.stdout, '');
    for (const line of lines) writeLine(io.stdout, escapeControls(line));
  }
  writeLine(io.stdout, '\nTo import the file:\n');
  for (const line of commandLines(args)) writeLine(io.stdout, `  ${line}`);
}

function cut(text: string): string {
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
}

/** Returns true if the import finds the format on its own. */
function hasFormat(file: string, sample: Sample): boolean {
  try {
    return formatOf(file) === sample.format;
  } catch {
    return false;
  }
}

async function readRows(io: Io, file: string, sample: Sample, options: ImportOptions): Promise<Reading> {
  const format = await readFormat(io, file, options);
  const namespace = readIdNamespace(io, options);
  const lineOptions = {
    newIds: options.newIds ?? false,
    idNamespace: options.deriveIds ? namespace : undefined,
    courseIdOf: options.courseByName ? (name: string) => deriveId(name, namespace) : undefined,
    defaults: format.defaults,
    completedNow: options.completedAt === 'now' || options.newIds,
  };
  const check = sessionChecker(Date.now);
  const sessions = new Map<string, ImportLine>();
  const contents = new Map<string, Set<string>>();
  const kinds = new FaultKinds();
  const examples: string[] = [];
  let first: Reading['first'];
  let [rows, rejected] = [0, 0];
  const reject = ({ line, name = `line ${line}` }: ImportLine, faults: readonly LineFault[]) => {
    rejected++;
    kinds.add(faults);
    if (examples.length < MAX_EXAMPLES) examples.push(`${name}: ${describeFaults(faults)}`);
  };
  for await (const entries of format.read(only(sample.bytes))) {
    for (const entry of entries) {
      const line = toImportLine(entry, lineOptions);
      rows++;
      if (line.result?.outcome === 'rejected') {
        reject(line, line.result.faults);
        continue;
      }
      try {
        const { sessionId: _, ...content } = check(line.session);
        const known = contents.get(line.key) ?? new Set();
        contents.set(line.key, known.add(JSON.stringify(content)));
      } catch (error) {
        if (!(error instanceof StatsError)) throw error;
        reject(line, faultsOf(error));
        continue;
      }
      first ??= { line, row: rows - 1 };
      const isDistinct = options.sameTime === 'distinct' && line.hasDerivedId;
      sessions.set(isDistinct ? `${line.key} ${contents.get(line.key)?.size}` : line.key, line);
    }
  }
  const sameTime = Array.from(sessions.values()).filter(
    ({ key, hasDerivedId }) => hasDerivedId && (contents.get(key)?.size ?? 0) > 1,
  ).length;
  return { rows, sessions, first, rejected, kinds: kinds.describe(), examples, sameTime };
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function columnsOf({ columns, rows }: Sample, { map }: ImportOptions, first: Reading['first']) {
  const names = new FieldNames(SESSION_FIELDS, new Map(map.map(parseMapping)));
  const filled = rows.filter((row) => row.some((cell) => cell !== ''));
  return columns.map((name, index) => {
    const field = names.fieldFor(name) || undefined;
    const example = filled[first?.row ?? 0]?.[index] ?? '';
    const value = field === undefined ? undefined : first?.line.session[field];
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return { name, field, example, value: text };
  });
}
