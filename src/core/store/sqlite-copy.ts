import type { CopyOptions } from './database.js';

/** What better-sqlite3 offers of it. */
interface Connection {
  backup(file: string, options: { progress: (state: CopyState) => number }): Promise<CopyState>;
  pragma(text: string, options: { simple: true }): unknown;
  close(): void;
}

interface CopyState {
  readonly totalPages: number;
  readonly remainingPages: number;
}

/** Pages that are copied at a time, while which nothing else runs. */
const STEP = 1_000;

/**
 * Copies the database as it is at one moment. The connection must hold that moment by a transaction: without one
 * SQLite begins anew whenever another process has written, and under load never ends.
 */
export async function copyPages(
  connection: Connection,
  file: string,
  { onCopied, signal }: CopyOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const pageSize = Number(connection.pragma('page_size', { simple: true }));
  let copied = 0;
  const progress = ({ totalPages, remainingPages }: CopyState) => {
    signal?.throwIfAborted();
    const pages = totalPages - remainingPages;
    onCopied?.((pages - copied) * pageSize, totalPages * pageSize);
    copied = pages;
    return STEP;
  };
  try {
    // Of the last step only the result tells.
    progress(await connection.backup(file, { progress }));
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error('The copy cannot be written.', { cause: error });
  }
}

/** Of a copy that nobody has opened yet. */
export function assertWhole(open: () => Connection): void {
  const copy = open();
  try {
    const found = copy.pragma('quick_check(1)', { simple: true });
    if (found !== 'ok') throw new Error(String(found));
  } catch (error) {
    throw new Error('The copy is damaged, and so may be the database; "stats-service doctor" looks.', {
      cause: error,
    });
  } finally {
    copy.close();
  }
}
