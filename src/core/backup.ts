import { open } from 'node:fs/promises';
import { StatsError } from './errors.js';
import { withDriverFaults, type CopyOptions } from './store/database.js';
import { openDatabase } from './store/open.js';

export interface BackupConfig extends CopyOptions {
  /** `sqlite:PATH`. */
  readonly database: string;
  /** Where the copy goes; nothing may be there. What a failure leaves there is the caller's to remove. */
  readonly file: string;
}

/**
 * Copies a SQLite database, in use or not and whatever its schema, as it is at one moment, and checks the copy.
 * Nobody who records waits for it.
 *
 * @example
 * await backUp({ database: 'sqlite:stats.db', file: 'copy.db' });
 *
 * @throws {StatsError} `invalid-database-url`, `database-not-found`, `database-unavailable`, `database-unusable`
 */
export async function backUp({ database: url, file, ...options }: BackupConfig): Promise<void> {
  const database = await openDatabase(url, { create: false });
  try {
    const { copyTo } = database;
    if (!copyTo) {
      throw new StatsError('invalid-database-url', 'Only a database that is a SQLite file can be copied.');
    }
    // SQLite would write over what is there.
    const made = await open(file, 'wx', 0o600);
    await made.close();
    await withDriverFaults(database, () => copyTo(file, options));
  } finally {
    await database.close();
  }
}
