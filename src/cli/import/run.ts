import { openLegacy, sqlitePath, StatsError, type Legacy, type Stats } from '../../core/index.js';
import { assertOutside } from '../database-files.js';
import { describeError, PartlyDone } from '../errors.js';
import { SESSION_FIELDS } from '../export/format.js';
import { interruptible, type Io } from '../io.js';
import { visible, writeLine } from '../output.js';
import { startProgress, type Progress } from '../progress.js';
import { databaseUrl, openTarget, serverUrl } from '../target.js';
import { CourseCreator, importCourses, importLegacyCourses, type CoursesTally } from './courses.js';
import { dryRunTarget } from './dry-run.js';
import { checkOptions, formatOf, type ImportOptions } from './options.js';
import { runPipeline } from './pipeline.js';
import { readCsv } from './readers/csv.js';
import type { Entry } from './readers/entry.js';
import { FieldNames, parseRenaming } from './readers/fields.js';
import { readDocument, readListOrLines } from './readers/json.js';
import { readLegacy } from './readers/legacy.js';
import { readEntries } from './readers/lines.js';
import { openSource, type Source } from './readers/source.js';
import { Rejects } from './rejects.js';
import { ImportTally, writeSummary } from './result.js';
import { SessionWriter } from './writer.js';

const RETRYING = 'Retrying; the import fails after 2 minutes without success.';
const CONTINUE = 'Lines after it may be recorded too. Run the same command again: nothing is counted twice.';
const CONTINUE_AFTER = 'Continue with the lines after it: sessions that got a new id would be counted again.';

/** Everything that an import has opened. */
interface Import {
  readonly io: Io;
  readonly options: ImportOptions;
  readonly stats: Stats;
  readonly rejects: Rejects;
  readonly tally: ImportTally;
  readonly courses: CoursesTally;
}

/** @throws {PartlyDone} if lines or courses were rejected */
export async function runImport(io: Io, file: string | undefined, options: ImportOptions): Promise<void> {
  checkOptions(file, options);
  if (options.rejects !== undefined && serverUrl(io, options) === undefined) {
    await assertOutside(databaseUrl(io, options, { create: false }), options.rejects);
  }
  const { fromLegacy, dryRun = false } = options;
  const read = file === undefined ? undefined : await readerOf(file, options);
  using source = file === undefined ? undefined : await openSource(io, file);
  using catalogue = options.courses === undefined ? undefined : await openSource(io, options.courses);
  await using stats = await interruptible(io.signal, openTarget(io, options, dryRun ? 'read' : 'create'));
  await using legacy =
    fromLegacy === undefined
      ? undefined
      : await interruptible(io.signal, openLegacy({ database: fromLegacy }));
  const sources = [file, options.courses];
  // Last, because it truncates the file.
  await using rejects = await Rejects.open({ stderr: io.stderr, file: options.rejects, sources });

  const [tally, courses] = [new ImportTally(), { created: 0, kept: 0, rejected: 0 }];
  const opened = { io, options, stats, rejects, tally, courses };
  try {
    await interruptible(io.signal, bringCourses(opened, catalogue, legacy));
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
    if (tally.lines + courses.created + courses.kept > 0) writeSummary(io, options, tally, courses);
    // The first error is reported.
    await rejects.flush().catch(() => undefined);
    throw error;
  }
  writeSummary(io, options, tally, courses);
  if (rejects.count + courses.rejected > 0) throw new PartlyDone(rejects.describe(courses.rejected));
}

function isPostgres(io: Io, options: ImportOptions): boolean {
  if (serverUrl(io, options) !== undefined) return false;
  return sqlitePath(databaseUrl(io, options, { create: false })) === undefined;
}

type Reader = (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Iterable<Entry>>;

async function readerOf(
  file: string,
  { format = formatOf(file), map, course }: ImportOptions,
): Promise<Reader> {
  const names = new FieldNames(SESSION_FIELDS, new Map(map.map(parseRenaming)));
  if (format === 'csv') return (chunks) => readCsv(chunks, names);
  if (format === 'ndjson') return (chunks) => readEntries(chunks, (text) => readDocument(names, text));
  const { readStatement } = await import('./readers/xapi.js');
  return (chunks) => readListOrLines(chunks, (text) => readStatement(text, course));
}

/** Imports the courses first: the sessions need them. */
async function bringCourses(
  { io, options, stats: { untyped: calls }, courses: tally }: Import,
  catalogue: Source | undefined,
  legacy: Legacy | undefined,
): Promise<void> {
  const report = (line: string) => writeLine(io.stderr, visible(line));
  if (catalogue) await importCourses(calls, catalogue, { tally, report });
  if (legacy && !options.dryRun) await importLegacyCourses(calls, legacy, { tally, report });
}

async function importSessions(
  { io, options, stats: { untyped: calls }, rejects, tally, courses }: Import,
  entries: AsyncGenerator<Iterable<Entry>>,
  progress: Progress,
): Promise<void> {
  const { onConflict, createCourses = false, dryRun = false, newIds = false, quiet = false } = options;
  const { signal } = io;
  const writer = new SessionWriter({
    target: dryRun
      ? dryRunTarget(calls, { createCourses: createCourses || options.fromLegacy !== undefined })
      : calls,
    onConflict,
    courses: createCourses && !dryRun ? new CourseCreator(calls, courses) : undefined,
    // With one in flight, a course that is created is there for all later chunks.
    chunksInFlight: isPostgres(io, options) && !createCourses ? 2 : 1,
    signal,
    stopsWithinBatch: !newIds,
    onRetry: (error) => quiet || writeLine(io.stderr, visible(`${describeError(error)} ${RETRYING}`)),
  });
  try {
    await runPipeline(entries, { writer, tally, rejects, newIds, signal });
  } catch (error) {
    progress.end();
    const canContinue = signal.aborted || (error instanceof StatsError && error.kind === 'unavailable');
    if (canContinue || tally.lastLine > 0) {
      const advice = newIds ? ` ${CONTINUE_AFTER}` : canContinue ? ` ${CONTINUE}` : '';
      writeLine(io.stderr, `Stopped after line ${tally.lastLine.toLocaleString('en')}.${advice}`);
    }
    throw error;
  }
  progress.end();
}
