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
    throw new Error(
      'The copy cannot be written; check the free space and the permissions of its directory.',
      { cause: error },
    );
  }
}

/** Checks a copy that no other connection has open. */
export function assertIntact(open: () => BetterSqlite.Database): void {
  const copy = open();
  try {
    const found = copy.pragma('quick_check(1)', { simple: true });
    if (found !== 'ok') throw new Error(String(found));
  } catch (error) {
    throw new Error(
      'The copy is damaged, and so may be the database; check it with "stats-service doctor".',
      {
        cause: error,
      },
    );
  } finally {
    copy.close();
  }
}
