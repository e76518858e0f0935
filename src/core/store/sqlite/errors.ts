import { TOTALS_CONSTRAINT } from '../schema.js';
import type { DriverFault } from '../store.js';

/** The meaning of a result code. */
interface Meaning {
  /** `undefined` for a defect of this program. */
  readonly fault: DriverFault | undefined;
  /** Restricts the meaning to messages that match; any other message is a defect. */
  readonly pattern?: RegExp;
  /** Explains the error to an operator, and says what to do. Every permanent error has it. */
  readonly advice?: string;
}

/** The advice for a damaged database. */
export const RESTORE = 'Stop all programs that use the database, keep a copy of it, and restore a backup.';

const PERMISSIONS = 'Check the permissions of the file and of its directory.';

const DEFECT: Meaning = { fault: undefined };
const TRANSIENT = transient('Another program has locked the database. Try again.');
const DISK = transient('The disk reported an error. Check its free space and the log of the system.');
const DAMAGED = unusable(`The file is damaged. ${RESTORE}`);
const DENIED = unusable(PERMISSIONS);
const WRONG_PATH = unusable('Check the path.');
const MOVED = unusable('The file was moved or replaced while it was open. Restart this program.');
const NO_LOCKS = unusable(
  'The file system does not lock files, so two programs could damage the database. Move it to a local disk.',
);
const UNRECOVERED = unusable(
  'A program that wrote to the database was interrupted, and the database cannot be repaired without write permission. Run "stats-service migrate up" as a user with it.',
);
const UNWRITABLE_DIRECTORY: Meaning = {
  fault: 'read-only',
  advice:
    'SQLite must create files in its directory, which cannot be written. Make it writable, or copy the file, while no program uses it, to a directory that is.',
};

/**
 * Each result code without its prefix `SQLITE_`: https://www.sqlite.org/rescode.html. An extended code that is
 * missing here has the meaning of its primary code.
 */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  Object.entries({
    ERROR: {
      fault: 'outdated',
      pattern: /^no such (table|column)|has no column named/,
    },

    CONSTRAINT: DEFECT,
    CONSTRAINT_PRIMARYKEY: { fault: 'unique' },
    CONSTRAINT_UNIQUE: { fault: 'unique' },
    CONSTRAINT_FOREIGNKEY: { fault: 'foreign-key' },
    // A sum beyond 64 bits becomes a floating-point number, which a strict integer column rejects.
    CONSTRAINT_DATATYPE: { fault: 'out-of-range', pattern: /weighted_score_units/ },
    CONSTRAINT_CHECK: { fault: 'out-of-range', pattern: new RegExp(TOTALS_CONSTRAINT) },

    BUSY: TRANSIENT,
    LOCKED: TRANSIENT,
    PROTOCOL: TRANSIENT,
    SCHEMA: TRANSIENT,
    NOMEM: transient('The memory is exhausted.'),
    FULL: transient('The disk is full. Free some space.'),

    IOERR: DISK,
    IOERR_NOMEM: transient('The memory is exhausted.'),
    IOERR_SHMMAP: unusable(
      'The file system cannot map shared memory, which SQLite needs for WAL. Move the database to a local disk.',
    ),
    IOERR_LOCK: NO_LOCKS,
    IOERR_RDLOCK: NO_LOCKS,
    IOERR_UNLOCK: NO_LOCKS,
    IOERR_CHECKRESERVEDLOCK: NO_LOCKS,
    IOERR_SHMLOCK: NO_LOCKS,
    PERM: NO_LOCKS,
    IOERR_ACCESS: DENIED,
    IOERR_AUTH: DENIED,
    IOERR_CONVPATH: WRONG_PATH,
    IOERR_GETTEMPPATH: unusable('SQLite has no temporary directory. Set TMPDIR to one that is writable.'),
    IOERR_VNODE: MOVED,
    IOERR_CORRUPTFS: DAMAGED,
    IOERR_DATA: DAMAGED,
    NOLFS: unusable('The file is too large for its file system. Move the database to another disk.'),

    CANTOPEN: unusable(
      'Check the permissions of the file and of its directory, in which SQLite creates files, and the limit of open files (ulimit -n).',
    ),
    CANTOPEN_CONVPATH: WRONG_PATH,
    CANTOPEN_FULLPATH: WRONG_PATH,
    CANTOPEN_ISDIR: WRONG_PATH,
    CANTOPEN_SYMLINK: WRONG_PATH,

    READONLY: { fault: 'read-only', advice: PERMISSIONS },
    READONLY_DIRECTORY: UNWRITABLE_DIRECTORY,
    READONLY_CANTINIT: UNRECOVERED,
    READONLY_CANTLOCK: UNRECOVERED,
    READONLY_RECOVERY: UNRECOVERED,
    READONLY_ROLLBACK: UNRECOVERED,
    READONLY_DBMOVED: MOVED,

    CORRUPT: DAMAGED,
    NOTADB: unusable('It is not a SQLite database. Check the path.'),

    // This program uses no authorizer, virtual table, callback or incremental blob, and interrupts nothing.
    ABORT: DEFECT,
    AUTH: DEFECT,
    EMPTY: DEFECT,
    FORMAT: DEFECT,
    INTERNAL: DEFECT,
    INTERRUPT: DEFECT,
    MISMATCH: DEFECT,
    MISUSE: DEFECT,
    NOTFOUND: DEFECT,
    NOTICE: DEFECT,
    RANGE: DEFECT,
    TOOBIG: DEFECT,
    WARNING: DEFECT,
  } satisfies Record<string, Meaning>),
);

function transient(advice: string): Meaning {
  return { fault: 'unavailable', advice };
}

function unusable(advice: string): Meaning {
  return { fault: 'unusable', advice };
}

/** Returns `undefined` for an error that is not from SQLite. */
function meaningOf(error: unknown): Meaning | undefined {
  if (!isFromSqlite(error)) return undefined;
  const code = error.code.slice('SQLITE_'.length);
  const primary = code.split('_', 1)[0] ?? '';
  const meaning = MEANINGS.get(code) ?? MEANINGS.get(primary) ?? DEFECT;
  return meaning.pattern?.test(error.message) === false ? DEFECT : meaning;
}

export function sqliteFault(error: unknown): DriverFault | undefined {
  return meaningOf(error)?.fault;
}

/** Explains an error, also of the operating system, to an operator. */
export function explainSqlite(error: unknown): string {
  const meaning = meaningOf(error);
  return meaning ? (meaning.advice ?? '') : 'Check the path and its permissions.';
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
