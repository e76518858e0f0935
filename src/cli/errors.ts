import { CommanderError } from 'commander';
import { StatsError, type ErrorCode, type ErrorKind, type Fault } from '../core/index.js';

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

/** The command line itself is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The flag of each field, for messages about invalid values. */
const FLAGS: Readonly<Record<string, string>> = {
  userId: '--user',
  courseId: '--course',
  '/courseId': '--course',
  sessionId: '--session',
  '/sessionId': '--session',
  '/name': '--name',
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

/** The program received SIGINT or SIGTERM. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
}

/** Some lines of an import were rejected. */
export class PartlyDone extends Error {
  override readonly name = 'PartlyDone';
}

/** Advice for errors of the library, which does not know the commands. */
const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  'course-not-found': '"stats-service course add" creates one.',
  'database-not-found': '"stats-service migrate" creates one.',
  'session-conflict': '"--replace" replaces it.',
};

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) return EXIT.interrupted;
  if (error instanceof StatsError) return EXIT_OF_KIND[error.kind];
  if (error instanceof PartlyDone) return EXIT.partial;
  if (error instanceof UsageError) return EXIT.usage;
  // Commander ends with an error after --help and --version too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  return EXIT.failed;
}

/** One line that says what is wrong and, where the user can, what to do. */
export function describeError(error: unknown): string {
  if (error instanceof StatsError && error.kind === 'invalid' && error.faults.length > 0) {
    return error.faults.map(describeFault).join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  const hint = error instanceof StatsError ? HINTS[error.code] : undefined;
  return `${error.message}${describeCause(error.cause)}${hint ? ` ${hint}` : ''}`;
}

/** The first line of the driver's message, which a server does not send to clients. */
export function describeCause(cause: unknown): string {
  // A host with several addresses fails with one error for all of them.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const [line = ''] = first instanceof Error ? first.message.split('\n') : [];
  return line === '' ? '' : ` (${line})`;
}

function describeFault(fault: Fault): string {
  const place = 'pointer' in fault ? fault.pointer : fault.parameter;
  const flag = place.startsWith('/moduleIds') ? '--module-ids' : FLAGS[place];
  return `${flag ?? place} ${fault.detail}`;
}
