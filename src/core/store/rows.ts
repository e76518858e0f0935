import { sql, type Selectable } from 'kysely';
import type { SessionKey } from '../api.js';
import type { Course } from '../model/course.js';
import type { Totals } from '../model/lifetime.js';
import { MODULE_SEPARATOR } from '../model/modules.js';
import { fromUnits, toUnits } from '../model/score.js';
import type { Session, SessionContent } from '../model/session.js';
import type { CoursesTable, CourseStatsTable, StudySessionsTable } from './schema.js';

/** By name: a statement that is kept must not change when a newer release adds a column. */
export const COURSE_COLUMNS = ['course_id', 'name', 'created_at', 'updated_at'] as const;

export const SESSION_COLUMNS = [
  'user_id',
  'course_id',
  'session_id',
  'total_modules_studied',
  'average_score_units',
  'time_studied',
  'completed_at',
  'module_ids',
  'created_at',
  'updated_at',
] as const;

export type CourseRow = Selectable<CoursesTable>;
export type CourseWithModules = CourseRow & Pick<SessionRow, 'module_ids'>;
export type SessionRow = Selectable<StudySessionsTable>;
export const TOTALS_COLUMNS = [
  'session_count',
  'total_modules_studied',
  // The one integer that may exceed a JavaScript number is read as text.
  sql<string>`cast(weighted_score_units as text)`.as('weighted_score_units'),
  'time_studied',
  'first_completed_at',
  'last_completed_at',
] as const;
export type TotalsRow = Omit<
  Selectable<CourseStatsTable>,
  'user_id' | 'course_id' | 'weighted_score_units' | 'created_at' | 'updated_at'
> & { weighted_score_units: string };

export function toCourse(row: CourseWithModules): Course {
  return {
    courseId: row.course_id,
    name: row.name,
    moduleIds: moduleIdsOf(row),
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
    moduleIds: moduleIdsOf(row),
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
    module_ids: joinModuleIds(content.moduleIds),
    created_at: now,
    updated_at: now,
  };
}

export function joinModuleIds(moduleIds: readonly string[] = []): string {
  return moduleIds.join(MODULE_SEPARATOR);
}

export function moduleIdsOf({ module_ids }: Pick<SessionRow, 'module_ids'>): string[] {
  return module_ids === '' ? [] : module_ids.split(MODULE_SEPARATOR);
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

/** Compares what was sent with what is stored; the time of completion has another default at each attempt. */
export function saysTheSame(stored: SessionRow, sent: SessionRow, completionSent: boolean): boolean {
  return (
    stored.total_modules_studied === sent.total_modules_studied &&
    stored.average_score_units === sent.average_score_units &&
    stored.time_studied === sent.time_studied &&
    stored.module_ids === sent.module_ids &&
    (!completionSent || stored.completed_at === sent.completed_at)
  );
}
