/**
 * The kind of an error determines what the caller can do:
 *
 * - `invalid`: the call breaks a rule; repeating it cannot succeed.
 * - `forbidden`: the caller may not make this call.
 * - `not-found`: the course, session, learner, enrolment, API key or database does not exist.
 * - `conflict`: the call contradicts stored data.
 * - `unavailable`: the database or server cannot be reached or is overloaded; repeating the call later is
 *   safe.
 * - `incompatible`: this program does not fit its Node, database or server; an operator must act.
 */
export type ErrorKind = 'invalid' | 'forbidden' | 'not-found' | 'conflict' | 'unavailable' | 'incompatible';

/** The errors of all calls, by their stable codes. */
export const ERRORS = {
  'invalid-request': { kind: 'invalid', title: 'Validation failed' },
  'total-out-of-range': { kind: 'invalid', title: 'A total would overflow' },
  'invalid-database-url': { kind: 'invalid', title: 'Not a database URL' },
  'invalid-server-url': { kind: 'invalid', title: 'Not a server URL' },
  'read-only': { kind: 'forbidden', title: 'This service is read-only' },
  'access-denied': { kind: 'forbidden', title: 'Access denied' },
  'course-not-found': { kind: 'not-found', title: 'Course not found' },
  'session-not-found': { kind: 'not-found', title: 'Session not found' },
  'learner-not-found': { kind: 'not-found', title: 'Learner not found' },
  'enrolment-not-found': { kind: 'not-found', title: 'Enrolment not found' },
  'key-not-found': { kind: 'not-found', title: 'API key not found' },
  'database-not-found': { kind: 'not-found', title: 'Database not found' },
  'course-id-taken': { kind: 'conflict', title: 'The course id is taken' },
  'course-name-taken': { kind: 'conflict', title: 'The course name is taken' },
  'course-in-use': { kind: 'conflict', title: 'The course has sessions' },
  'database-not-empty': { kind: 'conflict', title: 'The database has data' },
  'session-conflict': { kind: 'conflict', title: 'The session exists with different content' },
  'database-unavailable': { kind: 'unavailable', title: 'The database is unavailable' },
  'database-read-only': { kind: 'unavailable', title: 'The database is read-only' },
  overloaded: { kind: 'unavailable', title: 'Service overloaded' },
  'server-unavailable': { kind: 'unavailable', title: 'The server is unavailable' },
  'schema-outdated': { kind: 'incompatible', title: 'The database schema is not current' },
  'schema-unsupported': { kind: 'incompatible', title: 'The database schema is not supported' },
  'schema-newer': { kind: 'incompatible', title: 'The database schema is newer than this program' },
  'database-unusable': { kind: 'incompatible', title: 'The database cannot be used' },
  'server-incompatible': { kind: 'incompatible', title: 'Not a compatible stats-service server' },
  'node-unsupported': { kind: 'incompatible', title: 'This Node.js is too old' },
} as const satisfies Record<string, { kind: ErrorKind; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * A validation error of a call. `pointer` is an RFC 6901 JSON Pointer into the document of the call,
 * `parameter` is the name of any other argument. `detail` states the value and its rule.
 */
export type Fault =
  | { readonly parameter: string; readonly detail: string }
  | { readonly pointer: string; readonly detail: string };

interface ErrorDetails {
  readonly faults?: readonly Fault[];
  readonly cause?: unknown;
  readonly retryAfter?: number | undefined;
}

/** An error that the caller can act on. Any other exception is a defect. */
export class StatsError extends Error {
  override readonly name = 'StatsError';
  readonly code: ErrorCode;
  /** The validation errors, in the order of the arguments; empty for errors that no argument causes. */
  readonly faults: readonly Fault[];
  /** Milliseconds that the server asks to wait before the call is repeated. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, detail: string, options: ErrorDetails = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.faults = options.faults ?? [];
    this.retryAfter = options.retryAfter;
  }

  get kind(): ErrorKind {
    return ERRORS[this.code].kind;
  }
}

/** Maximum number of characters of a value in a message. */
const MAX_VALUE_LENGTH = 60;

/**
 * Describes a value in a message: text is quoted and truncated, the content of lists and objects is omitted.
 */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') {
    const isLong = value.length > MAX_VALUE_LENGTH;
    return JSON.stringify(isLong ? `${value.slice(0, MAX_VALUE_LENGTH)}…` : value);
  }
  if (Array.isArray(value)) return `a list of length ${value.length.toLocaleString('en-US')}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

export function closed(): Error {
  return new Error('These stats are closed.');
}

export function overloaded(): StatsError {
  return new StatsError('overloaded', 'The service is overloaded; nothing was changed. Try again later.');
}

export function courseNotFound(courseId: string): StatsError {
  return new StatsError('course-not-found', `There is no course ${courseId}.`, {
    faults: [{ parameter: 'courseId', detail: `is "${courseId}"; it must be the id of an existing course` }],
  });
}

export function courseInUse(courseId: string): StatsError {
  return new StatsError('course-in-use', `Course ${courseId} has sessions; nothing was deleted.`, {
    faults: [
      { parameter: 'courseId', detail: `is "${courseId}"; it must be the id of a course without sessions` },
    ],
  });
}

/** Also returned for a session of another learner or course, so that its existence is not revealed. */
export function sessionNotFound(sessionId: string): StatsError {
  return new StatsError('session-not-found', `The learner has no session ${sessionId} in this course.`, {
    faults: [
      {
        parameter: 'sessionId',
        detail: `is "${sessionId}"; it must be the id of a session of the learner in the course`,
      },
    ],
  });
}

export function enrolmentNotFound(userId: string): StatsError {
  return new StatsError('enrolment-not-found', `Learner ${userId} is not enrolled in this course.`, {
    faults: [
      {
        parameter: 'userId',
        detail: `is "${userId}"; it must be the id of a learner enrolled in the course`,
      },
    ],
  });
}

export function keyNotFound(keyId: string): StatsError {
  return new StatsError('key-not-found', `There is no API key ${keyId}.`, {
    faults: [{ parameter: 'keyId', detail: `is "${keyId}"; it must be the id of an existing key` }],
  });
}

export function sessionConflict(sessionId: string): StatsError {
  return new StatsError(
    'session-conflict',
    `Session ${sessionId} exists with different content; nothing was changed.`,
    {
      faults: [
        {
          pointer: '/sessionId',
          detail: `is "${sessionId}"; it must be new, or the content must equal the stored content`,
        },
      ],
    },
  );
}

/** @param taken the unique values that belong to another course */
export function courseTaken(taken: {
  readonly courseId?: string | undefined;
  readonly name?: string | undefined;
}): StatsError {
  const { courseId, name } = taken;
  const faults: Fault[] = [];
  if (courseId !== undefined) {
    faults.push({
      pointer: '/courseId',
      detail: `is "${courseId}"; it must not be the id of an existing course`,
    });
  }
  if (name !== undefined) {
    faults.push({
      pointer: '/name',
      detail: `is ${describeValue(name)}; it must not be the name of another course`,
    });
  }
  return courseId === undefined
    ? new StatsError('course-name-taken', 'Another course has this name; nothing was changed.', { faults })
    : new StatsError('course-id-taken', 'A course with this id exists; nothing was changed.', { faults });
}

export function databaseNotEmpty(migration: string): StatsError {
  const detail = `Reverting ${migration} would delete every course, session and API key. Delete the database itself if you mean that.`;
  return new StatsError('database-not-empty', detail);
}

export function serviceReadOnly(): StatsError {
  return new StatsError(
    'read-only',
    'This service is read-only; nothing was changed. Send changes to the service that records.',
  );
}

export function databaseReadOnly(cause?: unknown): StatsError {
  const detail =
    'The database cannot be written: it is a standby, or a file without write permission. Promote it, use the URL of the primary, or correct the permissions.';
  return new StatsError('database-read-only', detail, { cause });
}

export type RejectReason = 'course-not-found' | 'total-out-of-range';

export function rejectionError(reason: RejectReason, courseId: string): StatsError {
  if (reason === 'course-not-found') return courseNotFound(courseId);
  return new StatsError(
    'total-out-of-range',
    "This session would raise the learner's totals in the course beyond what can be summed exactly; nothing was changed.",
    {
      faults: [
        {
          pointer: '',
          detail: 'must keep the totals within 64 bits, and those of modules and time below 2^53',
        },
      ],
    },
  );
}

export function courseTotalOutOfRange(): StatsError {
  return new StatsError(
    'total-out-of-range',
    'A total of all learners is beyond the exact integers of JSON (2^53 - 1); read the figures of single learners.',
  );
}

export function learnerNotFound(userId: string): StatsError {
  return new StatsError('learner-not-found', `The course has no learner ${userId}.`, {
    faults: [
      {
        parameter: 'userId',
        detail: `is "${userId}"; it must be the id of a learner with an enrolment or a session in the course`,
      },
    ],
  });
}

export function copyUnsupported(): StatsError {
  return new StatsError(
    'invalid-database-url',
    'Only a SQLite file can be copied; use pg_dump for Postgres.',
  );
}

/** The database has the tables of the preview, which differ from this program's. */
export function schemaUnsupported(): StatsError {
  return new StatsError(
    'schema-unsupported',
    'The database was made by a preview of stats-service and has other tables; run "stats-service export" with that version, then "stats-service import" with this one into a new database.',
  );
}

export function schemaOutdated(pending: readonly string[]): StatsError {
  return new StatsError(
    'schema-outdated',
    `The database schema is not current (${pending.join(', ')} pending); run "stats-service migrate up".`,
  );
}
