import { deriveId, openLegacy, sqlitePath, StatsError, type Legacy, type Stats } from '../../core/index.js';
import { assertNotDatabaseFile } from '../database-files.js';
import { describeError, PartialImportError } from '../errors.js';
import { SESSION_FIELDS } from '../export/format.js';
import { interruptible, type Io } from '../io.js';
import { escapeControls, writeLine } from '../output.js';
import { startProgress, type Progress } from '../progress.js';
import { readIdNamespace } from '../settings.js';
import { databaseUrl, openTarget, serverUrl } from '../target.js';
import { findUndeclared } from '../undeclared.js';
import {
  CourseCreator,
  courseIdsByName,
  importCourseFile,
  importLegacyCourses,
  type CoursesTally,
} from './courses.js';
import { dryRunTarget } from './dry-run.js';
import { formatOf, type ImportOptions } from './options.js';
import { runPipeline } from './pipeline.js';
import { readCsv } from './readers/csv.js';
import type { Entry } from './readers/entry.js';
import { FieldNames, parseMapping } from './readers/fields.js';
import { readDocument } from './readers/json.js';
import { readLegacy } from './readers/legacy.js';
import { readEntries } from './readers/lines.js';
import { openSource, type Source } from './readers/source.js';
import { Rejects } from './rejects.js';
import { ImportTally, writeSummary } from './result.js';
import { SessionWriter } from './writer.js';
import { DEFAULT_GAP } from './xapi/rules.js';

const RETRYING = 'Retrying for up to 2 minutes.';
const CONTINUE = 'Later lines may be recorded too. Run the same command again; no session is counted twice.';
const CONTINUE_STATEMENTS =
  'Some sessions are recorded. Run the same command again; no session is counted twice.';
const CONTINUE_AFTER = 'Import only the lines after it: a session with a new id would be counted twice.';

interface ImportContext {
  readonly io: Io;
  readonly options: ImportOptions;
  readonly stats: Stats;
  readonly rejects: Rejects;
  readonly tally: ImportTally;
  readonly courses: CoursesTally;
}

/** @throws {PartialImportError} if lines or courses were rejected */
export async function runImport(io: Io, file: string | undefined, options: ImportOptions): Promise<void> {
  if (options.rejects !== undefined && serverUrl(io, options) === undefined) {
    await assertNotDatabaseFile(databaseUrl(io, options, { create: false }), options.rejects);
  }
  const { fromLegacy, dryRun = false } = options;
  const tally = new ImportTally();
  const read = file === undefined ? undefined : await selectReader(io, file, options, tally);
  using source = file === undefined ? undefined : await openSource(io, file);
  using catalogue = options.courses === undefined ? undefined : await openSource(io, options.courses);
  await using stats = await interruptible(io.signal, openTarget(io, options, dryRun ? 'read' : 'create'));
  await using legacy =
    fromLegacy === undefined
      ? undefined
      : await interruptible(io.signal, openLegacy({ database: fromLegacy }));
  const sources = [file, options.courses];
  // This truncates the file, so everything else must be open already.
  await using rejects = await Rejects.open({ stderr: io.stderr, file: options.rejects, sources });

  const courses = { created: 0, existing: 0, rejected: 0 };
  const opened = { io, options, stats, rejects, tally, courses };
  try {
    await interruptible(io.signal, importCourses(opened, catalogue, legacy));
    const { quiet = false } = options;
    if (legacy) {
      const progress = startProgress(io, { unit: 'lines', quiet });
      await importSessions(
        opened,
        readLegacy(legacy, (sessions) => progress.add(sessions)),
        progress,
      );
    } else if (source && read) {
      const progress = startProgress(io, { total: source.size, unit: 'MB', quiet });
      await importSessions(opened, read(source.open((bytes) => progress.add(bytes))), progress);
    }
  } catch (error) {
    if (tally.lines + courses.created + courses.existing > 0) writeSummary(io, options, tally, courses);
    await rejects.flush().catch(() => undefined);
    throw error;
  }
  const undeclared = await interruptible(io.signal, findUndeclared(stats.untyped, tally.studied));
  writeSummary(io, options, tally, courses, undeclared);
  if (rejects.count + courses.rejected > 0) throw new PartialImportError(rejects.describe(courses.rejected));
}

function isPostgres(io: Io, options: ImportOptions): boolean {
  if (serverUrl(io, options) !== undefined) return false;
  return sqlitePath(databaseUrl(io, options, { create: false })) === undefined;
}

/** Returns `undefined` if ids are not derived. */
function namespaceOf(io: Io, options: ImportOptions): string | undefined {
  return options.deriveIds || options.format === 'xapi' ? readIdNamespace(io, options) : undefined;
}

/** Returns `undefined` without `--course-by-name`. A course to be created has an id derived from its name. */
async function courseFinder(io: Io, options: ImportOptions, calls: Stats['untyped']) {
  if (!options.courseByName) return undefined;
  const namespace = readIdNamespace(io, options);
  const ids = await courseIdsByName(calls);
  return (name: string) =>
    ids.get(name) ?? (options.createCourses && name !== '' ? deriveId(name, namespace) : undefined);
}

function describeMore(more: string): string {
  const shown = JSON.stringify(more.slice(0, 60));
  return `The file ends with a page of statements that has more: ${shown}. Append the other pages to the file and import it again, because a session may continue on them.`;
}

type Reader = (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Iterable<Entry>>;

async function selectReader(
  io: Io,
  file: string,
  options: ImportOptions,
  tally: ImportTally,
): Promise<Reader> {
  const { format = formatOf(file), map, course, gap = DEFAULT_GAP, verb: verbs } = options;
  const names = new FieldNames(SESSION_FIELDS, new Map(map.map(parseMapping)));
  if (format === 'csv') return (chunks) => readCsv(chunks, names);
  if (format === 'ndjson') return (chunks) => readEntries(chunks, (text) => readDocument(names, text));
  const { readStatements } = await import('./xapi/reader.js');
  tally.statements = { read: 0, repeated: 0, voided: 0, ofOtherVerbs: 0 };
  const onMore = (more: string) => writeLine(io.stderr, escapeControls(describeMore(more)));
  const common = { course, gap, verbs, onMore, idNamespace: readIdNamespace(io, options) };
  const statements = tally.statements;
  return (chunks) => readStatements(chunks, { ...common, tally: statements });
}

async function importCourses(
  { io, options, stats: { untyped: calls }, courses: tally }: ImportContext,
  catalogue: Source | undefined,
  legacy: Legacy | undefined,
): Promise<void> {
  const report = (line: string) => writeLine(io.stderr, escapeControls(line));
  if (catalogue)
    await importCourseFile(calls, catalogue, { tally, report, idNamespace: namespaceOf(io, options) });
  if (legacy && !options.dryRun) await importLegacyCourses(calls, legacy, { tally, report });
}

async function importSessions(
  { io, options, stats: { untyped: calls }, rejects, tally, courses }: ImportContext,
  entries: AsyncGenerator<Iterable<Entry>>,
  progress: Progress,
): Promise<void> {
  const { onConflict, createCourses = false, dryRun = false, newIds = false, quiet = false } = options;
  const { signal } = io;
  const idNamespace = namespaceOf(io, options);
  const courseIdOf = await interruptible(signal, courseFinder(io, options, calls));
  const writer = new SessionWriter({
    target: dryRun
      ? dryRunTarget(calls, { createCourses: createCourses || options.fromLegacy !== undefined })
      : calls,
    onConflict,
    courses: createCourses && !dryRun ? new CourseCreator(calls, courses) : undefined,
    // With one chunk in flight, a created course exists for all later chunks.
    chunksInFlight: isPostgres(io, options) && !createCourses ? 2 : 1,
    signal,
    stopsWithinBatch: !newIds,
    onRetry: (error) => quiet || writeLine(io.stderr, escapeControls(`${describeError(error)} ${RETRYING}`)),
  });
  try {
    await runPipeline(entries, { writer, tally, rejects, newIds, idNamespace, courseIdOf, signal });
  } catch (error) {
    progress.end();
    const canContinue = signal.aborted || (error instanceof StatsError && error.kind === 'unavailable');
    if (tally.statements) {
      // Sessions are recorded in another order than that of the file, after all of it was read.
      if (canContinue) writeLine(io.stderr, `Stopped.${tally.lines > 0 ? ` ${CONTINUE_STATEMENTS}` : ''}`);
    } else if (canContinue || tally.lastLine > 0) {
      const advice = newIds ? ` ${CONTINUE_AFTER}` : canContinue ? ` ${CONTINUE}` : '';
      writeLine(io.stderr, `Stopped after line ${tally.lastLine.toLocaleString('en')}.${advice}`);
    }
    throw error;
  }
  progress.end();
}
