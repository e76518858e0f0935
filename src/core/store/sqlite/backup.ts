import type BetterSqlite from 'better-sqlite3';
import type { CopyOptions } from '../../model/checks.js';

/** Pages per step; each step blocks the event loop. */
const STEP = 2_000;

/**
 * Copies the snapshot of the connection's open transaction. Without a transaction, SQLite restarts the copy
 * after each write of another process, so under load it would never finish.
 */
export async function copyPages(
  connection: BetterSqlite.Database,
  file: string,
  { onCopied, signal }: CopyOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const pageSize = Number(connection.pragma('page_size', { simple: true }));
  let copied = 0;
  const progress = ({ totalPages, remainingPages }: BetterSqlite.BackupMetadata) => {
    signal?.throwIfAborted();
    const pages = totalPages - remainingPages;
    onCopied?.((pages - copied) * pageSize, totalPages * pageSize);
    copied = pages;
    return STEP;
  };
  try {
    // The last step is reported only by the result.
    progress(await connection.backup(file, { progress }));
  } catch (error) {
    signal?.throwIfAborted();
    throw writeError(error);
  }
}

/**
 * Checks a copy that no other connection has open, and switches it from WAL, in which it could only be read where
 * SQLite can create files beside it.
 */
export function finishCopy(open: () => BetterSqlite.Database): void {
  const copy = open();
  try {
    // Without it, WAL needs shared memory, which the file system of the copy may lack.
    copy.pragma('locking_mode = exclusive');
    assertIntact(copy);
    leaveWal(copy);
  } finally {
    copy.close();
  }
}

function assertIntact(copy: BetterSqlite.Database): void {
  try {
    const found = copy.pragma('quick_check(1)', { simple: true });
    if (found !== 'ok') throw new Error(String(found));
  } catch (error) {
    throw new Error(
      'The copy is damaged, and so may be the database; check it with "stats-service doctor".',
      { cause: error },
    );
  }
}

function leaveWal(copy: BetterSqlite.Database): void {
  try {
    copy.pragma('journal_mode = delete');
  } catch (error) {
    throw writeError(error);
  }
}

function writeError(cause: unknown): Error {
  return new Error('The copy cannot be written; check the free space and the permissions of its directory.', {
    cause,
  });
}
