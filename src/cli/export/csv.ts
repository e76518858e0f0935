import type { ExportedSession } from '../../core/index.js';
import { MODULE_SEPARATOR } from '../../core/model/modules.js';
import { SESSION_FIELDS } from '../session-fields.js';

/** RFC 4180: of these fields, only the ids of modules can contain any of it. */
const SPECIAL = /[",\r\n]/;

export const CSV_HEADING = `${SESSION_FIELDS.join()}\n`;

export function csvLine(session: ExportedSession): string {
  const { userId, courseId, sessionId, totalModulesStudied, averageScore, timeStudied } = session;
  const moduleIds = quoted(session.moduleIds.join(MODULE_SEPARATOR));
  return `${userId},${courseId},${sessionId},${totalModulesStudied},${averageScore},${timeStudied},${session.completedAt},${moduleIds}\n`;
}

function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
