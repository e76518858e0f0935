import { copyUnsupported } from '../errors.js';
import type { CopyOptions } from '../model/checks.js';
import { openStore } from '../store/open.js';
import { withStatsErrors } from '../store/store.js';

export interface BackupConfig extends CopyOptions {
  /** `sqlite:PATH`. */
  readonly database: string;
  /**
   * The path of the copy; the file must not exist. After a failure the caller removes the incomplete copy.
   */
  readonly file: string;
}

/**
 * Copies a snapshot of a SQLite database of any schema and checks the copy. The database may be in use;
 * recording continues meanwhile.
 *
 * @example
 * await backUp({ database: 'sqlite:stats.db', file: 'copy.db' });
 *
 * @throws {StatsError} `invalid-database-url`, `database-not-found`, `database-unavailable`,
 *   `database-unusable`
 */
export async function backUp({ database, file, ...options }: BackupConfig): Promise<void> {
  const store = await openStore(database, { create: false, readOnly: true });
  try {
    const { copyTo } = store;
    if (!copyTo) throw copyUnsupported();
    await withStatsErrors(store, () => copyTo(file, options));
  } finally {
    await store.close();
  }
}
