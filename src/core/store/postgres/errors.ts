import { TOTALS_CONSTRAINT } from '../schema.js';
import type { DriverFault } from '../store.js';

/** Classifies an error by its SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function postgresFault(error: unknown): DriverFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error);
  switch (code) {
    case '23505':
      return 'unique';
    case '23503':
      return 'foreign-key';
    case '55P03':
      return 'locked';
    case '22003':
      return 'out-of-range';
    case '23514':
      return 'constraint' in error && error.constraint === TOTALS_CONSTRAINT ? 'out-of-range' : undefined;
    default:
  }
  // Connection lost, insufficient resources, operator intervention, serialization and locks, read-only replica.
  if (/^(08|53|57P|58|40|55000|57014|25006|25P03)/.test(code)) return 'unavailable';
  // Wrong password, missing database or role, missing rights, untrusted certificate, no TLS.
  if (/^(28|3D|42501)/.test(code) || TLS_ERROR.test(code) || INCOMPATIBLE.test(error.message))
    return 'unusable';
  // A file named by the URL, for example a certificate.
  if (code === 'ENOENT' || code === 'EACCES') return 'unusable';
  // A host with several addresses fails with an AggregateError.
  const isSystemError = 'syscall' in error || error instanceof AggregateError;
  if (isSystemError && /^E[A-Z_]+$/.test(code)) return 'unavailable';
  return CONNECTION_ERROR.test(error.message) ? 'unavailable' : undefined;
}

/** Codes of OpenSSL and of Node's check of the host name. */
const TLS_ERROR = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** Messages of pg, without a code, for an incompatible server. */
const INCOMPATIBLE =
  /^(SASL|The server does not support SSL connections|There was an error establishing an SSL|SECURITY WARNING)/;

/** Explanations by a pattern of the code and the message. The last one matches every error. */
const EXPLANATIONS: readonly (readonly [pattern: RegExp, explanation: string])[] = [
  [/^3D/, 'The server has no database of this name. Check the URL, or create it with "createdb".'],
  [/^28000 role/, 'The server has no role of this name. Check the URL, or create it with "createuser".'],
  [/^28000.*pg_hba/, 'The server rejects this user from this host. Check pg_hba.conf and sslmode.'],
  [/^28| SASL/, 'Postgres rejected the user name or the password. Check the URL, PGUSER and PGPASSWORD.'],
  [/^42501/, 'The role lacks a permission. Grant it, or use the role that owns the tables.'],
  [/^(ENOENT|EACCES)/, 'A file in the URL cannot be read. Check sslrootcert, sslcert and sslkey.'],
  [/not support SSL/, 'The server does not offer TLS. Enable it there, or remove sslmode from the URL.'],
  [/(?:)/, 'The TLS connection failed. Check sslmode, sslrootcert and the certificate of the server.'],
];

export function explainPostgres(error: unknown): string {
  const text = error instanceof Error ? `${codeOf(error)} ${error.message}` : '';
  return EXPLANATIONS.find(([pattern]) => pattern.test(text))?.[1] ?? '';
}

export function isMissingDatabase(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === '3D000';
}

/** Messages of pg, without a code, for a lost or unreachable server. */
const CONNECTION_ERROR =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout)/;

/** True if the connection must not be reused: no response arrived, the server closed it, or the server became a replica. */
export function isConnectionLost(error: unknown): boolean {
  return !isFromServer(error) || /^(08|57P|25006)/.test(codeOf(error));
}

/** True if an established connection was cut. The outcome of its statement is unknown. */
export function isConnectionCut(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
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
