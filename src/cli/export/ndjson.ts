import type { ExportedSession } from '../../core/index.js';

/** In the order of the CSV's columns. */
export function ndjsonLine(session: ExportedSession): string {
  const { userId, courseId, sessionId, totalModulesStudied, averageScore } = session;
  const { timeStudied, completedAt, moduleIds } = session;
  const key = { userId, courseId, sessionId };
  return `${JSON.stringify({ ...key, totalModulesStudied, averageScore, timeStudied, completedAt, moduleIds })}\n`;
}
