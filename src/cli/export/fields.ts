import type { ExportedSession } from '../../core/index.js';

/** In the order in which they are written. */
export const FIELDS = [
  'userId',
  'courseId',
  'sessionId',
  'totalModulesStudied',
  'averageScore',
  'timeStudied',
  'completedAt',
  'moduleIds',
] as const satisfies readonly (keyof ExportedSession)[];
