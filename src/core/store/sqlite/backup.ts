import type { CopyOptions } from '../store.js';

/** The used part of a connection of better-sqlite3. */
interface Connection {
  backup(file: string, options: { progress: (state: CopyState) => number }): Promise<CopyState>;
  pragma(text: string, options: { simple: true }): unknown;
  close(): void;
}

interface CopyState {
  readonly totalPages: number;
  readonly remainingPages: number;
}

/** Pages of one step, which blocks the event loop. */
const STEP = 2_000;

/**
 * Copies the snapshot of the connection's open transaction. Without a transaction, SQLite restarts the copy whenever
 * another process has written, and under load never finishes.
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
    // The last step is reported only by the result.
    progress(await connection.backup(file, { progress }));
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error('The copy cannot be written.', { cause: error });
  }
}

/** Checks a copy that no other connection has open. */
export function assertIntact(open: () => Connection): void {
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
