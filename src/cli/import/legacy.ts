import type { StatsCalls, Unchecked } from '../../core/index.js';
import { isOfTheCourse, type CoursesOptions } from './courses.js';
import { describeFaults, faultsOf, type Entry } from './reading.js';

/** Those that are here already stay as they are: they may have been renamed since. */
export async function importLegacyCourses(
  stats: Unchecked<StatsCalls>,
  url: string,
  { tally, tell }: CoursesOptions,
): Promise<void> {
  const { openLegacy } = await import('../../core/index.js');
  await using legacy = await openLegacy({ database: url });
  for (const course of await legacy.courses()) {
    try {
      await stats.addCourse({ course });
      tally.created++;
    } catch (error) {
      if (!isOfTheCourse(error)) throw error;
      if (error.code === 'course-id-taken') tally.kept++;
      else {
        tally.refused++;
        tell(`course ${course.courseId}: ${describeFaults(faultsOf(error))}`);
      }
    }
  }
}

/**
 * Its sessions; the line is their number.
 *
 * @param onRead told how many were taken
 */
export async function* legacyEntries(
  url: string,
  onRead: (sessions: number) => void,
): AsyncGenerator<readonly Entry[]> {
  const { openLegacy } = await import('../../core/index.js');
  await using legacy = await openLegacy({ database: url });
  let line = 0;
  for await (const sessions of legacy.sessions()) {
    yield sessions.map((session) => ({
      line: ++line,
      reading: { kind: 'values', values: withoutNulls(session) },
      name: `session ${session.sessionId}`,
    }));
    onRead(sessions.length);
  }
}

/** The replaced service did not insist on them. */
function withoutNulls(session: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(session).filter(([, value]) => value !== null));
}
