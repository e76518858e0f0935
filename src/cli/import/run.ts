import { deriveId, openLegacy, sqlitePath, StatsError, type Legacy, type Stats } from '../../core/index.js';
import { assertNotDatabaseFile } from '../database-files.js';
import { describeError, PartialImportError } from '../errors.js';
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
import { enrolmentTarget } from './enrolments.js';
import type { ImportOptions } from './options.js';
import { runPipeline } from './pipeline.js';
import type { Entry, Values } from './readers/entry.js';
import type { OnId } from './readers/fields.js';
import { readLegacy } from './readers/legacy.js';
import { openSource, type Source } from './readers/source.js';
import { Rejects } from './rejects.js';
import { ImportTally, writeSummary } from './result.js';
import { createReader } from './session-file.js';
import { SessionWriter } from './writer.js';

const RETRYING = 'Retrying for up to 2 minutes.';
const CONTINUE = 'Run the same command again; no session is counted twice.';
const CONTINUE_ENROLMENTS = 'Run the same command again.';
const CONTINUE_AFTER = 'Import only the lines after it: a session with a new id would be counted twice.';

interface ImportContext {
  readonly io: Io;
  readonly options: ImportOptions;
  readonly stats: Stats;
  readonly rejects: Rejects;
  readonly tally: ImportTally;
  readonly courses: CoursesTally;
  readonly defaults: Values | undefined;
  readonly onId: OnId | undefined;
}

/** @throws {PartialImportError} if lines or courses were rejected */
export async function runImport(io: Io, sessions: string | undefined, options: ImportOptions): Promise<void> {
  const file = sessions ?? options.enrolments;
  for (const written of [options.rejects, options.ids]) {
    if (written === undefined || serverUrl(io, options) !== undefined) continue;
    await assertNotDatabaseFile(databaseUrl(io, options, { create: false }), written);
  }
  const { fromLegacy, dryRun = false } = options;
  const tally = new ImportTally();
  const reader = file === undefined ? undefined : await createReader(io, file, options);
  tally.statements = reader?.statements;
  using source = file === undefined ? undefined : await openSource(io, file);
  using catalogue = options.courses === undefined ? undefined : await openSource(io, options.courses);
  await using stats = await interruptible(io.signal, openTarget(io, options, dryRun ? 'read' : 'create'));
  await using legacy =
    fromLegacy === undefined
      ? undefined
      : await interruptible(io.signal, openLegacy({ database: fromLegacy }));
  const sources = [file, options.courses];
  using ids = await openDerivedIds(io, options, sources);
  // This truncates the file, so everything else must be open already.
  await using rejects = await Rejects.open({
    stderr: io.stderr,
    file: options.rejects,
    sources,
    derivesIds: namespaceOf(io, options) !== undefined,
  });

  const courses = { created: 0, existing: 0, rejected: 0 };
  const opened = {
    io,
    options,
    stats,
    rejects,
    tally,
    courses,
    defaults: reader?.defaults,
    onId: ids?.add,
  };
  try {
    await interruptible(io.signal, importCourses(opened, catalogue, legacy));
    const { quiet = false } = options;
    if (legacy) {
      const progress = startProgress(io, { unit: 'lines', quiet });
      await importLines(
        opened,
        readLegacy(legacy, (read) => progress.add(read)),
        progress,
      );
    } else if (source && reader) {
      const progress = startProgress(io, { total: source.size, unit: 'MB', quiet });
      const entries = reader.read(
        source.open((bytes) => progress.add(bytes)),
        ids?.add,
      );
      await importLines(opened, entries, progress);
    }
    await ids?.write();
  } catch (error) {
    if (tally.lines + courses.created + courses.existing > 0) writeSummary(io, options, tally, courses);
    await rejects.flush().catch(() => undefined);
    throw error;
  }
  const hint = reader?.unitHint();
  if (hint !== undefined && !options.quiet) writeLine(io.stderr, hint);
  const undeclared = await interruptible(io.signal, findUndeclared(stats.untyped, tally.studied));
  writeSummary(io, options, tally, courses, undeclared);
  if (rejects.count + courses.rejected > 0) throw new PartialImportError(rejects.describe(courses.rejected));
}

/** Returns `undefined` without `--ids`. */
async function openDerivedIds(
  io: Io,
  { ids: file, rejects }: ImportOptions,
  sources: readonly (string | undefined)[],
) {
  if (file === undefined) return undefined;
  const { DerivedIds } = await import('./derived-ids.js');
  return DerivedIds.open(io, { file, sources, rejects });
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

async function importCourses(
  { io, options, stats: { untyped: calls }, courses: tally, onId }: ImportContext,
  catalogue: Source | undefined,
  legacy: Legacy | undefined,
): Promise<void> {
  const report = (line: string) => writeLine(io.stderr, escapeControls(line));
  if (catalogue)
    await importCourseFile(calls, catalogue, { tally, report, idNamespace: namespaceOf(io, options), onId });
  if (legacy && !options.dryRun) await importLegacyCourses(calls, legacy, { tally, report });
}

async function importLines(
  { io, options, stats: { untyped: calls }, rejects, tally, courses, defaults, onId }: ImportContext,
  entries: AsyncGenerator<Iterable<Entry>>,
  progress: Progress,
): Promise<void> {
  const { createCourses = false, dryRun = false, newIds = false, quiet = false } = options;
  const isEnrolment = options.enrolments !== undefined;
  // A later line of a learner and course replaces an earlier one.
  const onConflict = isEnrolment ? 'replace' : options.onConflict;
  const { signal } = io;
  const idNamespace = namespaceOf(io, options);
  const courseIdOf = await interruptible(signal, courseFinder(io, options, calls));
  const writer = new SessionWriter({
    target: isEnrolment
      ? enrolmentTarget(calls)
      : dryRun
        ? dryRunTarget(calls, { createCourses: createCourses || options.fromLegacy !== undefined })
        : calls,
    onConflict,
    distinct: options.sameTime === 'distinct',
    courses: createCourses && !dryRun ? new CourseCreator(calls, courses) : undefined,
    // With one chunk in flight, a created course exists for all later chunks.
    chunksInFlight: isPostgres(io, options) && !createCourses ? 2 : 1,
    signal,
    stopsWithinBatch: !newIds,
    onRetry: (error) => quiet || writeLine(io.stderr, escapeControls(`${describeError(error)} ${RETRYING}`)),
  });
  try {
    const completedNow = options.completedAt === 'now' || options.fromLegacy !== undefined;
    const lines = { newIds, idNamespace, courseIdOf, onId, defaults, completedNow, isEnrolment };
    await runPipeline(entries, { ...lines, writer, tally, rejects, signal });
  } catch (error) {
    progress.end();
    rejects.print();
    // A token can expire during an import.
    const isDenied = error instanceof StatsError && error.code === 'access-denied';
    const isUnavailable = error instanceof StatsError && error.kind === 'unavailable';
    const canContinue = signal.aborted || isUnavailable || (isDenied && tally.lines > 0);
    if (tally.statements) {
      // Sessions are recorded in another order than that of the file, after all of it was read.
      if (canContinue)
        writeLine(io.stderr, `Stopped.${tally.lines > 0 ? ` Some sessions are recorded. ${CONTINUE}` : ''}`);
    } else if (tally.lines === 0 && canContinue && !signal.aborted) {
      writeLine(io.stderr, `Stopped. No line is known to be recorded. ${CONTINUE}`);
    } else if (canContinue || tally.lastLine > 0) {
      const advised = isEnrolment ? CONTINUE_ENROLMENTS : CONTINUE;
      const again = canContinue ? ` Later lines may be recorded too. ${advised}` : '';
      const advice = newIds ? ` ${CONTINUE_AFTER}` : again;
      writeLine(io.stderr, `Stopped after line ${tally.lastLine.toLocaleString('en')}.${advice}`);
    }
    throw error;
  }
  progress.end();
  rejects.print();
}
