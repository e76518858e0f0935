import type { Stats } from '../../core/index.js';
import { PartlyDone, UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { writeLine } from '../output.js';
import { startProgress } from '../progress.js';
import { interruptible, openTarget, serverUrl } from '../target.js';
import { importCourses, type CoursesTally } from './courses.js';
import { dryRun } from './dry-run.js';
import { addRenaming, FieldNames, SESSION_FIELDS } from './fields.js';
import { entriesOf, formatOf } from './formats.js';
import { Importer } from './importer.js';
import { importLegacyCourses, legacyEntries } from './legacy.js';
import type { ImportOptions } from './options.js';
import { counted, pump } from './pump.js';
import { Recorder } from './recorder.js';
import { Rejects } from './rejects.js';
import { openSource } from './source.js';
import { describeRefused, writeSummary } from './summary.js';

/** Sessions under way at a time: as many as two batches of a database take, or a server's connections. */
const CONCURRENCY = { database: 2_000, server: 64 } as const;

/** @throws {PartlyDone} where lines were refused */
export async function runImport(io: Io, file: string | undefined, options: ImportOptions): Promise<void> {
  if (file === undefined && options.courses === undefined && options.fromLegacy === undefined) {
    throw new UsageError('import what? Name a file, - for stdin, or --from-legacy');
  }
  if (file !== undefined && options.fromLegacy !== undefined) {
    throw new UsageError('a file and --from-legacy exclude each other');
  }
  if (options.dryRun && options.courses !== undefined) {
    throw new UsageError('--dry-run changes nothing, and so cannot import --courses');
  }
  const renamed = options.map.reduce((names, text) => addRenaming(text, names), new Map<string, string>());
  const names = new FieldNames(SESSION_FIELDS, renamed);
  const read =
    file === undefined ? undefined : await entriesOf(options.format ?? formatOf(file), names, options.course);
  await using rejects = await Rejects.open({ stderr: io.stderr, file: options.rejects, source: file });
  const quiet = options.quiet ?? false;
  await using source = file === undefined ? undefined : await openSource(file, io.stdin);
  await using stats = await interruptible(io, openTarget(io, options, options.dryRun ? 'read' : 'create'));

  const courses: CoursesTally =
    options.courses === undefined
      ? { created: 0, kept: 0, refused: [] }
      : await interruptible(io, importCourses(stats.unchecked, options.courses, io.stdin));
  for (const refused of courses.refused) writeLine(io.stderr, refused);

  const importer = newImporter(io, stats, options, rejects);
  try {
    if (options.fromLegacy !== undefined) {
      if (!options.dryRun)
        await interruptible(io, importLegacyCourses(stats.unchecked, options.fromLegacy, courses));
      const progress = startProgress(io, { total: undefined, unit: 'lines', quiet });
      await pump(io, importer, counted(legacyEntries(options.fromLegacy), progress), progress);
    } else if (source && read) {
      const progress = startProgress(io, { total: source.size, unit: 'bytes', quiet });
      await pump(io, importer, read(source.chunks((bytes) => progress.add(bytes))), progress);
    }
  } catch (error) {
    writeSummary(io, options, importer.tally, courses);
    // The first error is the one to tell.
    await rejects.flush().catch(() => undefined);
    throw error;
  }
  writeSummary(io, options, importer.tally, courses);
  await rejects.flush();
  const refused = importer.tally.invalid + (options.onConflict === 'skip' ? 0 : importer.tally.conflict);
  if (refused + courses.refused.length > 0)
    throw new PartlyDone(describeRefused(refused + courses.refused.length, rejects, options));
}

function newImporter(
  io: Io,
  { unchecked: stats }: Stats,
  options: ImportOptions,
  rejects: Rejects,
): Importer {
  const { onConflict, createCourses = false, newIds = false } = options;
  const recorder = new Recorder({
    stats,
    record: options.dryRun
      ? dryRun(stats, { onConflict, createCourses })
      : async (call) => ((await stats.recordSession(call)).outcome === 'recorded' ? 'created' : 'replayed'),
    onConflict,
    createCourses: createCourses && !options.dryRun,
  });
  const concurrency = CONCURRENCY[serverUrl(io, options) === undefined ? 'database' : 'server'];
  return new Importer({ recorder, newIds, rejects, concurrency });
}
