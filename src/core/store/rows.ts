import type { Selectable } from 'kysely';
import type { SessionKey } from '../api.js';
import type { Course } from '../model/course.js';
import type { Totals } from '../model/lifetime.js';
import { fromUnits, toUnits } from '../model/score.js';
import type { Session, SessionContent } from '../model/session.js';
import type { CoursesTable, CourseStatsTable, StudySessionsTable } from './schema.js';

export type CourseRow = Selectable<CoursesTable>;
export type SessionRow = Selectable<StudySessionsTable>;
export type TotalsRow = Omit<
  Selectable<CourseStatsTable>,
  'user_id' | 'course_id' | 'weighted_score_units' | 'created_at' | 'updated_at'
> & {
  /** The one integer that may exceed a JavaScript number is read as text. */
  weighted_score_units: string;
};

export function toCourse(row: CourseRow): Course {
  return {
    courseId: row.course_id,
    name: row.name,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toSession(row: SessionRow): Session {
  return {
    sessionId: row.session_id,
    courseId: row.course_id,
    totalModulesStudied: row.total_modules_studied,
    averageScore: fromUnits(row.average_score_units),
    timeStudied: row.time_studied,
    completedAt: row.completed_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toSessionRow(key: SessionKey, content: SessionContent, now: string): SessionRow {
  return {
    user_id: key.userId,
    course_id: key.courseId,
    session_id: key.sessionId,
    total_modules_studied: content.totalModulesStudied,
    average_score_units: toUnits(content.averageScore),
    time_studied: content.timeStudied,
    completed_at: content.completedAt ?? now,
    created_at: now,
    updated_at: now,
  };
}

export function toTotals(row: TotalsRow): Totals {
  return {
    sessionCount: row.session_count,
    totalModulesStudied: row.total_modules_studied,
    weightedScoreUnits: BigInt(row.weighted_score_units),
    timeStudied: row.time_studied,
    firstCompletedAt: row.first_completed_at,
    lastCompletedAt: row.last_completed_at,
  };
}
