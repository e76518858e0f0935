/**
 * The kind of a failure decides what a caller can do about it:
 *
 * - `invalid`: the call breaks a rule; repeating it is of no use.
 * - `not-found`: what the call names does not exist.
 * - `conflict`: it contradicts what is stored.
 * - `unavailable`: the database can't be reached or is busy; try again, repeating is safe.
 * - `incompatible`: this program and its Node, database or server do not fit together; an operator must act.
 */
export type ErrorKind = 'invalid' | 'not-found' | 'conflict' | 'unavailable' | 'incompatible';

/** Every failure that a caller can meet, by its stable code. */
export const ERRORS = {
  'invalid-request': { kind: 'invalid', title: 'A value breaks its rule' },
  'total-out-of-range': { kind: 'invalid', title: 'A lifetime total would overflow' },
  'invalid-database-url': { kind: 'invalid', title: 'Not a database URL' },
  'invalid-server-url': { kind: 'invalid', title: 'Not a server URL' },
  'course-not-found': { kind: 'not-found', title: 'Course not found' },
  'session-not-found': { kind: 'not-found', title: 'Session not found' },
  'database-not-found': { kind: 'not-found', title: 'Database not found' },
  'course-id-taken': { kind: 'conflict', title: 'The course id is taken' },
  'course-name-taken': { kind: 'conflict', title: 'The course name is taken' },
  'session-conflict': { kind: 'conflict', title: 'The session exists with other content' },
  'database-unavailable': { kind: 'unavailable', title: 'The database is unavailable' },
  overloaded: { kind: 'unavailable', title: 'Too much is asked for at once' },
  'server-unavailable': { kind: 'unavailable', title: 'The server is unavailable' },
  'schema-outdated': { kind: 'incompatible', title: 'The database schema is not current' },
  'schema-newer': { kind: 'incompatible', title: 'The database schema is newer than this program' },
  'database-unusable': { kind: 'incompatible', title: 'The database cannot be used' },
  'server-incompatible': { kind: 'incompatible', title: 'The server does not answer as stats-service does' },
  'node-unsupported': { kind: 'incompatible', title: 'This Node.js is too old' },
} as const satisfies Record<string, { kind: ErrorKind; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * One thing wrong with a call: its place and the value's rule. `pointer` is an RFC 6901 JSON Pointer into
 * the document that the call carries, `parameter` the name of any other argument.
 */
export type Fault =
  | { readonly parameter: string; readonly detail: string }
  | { readonly pointer: string; readonly detail: string };

/** A failure that the caller can act on. Whatever else is thrown is a defect of ours. */
export class StatsError extends Error {
  override readonly name = 'StatsError';
  readonly code: ErrorCode;
  /** Every fault of the call at once, in the order of its arguments; empty where no place is to blame. */
  readonly faults: readonly Fault[];

  constructor(code: ErrorCode, detail: string, options: { faults?: readonly Fault[]; cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.faults = options.faults ?? [];
  }

  get kind(): ErrorKind {
    return ERRORS[this.code].kind;
  }

  get title(): string {
    return ERRORS[this.code].title;
  }
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

/** More is asked for than can be done in time. */
export function overloaded(): StatsError {
  return new StatsError('overloaded', 'Too much is asked for at once; nothing was changed. Try again later.');
}
