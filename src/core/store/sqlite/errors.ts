import { TOTALS_CONSTRAINT } from '../schema.js';
import type { DriverFault } from '../store.js';

/** Classifies an error by its result code: https://www.sqlite.org/rescode.html */
export function sqliteFault(error: unknown): DriverFault | undefined {
  if (!isFromSqlite(error)) return undefined;
  switch (error.code) {
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
    case 'SQLITE_CONSTRAINT_UNIQUE':
      return 'unique';
    case 'SQLITE_CONSTRAINT_FOREIGNKEY':
      return 'foreign-key';
    // A sum beyond 64 bits becomes a floating-point number, which a strict integer column rejects.
    case 'SQLITE_CONSTRAINT_DATATYPE':
      return error.message.includes('weighted_score_units') ? 'out-of-range' : undefined;
    case 'SQLITE_CONSTRAINT_CHECK':
      return error.message.includes(TOTALS_CONSTRAINT) ? 'out-of-range' : undefined;
    default:
  }
  if (/^SQLITE_(BUSY|LOCKED|PROTOCOL|FULL|IOERR|CANTOPEN)/.test(error.code)) return 'unavailable';
  if (/^SQLITE_(CORRUPT|NOTADB|READONLY|PERM|AUTH)/.test(error.code)) return 'unusable';
  return undefined;
}

/** The advice for a damaged database. */
export const RESTORE = 'Stop all programs that use the database, keep a copy of it, and restore a backup.';

export function explainSqlite(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('SQLITE_NOTADB')) return 'It is not a SQLite database. Check the path.';
  if (code.startsWith('SQLITE_CORRUPT')) return `The file is damaged. ${RESTORE}`;
  return 'Check the permissions of the file and of its directory.';
}

/** True if another connection holds a required lock. */
export function isBusy(error: unknown): boolean {
  return isFromSqlite(error) && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

function isFromSqlite(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('SQLITE_')
  );
}
