import { CommanderError } from 'commander';
import { describeValue, StatsError, type ErrorCode, type ErrorKind, type Fault } from '../core/index.js';

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  unavailable: 4,
  partial: 5,
  interrupted: 130,
} as const;

const EXIT_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: EXIT.usage,
  'not-found': EXIT.notFound,
  conflict: EXIT.failed,
  unavailable: EXIT.unavailable,
  incompatible: EXIT.failed,
};

/** Invalid options or arguments. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The flags of fields, for messages about invalid values. */
const FLAGS: Readonly<Record<string, string>> = {
  userId: '--user',
  courseId: '--course',
  '/courseId': '--course',
  sessionId: '--session',
  '/sessionId': '--session',
  '/name': '--name',
  '/moduleIds': '--module-ids',
  '/totalModulesStudied': '--modules',
  '/averageScore': '--score',
  '/timeStudied': '--time',
  '/completedAt': '--completed-at',
  from: '--from',
  to: '--to',
  limit: '--limit',
  cursor: '--cursor',
  interval: '--interval',
  timeZone: '--time-zone',
};

/** SIGINT or SIGTERM interrupted the command. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
}

/** Some lines of an import were rejected. */
export class PartialImportError extends Error {
  override readonly name = 'PartialImportError';
}

/** Advice that names commands, which the library does not know. */
const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  'course-in-use': 'Add --with-sessions to delete them too.',
  'course-not-found': 'Create it with "stats-service course add".',
  'session-conflict': 'Add --replace to replace it.',
};

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) return EXIT.interrupted;
  if (error instanceof StatsError) return EXIT_OF_KIND[error.kind];
  if (error instanceof PartialImportError) return EXIT.partial;
  if (error instanceof UsageError) return EXIT.usage;
  // Commander also throws after --help and --version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  return EXIT.failed;
}

export function describeError(error: unknown): string {
  if (error instanceof StatsError && error.kind === 'invalid' && error.faults.length > 0) {
    return error.faults.map(describeFault).join('. ');
  }
  if (!(error instanceof Error)) return String(error);
  const hint = error instanceof StatsError ? HINTS[error.code] : undefined;
  return `${error.message}${describeCause(error.cause)}${hint ? ` ${hint}` : ''}`;
}

/** Returns the first line of the driver's message in parentheses. */
export function describeCause(cause: unknown): string {
  // A host with several addresses fails with an AggregateError.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const [line = ''] = first instanceof Error ? first.message.split('\n') : [];
  return line === '' ? '' : ` (${line})`;
}

/** States a value and its rule, which begins with `must`. */
export function withValue(value: unknown, rule: string): string {
  return `is ${describeValue(value)}; it ${rule}`;
}

function describeFault(fault: Fault): string {
  const name = 'pointer' in fault ? fault.pointer : fault.parameter;
  const flag = name.startsWith('/moduleIds/') ? '--module-ids' : FLAGS[name];
  return `${flag ?? name} ${fault.detail}`;
}
