import { sql } from 'kysely';
import { StatsError } from './errors.js';
import { inTransaction, withDriverFaults, type Database } from './store/database.js';
import { openDatabase } from './store/open.js';

/** A course of the replaced service. */
export interface LegacyCourse {
  readonly courseId: string;
  readonly name: string;
}

/** A session of the replaced service, as far as it says what a session of ours says. */
export interface LegacySession {
  readonly userId: string;
  readonly courseId: string;
  readonly sessionId: string;
  readonly totalModulesStudied: number;
  readonly averageScore: number;
  readonly timeStudied: number;
  readonly completedAt: string;
}

export interface Legacy extends AsyncDisposable {
  courses(): Promise<readonly LegacyCourse[]>;
  /** In the order of their ids, some thousand at a time. */
  sessions(): AsyncGenerator<readonly LegacySession[]>;
  close(): Promise<void>;
}

const PAGE = 5_000;

/**
 * Opens the Postgres of the service that this one replaces, to copy what it has; nothing is changed there. Its
 * `created_at` is when a session was completed.
 *
 * @throws {StatsError} `invalid-database-url`, `database-unavailable`, `database-unusable`; `database-not-found`
 *   where its tables are missing
 */
export async function openLegacy(config: { readonly database: string }): Promise<Legacy> {
  const database = await openDatabase(config.database, { create: false });
  try {
    await withDriverFaults(database, () => assertTables(database));
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
  const close = () => database.close();
  return {
    courses: () => withDriverFaults(database, () => readCourses(database)),
    sessions: () => readSessions(database),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function assertTables({ dialect, kysely }: Database): Promise<void> {
  const missing = new StatsError(
    'database-not-found',
    'This is no database of the replaced service: it must be Postgres with its tables courses and study_sessions.',
  );
  if (dialect !== 'postgres') throw missing;
  const { rows } = await sql<{ found: boolean }>`
    select to_regclass('courses') is not null and to_regclass('study_sessions') is not null as found`.execute(
    kysely,
  );
  if (!rows[0]?.found) throw missing;
}

async function readCourses({ kysely }: Database): Promise<LegacyCourse[]> {
  const { rows } = await sql<LegacyCourse>`
    select cast(id as text) as "courseId", name from courses order by id`.execute(kysely);
  return rows;
}

async function* readSessions(database: Database): AsyncGenerator<readonly LegacySession[]> {
  let last: LegacySession | undefined;
  do {
    const after = last;
    const rows = await withDriverFaults(database, () => readPage(database, after));
    if (rows.length > 0) yield rows;
    last = rows.length < PAGE ? undefined : rows.at(-1);
  } while (last);
}

/** By a key, so that the page after the millionth costs what the first did. */
function readPage(database: Database, last: LegacySession | undefined): Promise<readonly LegacySession[]> {
  const after = last
    ? sql`where (id, user_id, course_id) > (${last.sessionId}::uuid, ${last.userId}::uuid, ${last.courseId}::uuid)`
    : sql``;
  return inTransaction(
    database,
    async ({ kysely }) => {
      const { rows } = await sql<LegacySession>`
        select cast(user_id as text) as "userId", cast(course_id as text) as "courseId",
          cast(id as text) as "sessionId", cast(total_modules_studied as double precision) as "totalModulesStudied",
          cast(average_score as double precision) as "averageScore",
          cast(time_studied as double precision) as "timeStudied",
          -- Of an infinite time to_char says nothing; its text is refused as any other.
          coalesce(to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), cast(created_at as text))
            as "completedAt"
        from study_sessions ${after} order by id, user_id, course_id limit ${PAGE}`.execute(kysely);
      return rows;
    },
    { unlimited: true },
  );
}
