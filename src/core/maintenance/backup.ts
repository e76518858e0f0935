import { notAFile } from '../errors.js';
import { openStore } from '../store/open.js';
import { withStatsErrors, type CopyOptions } from '../store/store.js';

export interface BackupConfig extends CopyOptions {
  /** `sqlite:PATH`. */
  readonly database: string;
  /** The path of the copy, where no file may exist. After a failure the caller removes the incomplete copy. */
  readonly file: string;
}

/**
 * Copies a snapshot of a SQLite database, which may be in use and have any schema, and checks the copy. Recording
 * continues meanwhile.
 *
 * @example
 * await backUp({ database: 'sqlite:stats.db', file: 'copy.db' });
 *
 * @throws {StatsError} `invalid-database-url`, `database-not-found`, `database-unavailable`, `database-unusable`
 */
export async function backUp({ database, file, ...options }: BackupConfig): Promise<void> {
  const store = await openStore(database, { create: false });
  try {
    const { copyTo } = store;
    if (!copyTo) throw notAFile();
    await withStatsErrors(store, () => copyTo(file, options));
  } finally {
    await store.close();
  }
}
