import type { CourseId, UserId } from '../../model/ids.js';
import type { StatsRow } from '../queries/stats.js';
import type { SessionRow } from '../rows.js';

/** What a recording statement tells of a candidate that it did not record; positions are from 1 on. */
export type NotRecorded = readonly [position: number, isCourseKnown: boolean];

export type OthersAtWork = readonly [boolean];

export type HeldLearner = readonly [UserId, CourseId];

/** A position, then the columns of a {@link StatsRow} in the order of the statement. */
export type FoundStats = readonly [
  position: number,
  courseId: StatsRow['known_course_id'],
  sessions: StatsRow['session_count'],
  modules: StatsRow['total_modules_studied'],
  weightedScore: StatsRow['weighted_score_units'],
  time: StatsRow['time_studied'],
  first: StatsRow['first_completed_at'],
  last: StatsRow['last_completed_at'],
  studied: number,
  declared: number,
  studiedOfDeclared: number,
];

/** A position, then the columns of a session in the order of `SESSION_COLUMNS`. */
export type FoundSession = readonly [
  position: number,
  userId: SessionRow['user_id'],
  courseId: SessionRow['course_id'],
  sessionId: SessionRow['session_id'],
  modules: number,
  scoreUnits: number,
  time: number,
  completedAt: string,
  moduleIds: string,
  createdAt: string,
  updatedAt: string,
];

export function toStatsRow(values: FoundStats): StatsRow {
  const [, courseId, sessions, modules, weightedScore, time, first, last, studied, declared, ofDeclared] =
    values;
  return {
    known_course_id: courseId,
    session_count: sessions,
    total_modules_studied: modules,
    weighted_score_units: weightedScore,
    time_studied: time,
    first_completed_at: first,
    last_completed_at: last,
    studied,
    declared,
    studiedOfDeclared: ofDeclared,
  };
}

export function toFoundRow(values: FoundSession): SessionRow {
  const [, userId, courseId, sessionId, modules, units, time, completedAt, moduleIds, createdAt, updatedAt] =
    values;
  return {
    user_id: userId,
    course_id: courseId,
    session_id: sessionId,
    total_modules_studied: modules,
    average_score_units: units,
    time_studied: time,
    completed_at: completedAt,
    module_ids: moduleIds,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}
