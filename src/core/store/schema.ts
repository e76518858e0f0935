import type { CourseId, SessionId, UserId } from '../model/ids.js';

/** The check constraint that rejects totals beyond the exact integers of a JSON number. */
export const TOTALS_CONSTRAINT = 'course_stats_totals_are_exact';

/**
 * The tables as Kysely sees them; migrations/ creates them. Both drivers read the same values: ids are
 * lower-case UUID text, times are ISO 8601 text in UTC, integers are numbers up to 2^53 - 1. Larger integers
 * are written as bigint and read as text. Queries bind ids and times with `StoreContext.id` and `.instant`.
 */
export interface Schema {
  courses: CoursesTable;
  course_modules: CourseModulesTable;
  study_sessions: StudySessionsTable;
  course_stats: CourseStatsTable;
  studied_modules: StudiedModulesTable;
  enrolments: EnrolmentsTable;
  api_keys: ApiKeysTable;
  schema_migrations: SchemaMigrationsTable;
}

interface CommonColumns {
  created_at: string;
  updated_at: string;
}

export interface CoursesTable extends CommonColumns {
  course_id: CourseId;
  name: string;
}

export interface CourseModulesTable extends CommonColumns {
  course_id: CourseId;
  module_id: string;
}

export interface StudySessionsTable extends CommonColumns {
  user_id: UserId;
  course_id: CourseId;
  session_id: SessionId;
  total_modules_studied: number;
  time_studied: number;
  /** 1/10,000 of a score; `null` if the session has no score. */
  average_score_units: number | null;
  completed_at: string;
  /** Sorted and joined by `;`. */
  module_ids: string;
}

/** The rollup: lifetime stats of a learner in a course. */
export interface CourseStatsTable extends CommonColumns {
  user_id: UserId;
  course_id: CourseId;
  session_count: number;
  total_modules_studied: number;
  /** Σ modules of the sessions that have a score. */
  scored_modules: number;
  /** Σ score units × modules. A bigint, because SQLite binds large numbers as floating point. */
  weighted_score_units: bigint;
  time_studied: number;
  first_completed_at: string;
  last_completed_at: string;
}

/** The number of sessions in which a learner studied a module of a course. */
export interface StudiedModulesTable extends CommonColumns {
  user_id: UserId;
  course_id: CourseId;
  module_id: string;
  session_count: number;
}

/** `created_at` is the time of enrolment. */
export interface EnrolmentsTable extends CommonColumns {
  user_id: UserId;
  course_id: CourseId;
  display_name: string | null;
  /** The display name as it is sorted and searched. */
  folded_name: string | null;
  /** Sorted and joined by `;`. */
  group_names: string;
}

export interface ApiKeysTable extends CommonColumns {
  key_id: string;
  name: string;
  /** SHA-256 of the secret. */
  secret_hash: Buffer;
  /** Sorted and joined by `;`. */
  scopes: string;
  /** Sorted and joined by `;`; `null` for all courses. */
  course_ids: string | null;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
}

export interface SchemaMigrationsTable extends CommonColumns {
  name: string;
  /** 1 if releases that do not know the migration must not run after it, else 0. */
  is_breaking: number;
}
