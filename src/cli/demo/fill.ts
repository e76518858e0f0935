import { describeDatabase, openStats, type DatabaseStats } from '../../core/index.js';
import { UsageError } from '../errors.js';
import { demoCourses, WEEK, WEEKS, type DemoCourse } from './courses.js';

/** Maximum number of sessions of a call. */
const MAX_BATCH = 1_000;

/**
 * Opens a database and fills it with the courses of the demo.
 *
 * @param clock now is the end of the last week of the courses
 * @throws {UsageError} if the database has courses
 */
export async function openDemo(database: string, clock: () => number = Date.now): Promise<DatabaseStats> {
  const now = clock();
  let read = () => now - (WEEKS + 1) * WEEK;
  const stats = await openStats({ database, clock: () => read() });
  try {
    const { items } = await stats.listCourses({ limit: 1 });
    if (items.length > 0) {
      throw new UsageError(
        `${describeDatabase(database)} has courses; demo fills only a new or empty database. Leave out --database for a temporary one`,
      );
    }
    const courses = demoCourses(now);
    // Learners enrol before the first week.
    for (const course of courses) await enrol(stats, course);
    read = clock;
    for (const course of courses) await record(stats, course);
    return stats;
  } catch (error) {
    await stats.close();
    throw error;
  }
}

async function enrol(stats: DatabaseStats, { courseId, course, enrolments }: DemoCourse): Promise<void> {
  await stats.setCourse({ courseId, course });
  for (const { userId, enrolment } of enrolments) await stats.enrolLearner({ userId, courseId, enrolment });
}

async function record(stats: DatabaseStats, { sessions }: DemoCourse): Promise<void> {
  for (let start = 0; start < sessions.length; start += MAX_BATCH) {
    const results = await stats.recordSessions({ sessions: sessions.slice(start, start + MAX_BATCH) });
    for (const result of results) if (result.outcome === 'failed') throw result.error;
  }
}
