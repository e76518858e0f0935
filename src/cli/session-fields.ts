/** The fields of a session in a file, in the order of an export. */
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

export type SessionField = (typeof SESSION_FIELDS)[number];

export function isSessionField(name: string): name is SessionField {
  return SESSION_FIELDS.some((field) => field === name);
}

/** The fields of an enrolment in a file, in this order. */
export const ENROLMENT_FIELDS = ['userId', 'courseId', 'displayName', 'groups'] as const;
