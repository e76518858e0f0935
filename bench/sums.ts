/**
 * Lifetime stats beside the query of a home-made table, which sums the sessions for each request. Both run in this
 * process on the same database, one call at a time.
 */
import BetterSqlite from 'better-sqlite3';
import { Client } from 'pg';
import { openStats, toCourseId, toUserId } from '../src/core/index.js';
import { createDatabase, DATABASES, openDatabases } from './databases.js';
import { grouped, median, printHeading, printRow, times } from './report.js';
import { idOf } from './seed.js';

/** The sessions of the learners 0, 1, 2 and 3 in course 0. */
const HISTORIES: readonly number[] = [10, 1_000, 100_000, 1_000_000];
const TOTAL = HISTORIES.reduce((sum, size) => sum + size);
const ENDS = HISTORIES.map((_, index) => HISTORIES.slice(0, index + 1).reduce((sum, size) => sum + size));

const SUMS = `select count(*), sum(total_modules_studied), sum(time_studied), min(completed_at), max(completed_at),
  sum(average_score_units * total_modules_studied) * 1.0 / sum(total_modules_studied)
  from study_sessions`;

export async function printSums(rounds: number): Promise<void> {
  printHeading('database', 'sessions of the learner', 'stats-service ms', 'sum of the sessions ms', '');
  const seed = {
    from: 0,
    to: TOTAL,
    learner: (n: number) => ENDS.findIndex((end) => n < end),
    course: () => 0,
    modules: () => 2,
  };
  for (const name of DATABASES) {
    await using databases = await openDatabases(name);
    const url = await createDatabase(databases, 'sums', seed);
    await using stats = await openStats({ database: url });
    await using sums = await openSums(url);
    for (const [position, size] of HISTORIES.entries()) {
      const [user, course] = [idOf('learner', position), idOf('course', 0)];
      const learner = { userId: toUserId(user), courseId: toCourseId(course) };
      const ours = await medianTime(rounds, () => stats.getStats(learner));
      const theirs = await medianTime(rounds, () => sums.read(user, course));
      printRow(name, grouped(size), ours.toFixed(3), theirs.toFixed(3), times(theirs / ours));
    }
  }
}

/** Milliseconds; the first call warms up. */
async function medianTime(rounds: number, read: () => Promise<unknown>): Promise<number> {
  await read();
  const durations: number[] = [];
  for (let round = 0; round < 20 * rounds; round++) {
    const start = performance.now();
    await read();
    durations.push(performance.now() - start);
  }
  return median(durations);
}

interface SumsReader extends AsyncDisposable {
  read(user: string, course: string): Promise<unknown>;
}

async function openSums(url: string): Promise<SumsReader> {
  if (url.startsWith('sqlite:')) {
    const db = new BetterSqlite(url.slice('sqlite:'.length));
    const statement = db.prepare(`${SUMS} where user_id = unhex(?, '-') and course_id = unhex(?, '-')`);
    return {
      read: async (user, course) => statement.get(user, course),
      [Symbol.asyncDispose]: async () => void db.close(),
    };
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  const text = `${SUMS} where user_id = $1 and course_id = $2`;
  return {
    read: (user, course) => client.query({ name: 'sums', text, values: [user, course] }),
    [Symbol.asyncDispose]: () => client.end(),
  };
}
