import type { Stats } from '../../core/index.js';
import { assertOutside } from '../database-files.js';
import { PartlyDone } from '../errors.js';
import type { Io } from '../io.js';
import { visible, writeLine } from '../output.js';
import { startProgress } from '../progress.js';
import { SESSION_FIELDS } from '../export/format.js';
import { databaseUrl, interruptible, openTarget, serverUrl } from '../target.js';
import { importCourses, type CoursesTally } from './courses.js';
import { FieldNames, toRenaming } from './fields.js';
import { entriesOf, formatOf } from './formats.js';
import { importLegacyCourses, legacyEntries } from './legacy.js';
import { newImporter } from './new-importer.js';
import { checkOptions, type ImportOptions } from './options.js';
import { pump } from './pump.js';
import { Rejects } from './rejects.js';
import { openSource, type Source } from './source.js';
import { describeRefused, writeSummary } from './summary.js';
import { linesOf } from './verdict.js';

/** @throws {PartlyDone} where lines were refused */
export async function runImport(io: Io, file: string | undefined, options: ImportOptions): Promise<void> {
  checkOptions(file, options);
  if (options.rejects !== undefined && serverUrl(io, options) === undefined) {
    await assertOutside(databaseUrl(io, options, { create: false }), options.rejects);
  }
  const read = file === undefined ? undefined : await readerOf(file, options);
  using source = file === undefined ? undefined : await openSource(io, file);
  using catalogue = options.courses === undefined ? undefined : await openSource(io, options.courses);
  await using stats = await interruptible(io, openTarget(io, options, options.dryRun ? 'read' : 'create'));
  const sources = [file, options.courses];
  // Last of all: what is there is lost with it.
  await using rejects = await Rejects.open({ stderr: io.stderr, file: options.rejects, sources });
  const courses: CoursesTally = { created: 0, kept: 0, refused: 0 };
  const importer = await newImporter(io, stats, options, { rejects, courses });
  try {
    await interruptible(io, bringCourses(io, stats, catalogue, options, courses));
    const { quiet = false, newIds = false, fromLegacy } = options;
    if (fromLegacy !== undefined) {
      const progress = startProgress(io, { unit: 'lines', quiet });
      const entries = legacyEntries(fromLegacy, (sessions) => progress.add(sessions));
      await pump(io, entries, { importer, progress, newIds });
    } else if (source && read) {
      const progress = startProgress(io, { total: source.size, unit: 'MB', quiet });
      const entries = read(source.chunks((bytes) => progress.add(bytes)));
      await pump(io, entries, { importer, progress, newIds });
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

function readerOf(file: string, { format, map, course }: ImportOptions) {
  const names = new FieldNames(SESSION_FIELDS, new Map(map.map(toRenaming)));
  return entriesOf(format ?? formatOf(file), names, course);
}

/** Before the sessions, which need them. */
async function bringCourses(
  io: Io,
  { unchecked: stats }: Stats,
  catalogue: Source | undefined,
  { fromLegacy, dryRun }: ImportOptions,
  tally: CoursesTally,
): Promise<void> {
  const options = { tally, tell: (line: string) => writeLine(io.stderr, visible(line)) };
  if (catalogue) await importCourses(stats, catalogue, options);
  if (fromLegacy !== undefined && !dryRun) await importLegacyCourses(stats, fromLegacy, options);
}
