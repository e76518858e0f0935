import type { Course, LifetimeStats, Session } from '../core/index.js';
import { formatDuration } from './duration.js';
import type { Cell } from './output.js';

type Fields = readonly (readonly [name: string, value: Cell])[];

export function courseFields(course: Course): Fields {
  return [
    ['Course', course.courseId],
    ['Name', course.name],
    ['Created', course.createdAt],
    ['Updated', course.updatedAt],
  ];
}

export const COURSE_HEADING = ['Course', 'Name'];

export function courseRow(course: Course): Cell[] {
  return [course.courseId, course.name];
}

export function sessionFields(session: Session): Fields {
  return [
    ['Session', session.sessionId],
    ['Course', session.courseId],
    ['Modules studied', session.totalModulesStudied],
    ['Average score', session.averageScore],
    ['Time studied', formatDuration(session.timeStudied)],
    ['Completed', session.completedAt],
    ['Recorded', session.createdAt],
    ['Updated', session.updatedAt],
  ];
}

export const SESSION_HEADING = ['Completed', 'Session', 'Modules', 'Score', 'Time'];

export function sessionRow(session: Session): Cell[] {
  return [
    session.completedAt,
    session.sessionId,
    session.totalModulesStudied,
    session.averageScore,
    formatDuration(session.timeStudied),
  ];
}

export function statsFields(stats: LifetimeStats): Fields {
  return [
    ['Course', stats.courseId],
    ['Sessions', stats.sessionCount],
    ['Modules studied', stats.totalModulesStudied],
    ['Average score', stats.averageScore],
    ['Time studied', formatDuration(stats.timeStudied)],
    ['First completed', stats.firstCompletedAt],
    ['Last completed', stats.lastCompletedAt],
  ];
}
