import { TOTALS_CONSTRAINT } from '../schema.js';
import type { DriverFault, Explanation } from '../store.js';

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

/** Explanations by a pattern of the code and the message. The last one fits every error. */
const EXPLANATIONS: readonly (readonly [pattern: RegExp, explanation: Explanation])[] = [
  [
    /^3D000 /,
    {
      code: 'database-not-found',
      problem: 'The Postgres server has no database of this name.',
      advice: 'Check the name in the database URL, or create the database with "createdb".',
    },
  ],
  [
    /^28000 role /,
    {
      problem: 'The Postgres server has no role of this name.',
      advice: 'Check the user name in the database URL or PGUSER, or create the role with "createuser".',
    },
  ],
  [
    /^28000 .*pg_hba/,
    {
      problem: 'The Postgres server does not accept this user from this host.',
      advice: 'Add a rule to pg_hba.conf, or set sslmode in the database URL if the server requires TLS.',
    },
  ],
  [
    /^(28| SASL)/,
    {
      problem: 'Postgres rejected the user name or the password.',
      advice: 'Check both in the database URL, or PGUSER and PGPASSWORD.',
    },
  ],
  [
    /^42501 /,
    {
      problem: 'The Postgres role does not have the required permission.',
      advice: 'Grant it, or use the role that owns the tables.',
    },
  ],
  [
    /^(ENOENT|EACCES) /,
    {
      problem: 'A file that the database URL names cannot be read.',
      advice: 'Check the paths of sslrootcert, sslcert and sslkey.',
    },
  ],
  [
    /^ The server does not support SSL/,
    {
      problem: 'The Postgres server does not offer TLS.',
      advice: 'Enable TLS on the server, or use sslmode=disable on a network that you trust.',
    },
  ],
  [
    /(?:)/,
    {
      problem: 'The TLS connection to Postgres failed.',
      advice: 'Check sslmode and sslrootcert in the database URL, and the certificate of the server.',
    },
  ],
];

export function explainPostgres(error: unknown): Explanation {
  const text = error instanceof Error ? `${codeOf(error)} ${error.message}` : '';
  const [, explanation] = EXPLANATIONS.find(([pattern]) => pattern.test(text)) ?? [];
  if (!explanation) throw new Error('The last pattern must fit every error.');
  return explanation;
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
