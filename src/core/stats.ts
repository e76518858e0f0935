import { migrations } from '../../migrations/index.js';
import type { MigrationStatus, Stats } from './api.js';
import { LocalStats } from './local.js';
import type { Clock } from './model/time.js';
import { unharming, type Observer } from './observer.js';
import { schemaOutdated } from './refusals.js';
import { withDriverFaults, type Database } from './store/database.js';
import { migrateDown, migrateUp, migrationStatus } from './store/migrate.js';
import { openDatabase } from './store/open.js';

const MAX_CALLS = 10_000;

export interface StatsConfig {
  /** `sqlite:PATH`, `sqlite::memory:` or `postgres://…`; `PG*` variables fill in what that URL leaves out. */
  readonly database: string;
  /** Bring the schema up to date first; otherwise one that is not current is refused. Default: true. */
  readonly migrate?: boolean;
  /** Make a SQLite file that does not exist yet. Default: true. */
  readonly create?: boolean;
  /**
   * How many calls may be under way at a time; one more is refused with `overloaded` at once, instead of making
   * all wait longer. Default: 10,000.
   */
  readonly maxCalls?: number;
  /** Told of what happens, such as for metrics. Default: nobody is. */
  readonly observer?: Observer;
  /** The time in milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: Clock;
}

/**
 * Opens a database for recording and reading.
 *
 * @example
 * await using stats = await openStats({ database: 'sqlite::memory:' });
 * const course = await stats.addCourse({ course: { name: 'Algebra' } });
 * console.log(course.courseId);
 *
 * @throws {StatsError} `invalid-database-url`, `node-unsupported`, `database-not-found`,
 *   `database-unusable`, `database-unavailable`, `schema-newer`, `schema-outdated`
 */
export async function openStats(config: StatsConfig): Promise<Stats> {
  const { database: url, migrate = true, create = true, clock = Date.now } = config;
  const { maxCalls = MAX_CALLS } = config;
  const observer = config.observer && unharming(config.observer);
  const database = await openDatabase(url, { create });
  const stats = new LocalStats(database, { clock, maxCalls, observer });
  try {
    if (migrate) await withDriverFaults(database, () => migrateUp(database, migrations, clock));
    else await withDriverFaults(database, () => assertCurrent(database));
    observer?.opened(() => stats.activity);
    return stats;
  } catch (error) {
    await closeQuietly(database);
    throw error;
  }
}

/** @throws {StatsError} `schema-outdated`, `schema-newer` */
export async function assertCurrent(database: Database): Promise<void> {
  const { pending } = await migrationStatus(database, migrations);
  if (pending.length > 0) throw schemaOutdated(pending);
}

/** The schema of a database, to be looked at or moved by hand. */
export interface Migrator extends AsyncDisposable {
  /** Which migrations are applied and which are pending. */
  status(): Promise<MigrationStatus>;
  /** Applies what is pending, all or nothing; the names of it. Safe while other processes do the same. */
  up(): Promise<readonly string[]>;
  /** Takes the last migration back, and the data with it; its name, or `undefined` if there is none. */
  down(): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * Opens a database to look at its schema or to move it.
 *
 * @throws {StatsError} as `openStats`; each call `schema-newer` if the database is ahead of this program
 */
export async function openMigrator(
  config: Pick<StatsConfig, 'database' | 'create' | 'clock'>,
): Promise<Migrator> {
  const { database: url, create = true, clock = Date.now } = config;
  const database = await openDatabase(url, { create });
  const close = () => database.close();
  return {
    status: () => withDriverFaults(database, () => migrationStatus(database, migrations)),
    up: () => withDriverFaults(database, () => migrateUp(database, migrations, clock)),
    down: () => withDriverFaults(database, () => migrateDown(database, migrations)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The error that made us close is the one to tell. */
async function closeQuietly(database: Database): Promise<void> {
  await database.close().catch(() => undefined);
}
