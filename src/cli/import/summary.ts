import type { Io } from '../io.js';
import { writeFields, writeJson } from '../output.js';
import type { CoursesTally } from './courses.js';
import type { ImportOptions } from './options.js';
import type { Rejects } from './rejects.js';
import { linesOf, type Tally } from './verdict.js';

/** On stdout, whatever else is told. */
export function writeSummary(io: Io, options: ImportOptions, tally: Tally, courses: CoursesTally): void {
  const { replaced, ...counts } = tally;
  const summary = { lines: linesOf(tally), ...counts, ...(options.onConflict === 'replace' && { replaced }) };
  if (options.json) {
    writeJson(io.stdout, {
      ...summary,
      coursesCreated: courses.created,
      coursesKept: courses.kept,
      coursesRefused: courses.refused,
    });
    return;
  }
  const names: Readonly<Record<string, string>> = {
    lines: 'Sessions',
    created: options.dryRun ? 'Would be created' : 'Created',
    replayed: 'Replayed',
    conflict: 'In conflict',
    invalid: 'Invalid',
    replaced: options.dryRun ? 'Would be replaced' : 'Replaced',
  };
  const fields = Object.entries(summary).map(
    ([name, count]) => [names[name] ?? name, count.toLocaleString('en')] as const,
  );
  const ofCourses = courses.created + courses.kept;
  writeFields(io.stdout, [
    ...(ofCourses > 0 ? [['Courses', ofCourses.toLocaleString('en')] as const] : []),
    ...fields,
  ]);
}

/** @param sessions refused, of which the first are told and all may be kept; of courses all are told */
export function describeRefused(
  sessions: number,
  courses: number,
  { untold }: Rejects,
  { rejects }: ImportOptions,
): string {
  const count = `${(sessions + courses).toLocaleString('en')} refused`;
  if (sessions === 0) return `${count}.`;
  const more = untold > 0 ? `; ${untold.toLocaleString('en')} of them are not told above` : '';
  const which = courses > 0 ? 'the sessions among them' : 'them';
  const where = rejects === undefined ? `--rejects FILE keeps ${which}` : `${rejects} has ${which}`;
  return `${count}${more}. ${where}.`;
}
