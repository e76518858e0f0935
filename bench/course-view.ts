/**
 * The course's view and its page by number of learners: a course with all sessions, read over HTTP, one request at a time.
 * Every learner has as many sessions, spread over all the time.
 */
import { createDatabase, DATABASES, openDatabases } from './databases.js';
import { startServer } from './processes.js';
import { grouped, median, printHeading, printRow } from './report.js';
import { idOf } from './seed.js';
import { ROSTER_SORTS } from '../src/core/index.js';

const LEARNERS: readonly number[] = [100, 10_000, 100_000];
const COURSE = `/courses/${idOf('course', 0)}`;
const ROSTER = `${COURSE}/learners`;

/** The paths, by the heading of their column. */
const REQUESTS = new Map([
  ...ROSTER_SORTS.map((sort) => [`roster by ${sort}`, `${ROSTER}?sort=${sort}&order=desc`] as const),
  ['inactive', `${ROSTER}?status=inactive&sort=lastCompletedAt`],
  ['search', `${ROSTER}?search=0a`],
  ['summary', `${COURSE}/summary`],
  ['activity by week', `${COURSE}/activity?interval=week`],
  ['page', `/dashboard${COURSE}`],
]);

export async function printCourseView(rounds: number, sessions: number): Promise<void> {
  printHeading(`${grouped(sessions)} sessions, p50 ms`, 'learners', ...REQUESTS.keys());
  for (const name of DATABASES) {
    for (const learners of LEARNERS) {
      await using databases = await openDatabases(name);
      const url = await createDatabase(databases, 'course', {
        from: 0,
        to: sessions,
        learner: (n) => n % learners,
        course: () => 0,
        modules: () => 2,
      });
      await using server = await startServer(url);
      const durations: string[] = [];
      for (const path of REQUESTS.values()) {
        durations.push((await medianTime(rounds, `http://127.0.0.1:${server.port}${path}`)).toFixed(0));
      }
      printRow(name, grouped(learners), ...durations);
    }
  }
}

/** Milliseconds; the first request warms up. */
async function medianTime(rounds: number, url: string): Promise<number> {
  const durations: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    const response = await fetch(url, { headers: { 'X-User-Id': idOf('learner', 0) } });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${url}: ${response.status} ${text}`);
    if (round > 0) durations.push(performance.now() - start);
  }
  return median(durations);
}
