import { constants, setPriority } from 'node:os';
import type { Bulk } from '../../core/bulk/bulk.js';
import type { Stats } from '../../core/index.js';
import { assertOutside } from '../database-files.js';
import { PartlyDone, UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { visible, writeLine } from '../output.js';
import { startProgress } from '../progress.js';
import { databaseUrl, interruptible, openTarget, serverUrl } from '../target.js';
import { CourseMaker } from './course-maker.js';
import { importCourses, type CoursesTally } from './courses.js';
import { recordDry } from './dry-run.js';
import { SESSION_FIELDS } from '../session-fields.js';
import { addRenaming, FieldNames } from './fields.js';
import { entriesOf, formatOf } from './formats.js';
import { Importer } from './importer.js';
import { importLegacyCourses, legacyEntries } from './legacy.js';
import type { ImportOptions } from './options.js';
import { counted, pump } from './pump.js';
import { bulkLedger, singleLedger } from './ledger.js';
import { Recorder } from './recorder.js';
import type { SessionCall } from './session-call.js';
import { Rejects } from './rejects.js';
import { openSource } from './source.js';
import { linesOf } from './tally.js';
import { describeRefused, writeSummary } from './summary.js';

/** Lines: the more, the fewer pages are written for each, and the more memory they take. */
const WINDOW = 100_000;
/** With new ids, where the database is lost, it is not known of all of them whether they are recorded. */
const WINDOW_OF_NEW_IDS = 1_000;
/** What is recorded one by one gains nothing by more. */
const WINDOW_OF_SINGLES = 5_000;
/** Of few lines that are long; a usual window has two thirds of it. */
const WINDOW_CHARACTERS = 24 * 1024 * 1024;
/** Sessions under way at a time, where they are recorded one by one. */
const CONCURRENCY = 64;

const GO_ON = 'Run the same again to go on: what is recorded is not counted twice.';
/** What has got a new id is not known again. */
const GO_ON_AFTER = 'Go on with the lines after it: what has got a new id would be counted again.';

/** @throws {PartlyDone} where lines were refused */
export async function runImport(io: Io, file: string | undefined, options: ImportOptions): Promise<void> {
  checkOptions(file, options);
  if (options.rejects !== undefined && serverUrl(io, options) === undefined) {
    await assertOutside(databaseUrl(io, options, { create: false }), options.rejects);
  }
  // A server on the same machine has people who wait for it. With the lowest priority we would hold SQLite's lock
  // and not get a turn.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const read = file === undefined ? undefined : await readerOf(file, options);
  await using source = file === undefined ? undefined : await openSource(file, io.stdin);
  await using stats = await interruptible(io, openTarget(io, options, options.dryRun ? 'read' : 'create'));
  const sources = [file, options.courses];
  // Last of all: what is there is lost with it.
  await using rejects = await Rejects.open({ stderr: io.stderr, file: options.rejects, sources });
  const courses: CoursesTally = { created: 0, kept: 0, refused: 0 };
  const importer = await newImporter(io, stats, options, { rejects, courses });
  try {
    await interruptible(io, bringCourses(io, stats, options, courses));
    const { quiet = false, fromLegacy } = options;
    const goOn = options.newIds ? GO_ON_AFTER : GO_ON;
    if (fromLegacy !== undefined) {
      const progress = startProgress(io, { total: undefined, unit: 'lines', quiet });
      await pump(io, counted(legacyEntries(fromLegacy), progress), { importer, progress, goOn });
    } else if (source && read) {
      const progress = startProgress(io, { total: source.size, unit: 'bytes', quiet });
      const entries = read(source.chunks((bytes) => progress.add(bytes)));
      await pump(io, entries, { importer, progress, goOn });
    }
  } catch (error) {
    if (linesOf(importer.tally) + courses.created + courses.kept > 0)
      writeSummary(io, options, importer.tally, courses);
    // The first error is the one to tell.
    await rejects.flush().catch(() => undefined);
    throw error;
  }
  writeSummary(io, options, importer.tally, courses);
  await rejects.flush();
  const { conflict, invalid } = importer.tally;
  const refused = invalid + (options.onConflict === 'skip' ? 0 : conflict);
  if (refused + courses.refused === 0) return;
  throw new PartlyDone(describeRefused(refused, courses.refused, rejects, options));
}

function checkOptions(file: string | undefined, { courses, fromLegacy, dryRun }: ImportOptions): void {
  if (file === undefined && courses === undefined && fromLegacy === undefined) {
    throw new UsageError('import what? Name a file, - for stdin, or --from-legacy');
  }
  if (file !== undefined && fromLegacy !== undefined) {
    throw new UsageError('a file and --from-legacy exclude each other');
  }
  if (file === '-' && courses === '-')
    throw new UsageError('stdin can be the sessions or the courses, not both');
  if (dryRun && courses !== undefined) {
    throw new UsageError('--dry-run changes nothing, and so cannot import --courses');
  }
}

function readerOf(file: string, { format, map, course }: ImportOptions) {
  const renamed = map.reduce((names, text) => addRenaming(text, names), new Map<string, string>());
  return entriesOf(format ?? formatOf(file), new FieldNames(SESSION_FIELDS, renamed), course);
}

/** Before the sessions, which need them. */
async function bringCourses(
  io: Io,
  { unchecked: stats }: Stats,
  { courses: file, fromLegacy, dryRun }: ImportOptions,
  tally: CoursesTally,
): Promise<void> {
  const options = { tally, tell: (line: string) => writeLine(io.stderr, visible(line)) };
  if (file !== undefined) await importCourses(stats, file, io.stdin, options);
  if (fromLegacy !== undefined && !dryRun) await importLegacyCourses(stats, fromLegacy, options);
}

type AnyImporter = Importer<number> | Importer<SessionCall>;

async function newImporter(
  io: Io,
  opened: Stats,
  options: ImportOptions,
  { rejects, courses }: { readonly rejects: Rejects; readonly courses: CoursesTally },
): Promise<AnyImporter> {
  const { onConflict, newIds = false, dryRun = false } = options;
  const { unchecked: stats } = opened;
  const recording = {
    replace:
      onConflict === 'replace'
        ? async ({ userId, courseId, session: { sessionId, ...session } }: SessionCall) => {
            await stats.putSession({ userId, courseId, sessionId, session });
          }
        : undefined,
    skip: onConflict === 'skip',
    courses:
      options.createCourses === true && !dryRun ? new CourseMaker(stats, () => courses.created++) : undefined,
    signal: io.signal,
    mayLeave: !newIds,
  };
  const importing = (window: number) => ({
    newIds,
    rejects,
    window: { lines: newIds ? WINDOW_OF_NEW_IDS : window, characters: WINDOW_CHARACTERS },
  });
  if (serverUrl(io, options) === undefined && !dryRun) {
    const { bulkOf } = await import('../../core/bulk/bulk.js');
    const [first, second] = [bulkOf(opened), bulkOf(opened)];
    if (first && second) {
      const recorderOf = (bulk: Bulk) => new Recorder({ ...recording, ledger: bulkLedger(bulk) });
      return new Importer({ recorders: [recorderOf(first), recorderOf(second)], ...importing(WINDOW) });
    }
  }
  // A dry run brings no courses.
  const createCourses = options.createCourses === true || options.fromLegacy !== undefined;
  const ledger = singleLedger(
    dryRun
      ? recordDry(stats, { onConflict, createCourses })
      : async (call) => ((await stats.recordSession(call)).outcome === 'recorded' ? 'created' : 'replayed'),
    CONCURRENCY,
  );
  // It keeps nothing of a window.
  const recorder = new Recorder({ ...recording, ledger });
  return new Importer({ recorders: [recorder, recorder], ...importing(WINDOW_OF_SINGLES) });
}
