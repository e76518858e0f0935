import type { DriverFault } from './driver-fault.js';
import { TOTALS_CONSTRAINT } from './schema.js';

/** SQLSTATE classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
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
  // Connection lost, resources short, operator's intervention, serialization and locks, read-only replica.
  if (/^(08|53|57P|58|40|55000|57014|25006|25P03)/.test(code)) return 'unavailable';
  // Wrong password, no such database or role, no rights, no trusted certificate, no TLS at all.
  if (/^(28|3D|42501)/.test(code) || TLS_ERROR.test(code) || REFUSAL.test(error.message)) return 'unusable';
  // A file that the URL names, such as a certificate.
  if (code === 'ENOENT' || code === 'EACCES') return 'unusable';
  // A host with several addresses fails with one error for all of them.
  const ofSystem = 'syscall' in error || error instanceof AggregateError;
  if (ofSystem && /^E[A-Z_]+$/.test(code)) return 'unavailable';
  return CONNECTION_ERROR.test(error.message) ? 'unavailable' : undefined;
}

/** Of OpenSSL and of Node's own check of the host's name. */
const TLS_ERROR = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** What pg says without a code of a server that it does not get along with. */
const REFUSAL = /^(SASL|The server does not support SSL connections|There was an error establishing an SSL)/;

/** What it says without a code of one that it has lost, or not reached. */
const CONNECTION_ERROR =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout)/;

/** Whether the connection must not be used again: no answer came, or its end, or it leads to a replica now. */
export function isConnectionLost(error: unknown): boolean {
  return !isFromServer(error) || /^(08|57P|25006)/.test(codeOf(error));
}

/** Whether a connection that was there was cut: another may work at once. What it was doing is done or not. */
export function isConnectionCut(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /^(08|57P0[1-5]$|ECONNRESET$|EPIPE$)/.test(codeOf(error)) || CONNECTION_CUT.test(error.message);
}

/** But for one that was not made in time: to wait again, and again, would be too long. */
const CONNECTION_CUT =
  /^(Connection terminated(?! due to connection timeout)|Client has encountered a connection error)/;

/** One of several transactions that wait for each other was ended: nothing of it was done, and it can be repeated. */
export function isDeadlock(error: unknown): boolean {
  return isFromServer(error) && /^(40P01|40001)$/.test(codeOf(error));
}

/** https://www.postgresql.org/docs/current/protocol-error-fields.html: only the server gives a severity. */
function isFromServer(error: unknown): error is Error {
  return error instanceof Error && 'severity' in error;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
