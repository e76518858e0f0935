import type { Bulk } from '../../core/bulk/bulk.js';
import type { Stats } from '../../core/index.js';
import type { Io } from '../io.js';
import { serverUrl } from '../target.js';
import { CourseMaker } from './course-maker.js';
import type { CoursesTally } from './courses.js';
import { recordDry } from './dry-run.js';
import { Importer } from './importer.js';
import { bulkLedger, singleLedger } from './ledger.js';
import type { ImportOptions } from './options.js';
import { Recorder } from './recorder.js';
import type { Rejects } from './rejects.js';
import type { SessionCall } from './session-call.js';

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

/** An importer as the options say: a database takes thousands together, a server one at a time. */
export async function newImporter(
  io: Io,
  opened: Stats,
  options: ImportOptions,
  { rejects, courses }: { readonly rejects: Rejects; readonly courses: CoursesTally },
): Promise<Importer<number> | Importer<SessionCall>> {
  const { onConflict, newIds = false, dryRun = false } = options;
  const { unchecked: stats } = opened;
  const replace = async ({ userId, courseId, session: { sessionId, ...session } }: SessionCall) => {
    await stats.putSession({ userId, courseId, sessionId, session });
  };
  const recording = {
    replace: onConflict === 'replace' && !dryRun ? replace : undefined,
    skip: onConflict === 'skip',
    courses: options.createCourses && !dryRun ? new CourseMaker(stats, () => courses.created++) : undefined,
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
