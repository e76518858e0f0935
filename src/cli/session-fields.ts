/** The fields of a session in a file, in the order in which they are written. */
export const SESSION_FIELDS = [
  'userId',
  'courseId',
  'sessionId',
  'totalModulesStudied',
  'averageScore',
  'timeStudied',
  'completedAt',
  'moduleIds',
] as const;
