import { sql } from 'kysely';
import { StatsError } from '../errors.js';
import { withStatsErrors, type Store } from '../store/store.js';
import { openStore } from '../store/open.js';
import { keysetPages } from '../store/sql/paging.js';

export interface LegacyCourse {
  readonly courseId: string;
  readonly name: string;
}

/** A session of the previous service, with the values that stats-service records. */
export interface LegacySession {
  readonly userId: string;
  readonly courseId: string;
  readonly sessionId: string;
  readonly totalModulesStudied: number;
  readonly averageScore: number | null;
  readonly timeStudied: number;
  readonly completedAt: string;
}

export interface Legacy extends AsyncDisposable {
  courses(): Promise<readonly LegacyCourse[]>;
  /** Reads the sessions in the order of their ids, in pages. */
  sessions(): AsyncGenerator<readonly LegacySession[]>;
  close(): Promise<void>;
}

const LEGACY_PAGE = 5_000;

/**
 * Opens the Postgres database of the previous service for reading. Its `created_at` is the completion time of
 * a session.
 *
 * @throws {StatsError} `invalid-database-url`, `database-unavailable`, `database-unusable`;
 *   `database-not-found` if its tables are missing
 */
export async function openLegacy(config: { readonly database: string }): Promise<Legacy> {
  const store = await openStore(config.database, { create: false, readOnly: true });
  try {
    await withStatsErrors(store, () => assertTables(store));
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
  const close = () => store.close();
  return {
    courses: () => withStatsErrors(store, () => readCourses(store)),
    sessions: () => keysetPages(LEGACY_PAGE, (last) => withStatsErrors(store, () => readPage(store, last))),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function assertTables({ dialect, kysely }: Store): Promise<void> {
  const missing = new StatsError(
    'database-not-found',
    'The database is not one of the previous service: it must be Postgres with the tables courses and study_sessions.',
  );
  if (dialect !== 'postgres') throw missing;
  const { rows } = await sql<{ found: boolean }>`
    select to_regclass('courses') is not null and to_regclass('study_sessions') is not null as found`.execute(
    kysely,
  );
  if (!rows[0]?.found) throw missing;
}

async function readCourses({ kysely }: Store): Promise<LegacyCourse[]> {
  const { rows } = await sql<LegacyCourse>`
    select cast(id as text) as "courseId", name from courses order by id`.execute(kysely);
  return rows;
}

function readPage(store: Store, last: LegacySession | undefined): Promise<readonly LegacySession[]> {
  const after = last
    ? sql`where (id, user_id, course_id) > (${last.sessionId}::uuid, ${last.userId}::uuid, ${last.courseId}::uuid)`
    : sql``;
  return store.transact(
    async ({ kysely }) => {
      const { rows } = await sql<LegacySession>`
        select cast(user_id as text) as "userId", cast(course_id as text) as "courseId",
          cast(id as text) as "sessionId", cast(total_modules_studied as double precision) as "totalModulesStudied",
          cast(average_score as double precision) as "averageScore",
          cast(time_studied as double precision) as "timeStudied",
          -- to_char returns null for an infinite time; its text is rejected like any other invalid time.
          coalesce(to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), cast(created_at as text))
            as "completedAt"
        from study_sessions ${after} order by id, user_id, course_id limit ${LEGACY_PAGE}`.execute(kysely);
      return rows;
    },
    { unlimited: true },
  );
}
