import type { CourseId, SessionId, UserId } from '../model/ids.js';

/** What refuses a total that a JSON number could not carry exactly. */
export const TOTALS_CONSTRAINT = 'course_stats_totals_are_exact';

/**
 * The tables as Kysely sees them; migrations/ makes them. The drivers are set up to agree: instants are ISO
 * 8601 text in UTC, ids lower-case text, and integers numbers, exact up to 2^53 - 1. A larger one is written
 * as a bigint and read as text.
 */
export interface Schema {
  courses: CoursesTable;
  study_sessions: StudySessionsTable;
  course_stats: CourseStatsTable;
  course_modules: CourseModulesTable;
  studied_modules: StudiedModulesTable;
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

export interface StudySessionsTable extends CommonColumns {
  user_id: UserId;
  course_id: CourseId;
  session_id: SessionId;
  total_modules_studied: number;
  average_score_units: number;
  time_studied: number;
  completed_at: string;
  /** Sorted and joined by `;`. */
  module_ids: string;
}

export interface CourseStatsTable extends CommonColumns {
  user_id: UserId;
  course_id: CourseId;
  session_count: number;
  total_modules_studied: number;
  /** A bigint, since SQLite would take a large number for a real one, and add it inexactly. */
  weighted_score_units: bigint;
  time_studied: number;
  first_completed_at: string;
  last_completed_at: string;
}

export interface CourseModulesTable extends CommonColumns {
  course_id: CourseId;
  module_id: string;
}

export interface StudiedModulesTable extends CommonColumns {
  user_id: UserId;
  course_id: CourseId;
  module_id: string;
  session_count: number;
}

export interface SchemaMigrationsTable extends CommonColumns {
  name: string;
  /** 1 where a program that does not know the step must not run after it, else 0. */
  is_breaking: number;
}
