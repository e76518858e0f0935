import * as z from 'zod';
import type { DatabaseStats, MigrationStatus } from './api.js';
import { LocalStats } from './local-stats.js';
import { minLearnersSchema } from './model/course-summary.js';
import type { Clock } from './model/time.js';
import { parseCall } from './model/validation.js';
import { withoutErrors, type Observer } from './observer.js';
import { withStatsErrors } from './store/store.js';
import {
  assertCurrent,
  distributeTables,
  migrateDown,
  migrateUp,
  migrationStatus,
} from './store/migrator.js';
import { openStore } from './store/open.js';

const configSchema = z.object({ minLearners: minLearnersSchema });

/** Maximum number of calls in flight. */
const MAX_CALLS = 10_000;

export interface StatsConfig {
  /** `sqlite:PATH`, `sqlite::memory:` or `postgres://…`; `PG*` variables supply what the URL omits. */
  readonly database: string;
  /** Applies pending migrations; if false, pending migrations are an error. Default: true. */
  readonly migrate?: boolean | undefined;
  /** Creates a missing SQLite file. Default: true. */
  readonly create?: boolean | undefined;
  /**
   * Refuses every change with `read-only` and applies no migrations, for a standby, a read-only role or a read-only file.
   * Default: false.
   */
  readonly readOnly?: boolean | undefined;
  /** Maximum number of calls in flight; further calls fail with `overloaded` at once. Default: 10,000. */
  readonly maxCalls?: number | undefined;
  /** Receives events of the database, for example for metrics. Exceptions are ignored. Default: none. */
  readonly observer?: Observer | undefined;
  /**
   * The number of learners below which the summary of a course has no quantiles, because they would be the figures of
   * single learners: 1 to 1,000. Default: 1.
   */
  readonly minLearners?: number | undefined;
  /** The time in milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: Clock | undefined;
}

/**
 * Opens a database for recording and reading.
 *
 * @example
 * await using stats = await openStats({ database: 'sqlite::memory:' });
 * const course = await stats.addCourse({ course: { name: 'Algebra' } });
 * console.log(course.courseId);
 *
 * @throws {StatsError} `invalid-request`, `invalid-database-url`, `node-unsupported`, `database-not-found`,
 *   `database-unusable`, `database-unavailable`, `schema-newer`, `schema-unsupported`, `schema-outdated`
 */
export async function openStats(config: StatsConfig): Promise<DatabaseStats> {
  const { database: url, readOnly = false, maxCalls = MAX_CALLS, clock = Date.now } = config;
  const { minLearners } = parseCall(configSchema, { minLearners: config.minLearners });
  const { migrate = !readOnly, create = !readOnly } = config;
  const observer = config.observer && withoutErrors(config.observer);
  const store = await openStore(url, { create, readOnly });
  const stats = new LocalStats(store, { clock, maxCalls, minLearners, observer, readOnly });
  try {
    if (migrate) await withStatsErrors(store, () => migrateUp(store, clock));
    else await withStatsErrors(store, () => assertCurrent(store));
    observer?.opened(() => stats.activity);
    return stats;
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
}

/** Inspects and migrates the schema of a database. */
export interface Migrator extends AsyncDisposable {
  /** Returns the applied and the pending migrations. */
  status(): Promise<MigrationStatus>;
  /** Applies all pending migrations in one transaction and returns their names. Concurrent processes wait. */
  up(): Promise<readonly string[]>;
  /**
   * Reverts the last migration, deleting its data; returns its name, or `undefined` if none is applied.
   *
   * @throws {StatsError} `database-not-empty` if that would delete courses, sessions or API keys
   */
  down(): Promise<string | undefined>;
  /**
   * Distributes the tables over the nodes of Citus, with their rows, and returns the names of those that were not
   * distributed yet. Recording waits meanwhile.
   *
   * @throws {StatsError} `database-unusable` without the Citus extension; `schema-outdated`
   */
  distribute(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * Opens a database to inspect or migrate its schema.
 *
 * @throws {StatsError} as `openStats`; every call also `schema-newer` if a newer release has migrated the
 *   database
 */
export async function openMigrator(
  config: Pick<StatsConfig, 'database' | 'create' | 'readOnly' | 'clock'>,
): Promise<Migrator> {
  const { database: url, readOnly = false, create = !readOnly, clock = Date.now } = config;
  const store = await openStore(url, { create, readOnly });
  const close = () => store.close();
  return {
    status: () => withStatsErrors(store, () => migrationStatus(store)),
    up: () => withStatsErrors(store, () => migrateUp(store, clock)),
    down: () => withStatsErrors(store, () => migrateDown(store)),
    distribute: () => withStatsErrors(store, () => distributeTables(store)),
    close,
    [Symbol.asyncDispose]: close,
  };
}
