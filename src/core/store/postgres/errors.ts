import { TOTALS_CONSTRAINT } from '../schema.js';
import type { DriverFault } from '../store.js';

/** A server that cannot be used, although it accepts connections. */
export class UnsuitableServerError extends Error {
  override readonly name = 'UnsuitableServerError';
  readonly fault: 'unavailable' | 'unusable';

  /** @param reason says what to do, too */
  constructor(fault: 'unavailable' | 'unusable', reason: string) {
    super(reason);
    this.fault = fault;
  }
}

/**
 * The meaning of an error. `pattern` matches its code, a space and its message. The code is a SQLSTATE
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html), that of Node, or missing. `advice` explains
 * an `unusable` database to an operator.
 */
interface Rule {
  readonly pattern: RegExp;
  readonly fault: DriverFault;
  readonly advice?: string;
}

/** The first match decides. An error without a match is a defect. */
const RULES: readonly Rule[] = [
  { pattern: /^23505/, fault: 'unique' },
  { pattern: /^23503/, fault: 'foreign-key' },
  { pattern: /^22003/, fault: 'out-of-range' },
  { pattern: new RegExp(`^23514 .*"${TOTALS_CONSTRAINT}"`), fault: 'out-of-range' },
  { pattern: /^55P03/, fault: 'locked' },
  { pattern: /^25006/, fault: 'read-only' },
  // A missing table or column.
  { pattern: /^(42P01|42703)/, fault: 'outdated' },

  unusable(
    /^(3D000|57P04)/,
    'The server has no database of this name. Check the URL, or create it with "createdb".',
  ),
  unusable(
    /^08P01 .*statement pooling/,
    'The pooler allows no transactions. Set its pool_mode to session or transaction.',
  ),
  unusable(
    /^08P01 .*(authentication failed|login rejected|not allowed|SSL required)/,
    'The pooler rejected the user, the password or the TLS mode. Check the URL, PGPASSWORD and the configuration of the pooler.',
  ),
  unusable(
    /^08P01 .*no such (database|user)/,
    'The pooler has no such database or user. Check the URL and its configuration.',
  ),
  unusable(
    /^08P01 .*unsupported startup parameter/,
    'The pooler rejects a parameter of the URL. Remove it, or add it to ignore_startup_parameters of the pooler.',
  ),
  unusable(/^08P01 .*bouncer config error/, 'The pooler cannot log in to Postgres. See its log.'),
  unusable(
    /^28000 role/,
    'The server has no role of this name. Check the URL, or create it with "createuser".',
  ),
  unusable(/^28000.*pg_hba/, 'The server rejects this user from this host. Check pg_hba.conf and sslmode.'),
  unusable(
    /^28|^ SASL/,
    'Postgres rejected the user name or the password. Check the URL, PGUSER and PGPASSWORD.',
  ),
  unusable(
    /^42501 permission denied for schema/,
    'The role may not create tables. Make it the owner of the database: "alter database NAME owner to ROLE".',
  ),
  unusable(/^42501/, 'The role lacks a permission. Grant it, or use the role that owns the tables.'),
  unusable(/^3F000/, 'The schema of the search_path does not exist. Create it, or correct the search_path.'),
  unusable(/^XX00[12]/, 'The database is damaged. Keep a copy of it, and restore a backup.'),
  unusable(/^F0/, 'The configuration of the server is invalid. See its log.'),
  // A file named by the URL, for example a certificate.
  unusable(
    /^(ENOENT|EACCES|EISDIR|ELOOP|ENOTDIR|EPERM) .*, (open|read)/,
    'A file in the URL cannot be read. Check sslrootcert, sslcert and sslkey.',
  ),
  unusable(
    /not support SSL/,
    'The server does not offer TLS. Enable it there, or remove sslmode from the URL.',
  ),
  unusable(
    /^(ERR_TLS|ERR_SSL|CERT_|CRL_|DEPTH_ZERO|ERROR_IN_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|SELF_SIGNED|UNABLE_TO_)|^ (There was an error establishing an SSL|SECURITY WARNING)/,
    'The TLS connection failed. Check the certificate of the server, and name its authority with sslrootcert=FILE. sslmode=no-verify accepts any certificate.',
  ),

  unusable(/^ERR_SOCKET_BAD_PORT/, 'The port is not a number from 0 to 65,535. Check the URL and PGPORT.'),
  unusable(/^58P01/, 'The server lacks a file, for example of an extension. See its log.'),

  // Connection lost, serialization and deadlock, insufficient resources, prerequisites, operator intervention,
  // an old snapshot, a session that waited too long, and system errors.
  { pattern: /^(08|40|53|55|57|58|72|25P0[34])/, fault: 'unavailable' },
  // Errors of the operating system.
  { pattern: /^E(?!RR_)[A-Z0-9]+ /, fault: 'unavailable' },
  {
    pattern:
      /^ (Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout)/,
    fault: 'unavailable',
  },
];

function unusable(pattern: RegExp, advice: string): Rule {
  return { pattern, fault: 'unusable', advice };
}

function ruleOf(error: unknown): Rule | undefined {
  if (!(error instanceof Error)) return undefined;
  const text = `${codeOf(error)} ${error.message}`;
  return RULES.find(({ pattern }) => pattern.test(text));
}

export function postgresFault(error: unknown): DriverFault | undefined {
  return error instanceof UnsuitableServerError ? error.fault : ruleOf(error)?.fault;
}

export function explainPostgres(error: unknown): string {
  return error instanceof UnsuitableServerError ? error.message : (ruleOf(error)?.advice ?? '');
}

export function isMissingDatabase(error: unknown): boolean {
  return error instanceof Error && /^(3D000|57P04)$/.test(codeOf(error));
}

/** True if the connection must not be reused: no response arrived, the server closed it, or the server became a replica. */
export function isConnectionLost(error: unknown): boolean {
  return !isFromServer(error) || /^(08|57P|25006)/.test(codeOf(error));
}

/** True if the connection was cut or refused. The outcome of a statement on it is unknown. */
export function isConnectionCut(error: unknown): boolean {
  if (!(error instanceof Error) || postgresFault(error) !== 'unavailable') return false;
  return /^(08|57P0[1-5]$|ECONNRESET$|EPIPE$)/.test(codeOf(error)) || CONNECTION_CUT.test(error.message);
}

/** Excludes connect timeouts, because a retry would wait as long again. */
const CONNECTION_CUT =
  /^(Connection terminated(?! due to connection timeout)|Client has encountered a connection error)/;

/** Deadlock or serialization failure: the transaction was rolled back and can be repeated. */
export function isDeadlock(error: unknown): boolean {
  return isFromServer(error) && /^(40P01|40001)$/.test(codeOf(error));
}

/**
 * Only errors of the server have a severity:
 * https://www.postgresql.org/docs/current/protocol-error-fields.html
 */
function isFromServer(error: unknown): error is Error {
  return error instanceof Error && 'severity' in error;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
