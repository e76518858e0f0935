import type { CallerInfo } from '../client/index.js';
import {
  CSV_LISTS,
  type ApiKey,
  type Course,
  type Enrolment,
  type LifetimeStats,
  type Session,
  type StudiedCourse,
} from '../core/index.js';
import { formatDuration } from './duration.js';
import { average, percentOf, type Cell, type Fields, type ListView } from './output.js';

export function courseFields(course: Course): Fields {
  return [
    ['Course', course.courseId],
    ['Name', course.name],
    ['Modules', course.moduleIds.length === 0 ? null : course.moduleIds.join(' ')],
    ['Created', course.createdAt],
    ['Updated', course.updatedAt],
  ];
}

export function enrolmentFields(enrolment: Enrolment): Fields {
  return [
    ['Learner', enrolment.userId],
    ['Course', enrolment.courseId],
    ['Name', enrolment.displayName],
    ['Groups', enrolment.groups.length === 0 ? null : enrolment.groups.join('; ')],
    ['Enrolled', enrolment.enrolledAt],
  ];
}

export function callerFields({ userId, credential, scopes, courses }: CallerInfo): Fields {
  return [
    ['Learner', userId],
    ['Credential', credential],
    ['Scopes', scopes.length === 0 ? null : scopes.join(' ')],
    ['Courses', courses === null ? 'all' : courses.join(' ')],
  ];
}

export const COURSES: ListView<Course> = {
  heading: ['Course', 'Modules', 'Name'],
  toRow: (course) => [course.courseId, course.moduleIds.length, course.name],
  columns: CSV_LISTS.listCourses.columns,
};

export function sessionFields(session: Session): Fields {
  return [
    ['Session', session.sessionId],
    ['Course', session.courseId],
    ['Modules studied', session.totalModulesStudied],
    ['Average score', average(session.averageScore)],
    ['Time studied', formatDuration(session.timeStudied)],
    ['Completed', session.completedAt],
    ['Modules', session.moduleIds.length === 0 ? null : session.moduleIds.join(' ')],
    ['Recorded', session.createdAt],
    ['Updated', session.updatedAt],
  ];
}

export const SESSIONS: ListView<Session> = {
  heading: ['Completed', 'Session', 'Modules', 'Score', 'Time'],
  toRow: (session) => [
    session.completedAt,
    session.sessionId,
    session.totalModulesStudied,
    average(session.averageScore),
    formatDuration(session.timeStudied),
  ],
  columns: CSV_LISTS.listSessions.columns,
};

export function statsFields(stats: LifetimeStats): Fields {
  return [
    ['Course', stats.courseId],
    ['Sessions', stats.sessionCount],
    ['Modules studied', stats.totalModulesStudied],
    ['Distinct modules', stats.distinctModulesStudied],
    ['Progress', formatProgress(stats)],
    ['Average score', average(stats.averageScore)],
    ['Time studied', formatDuration(stats.timeStudied)],
    ['First completed', stats.firstCompletedAt],
    ['Last completed', stats.lastCompletedAt],
  ];
}

export const KEY_HEADING = ['Key', 'Status', 'Last used', 'Courses', 'Scopes', 'Name'];

export function keyRow(key: ApiKey, now: number): Cell[] {
  return [
    key.keyId,
    keyStatusOf(key, now),
    // The date: together with the scopes, a time would not fit.
    key.lastUsedAt?.slice(0, '2026-11-22'.length) ?? 'never',
    key.courses === null ? 'all' : String(key.courses.length),
    key.scopes.join(' '),
    key.name,
  ];
}

export function keyStatusOf({ revokedAt, expiresAt }: ApiKey, now: number): 'active' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'expired' : 'active';
}

export const STUDIED_COURSES: ListView<StudiedCourse> = {
  heading: ['Course', 'Sessions', 'Modules', 'Score', 'Time', 'Progress', 'Name'],
  toRow: (course) => [
    course.courseId,
    course.sessionCount,
    course.totalModulesStudied,
    average(course.averageScore),
    formatDuration(course.timeStudied),
    formatProgress(course),
    course.name,
  ],
  columns: CSV_LISTS.listStudiedCourses.columns,
};

function formatProgress({ progress, moduleCount }: LifetimeStats): string | null {
  if (progress === null || moduleCount === null) return null;
  return `${percentOf(progress)} of ${moduleCount}`;
}
