import type { DialectName } from '../../migrations/columns.js';
import { openStats, type CourseId, type DatabaseStats } from '../../src/core/index.js';
import { stoppedClock, type StoppedClock } from './clock.js';
import { createDatabase, withShortTimeouts, type TestDatabase } from './databases.js';

export interface Fixture extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly stats: DatabaseStats;
  readonly clock: StoppedClock;
  readonly courseId: CourseId;
}

interface FixtureOptions {
  /** Shortens the Postgres timeouts. Default: false. */
  readonly shortTimeouts?: boolean;
}

/** Opens a new database with one course and a stopped clock. */
export async function createFixture(
  dialect: DialectName,
  { shortTimeouts = false }: FixtureOptions = {},
): Promise<Fixture> {
  await using stack = new AsyncDisposableStack();
  const clock = stoppedClock();
  const database = stack.use(await createDatabase(dialect));
  const url = shortTimeouts ? withShortTimeouts(database.url) : database.url;
  const stats = stack.use(await openStats({ database: url, clock: clock.read }));
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  const resources = stack.move();
  return {
    database,
    stats,
    clock,
    courseId,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
