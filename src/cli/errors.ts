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
  forbidden: EXIT.failed,
  'not-found': EXIT.notFound,
  conflict: EXIT.failed,
  unavailable: EXIT.unavailable,
  incompatible: EXIT.failed,
};

/** Invalid options or arguments. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The flags and variables of fields, for messages about invalid values. */
const FLAGS: Readonly<Record<string, string>> = {
  userId: '--user',
  courseId: '--course',
  '/courseId': '--course',
  sessionId: '--session',
  '/sessionId': '--session',
  '/name': '--name',
  '/moduleIds': '--module-ids',
  '/displayName': '--name',
  '/groups': '--group',
  '/totalModulesStudied': '--modules',
  '/averageScore': '--score',
  '/timeStudied': '--time',
  '/completedAt': '--completed-at',
  '/expiresAt': '--expires',
  '/courses': '--course',
  keyId: 'The key id',
  from: '--from',
  to: '--to',
  limit: '--limit',
  cursor: '--cursor',
  interval: '--interval',
  timeZone: '--time-zone',
  sort: '--sort',
  order: '--order',
  status: '--status',
  group: '--group',
  search: '--search',
  inactiveAfter: '--inactive-after',
  dayStart: '--day-start',
  token: 'STATS_TOKEN',
  allowHttp: 'STATS_ALLOW_HTTP',
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
  'access-denied': 'If the server has --auth token, set STATS_TOKEN to a JWT or an API key that may do this.',
  'course-in-use': 'Add --with-sessions to delete them too.',
  'course-not-found': 'Create it with "stats-service course add".',
  'key-not-found': 'List the keys with "stats-service key list".',
  'session-conflict': 'Add --replace to replace it.',
};

/** True if the credential is limited to other courses. Without a scope, it could not change any course. */
export function isCourseRefused({ code, faults }: StatsError): boolean {
  return (
    code === 'access-denied' && faults.some((fault) => 'parameter' in fault && fault.parameter === 'courseId')
  );
}

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
  const system = describeSystemError(error);
  const message = system === undefined ? error.message : `${system}.`;
  const cause = describeCause(error.cause);
  // A server that cannot be used is the message and the cause.
  const isRepeated = message.includes(cause.slice(2, -1));
  return `${message}${isRepeated ? '' : cause}${hint ? ` ${hint}` : ''}`;
}

/** Returns the description of a system error, or the first line of the driver's message, in parentheses. */
export function describeCause(cause: unknown): string {
  // A host with several addresses fails with an AggregateError.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (!(first instanceof Error)) return '';
  const line = describeSystemError(first) ?? first.message.split('\n')[0] ?? '';
  return line === '' ? '' : ` (${line})`;
}

type SystemError = NodeJS.ErrnoException & { address?: string; port?: number; hostname?: string };

const UNREACHABLE = 'cannot be reached; check the address, the network and the firewall';
const DENIED = 'cannot be accessed; check its permissions and those of its directory';

/** Descriptions of system errors by their codes, after the host, the address or the file that they concern. */
const SYSTEM_ERRORS = new Map(
  Object.entries({
    EADDRINUSE: 'is in use; stop the program that uses it, or choose another --port',
    EADDRNOTAVAIL: 'is not an address of this machine; choose another --host, such as 127.0.0.1',
    EAI_AGAIN: 'cannot be resolved to an address; check the name and the network',
    ENOTFOUND: 'is an unknown host name; check its spelling',
    EINVAL: 'is not a valid address or file; check its spelling',
    ECONNREFUSED: 'refuses connections; check the address, and that the program there runs',
    ECONNRESET: 'closed the connection; try again',
    EHOSTUNREACH: UNREACHABLE,
    ENETUNREACH: UNREACHABLE,
    ETIMEDOUT: UNREACHABLE,
    EACCES: DENIED,
    EPERM: DENIED,
    EISDIR: 'is a directory; name a file in it',
    ENOENT: 'does not exist; check the path',
    ENOTDIR: 'is not in a directory; check the path',
    EROFS: 'is on a read-only file system; choose another path',
    ENOSPC: 'is on a full file system; free some space, or choose another path',
    EMFILE: 'cannot be opened, because this process has too many open files; raise the limit (ulimit -n)',
  }),
);

/** Returns `undefined` for any other error, so that its own message is used. */
function describeSystemError(error: SystemError): string | undefined {
  const { code = '', syscall, hostname, address, port, path } = error;
  const description = SYSTEM_ERRORS.get(code);
  if (syscall === undefined || description === undefined) return undefined;
  const host = address?.includes(':') ? `[${address}]` : address;
  // The temporary name of a file says nothing to the user; the message before it has the final name.
  const file = path?.endsWith('.tmp') ? undefined : path;
  const name = hostname ?? file ?? (host && code !== 'EADDRNOTAVAIL' && port ? `${host}:${port}` : host);
  if (code === 'EACCES' && syscall === 'listen') {
    return `${name} needs a permission that this process does not have; choose a --port from 1024`;
  }
  return `${name ?? 'It'} ${description}`;
}

/** States a value and its rule, which begins with `must`. */
export function withValue(value: unknown, rule: string): string {
  return `is ${describeValue(value)}; it ${rule}`;
}

/** A value as `describeValue` writes it: text in quotes, or without. */
const VALUE = /^is (?:"(?:[^"\\]|\\.)*"|[^";]*); it /;

/** Returns the rule of a fault, without the value. */
export function withoutValue(detail: string): string {
  return detail.replace(VALUE, '');
}

function describeFault(fault: Fault): string {
  const name = 'pointer' in fault ? fault.pointer : fault.parameter;
  // A fault of an item of a list has the flag of the list.
  return `${FLAGS[name] ?? FLAGS[name.replace(/\/\d+$/, '')] ?? name} ${fault.detail}`;
}
