import { assertDatabaseUrl, sqlitePath } from '../model/database-url.js';
import type { Store } from './store.js';

interface OpenOptions {
  /** Creates a missing SQLite file. */
  readonly create: boolean;
  /** True if nothing will be recorded. Default: false. */
  readonly readOnly?: boolean;
}

/**
 * Opens the database of a URL and loads only the driver that it needs.
 *
 * @throws {StatsError} `invalid-database-url`, `database-not-found`, `database-unusable`,
 *   `database-unavailable`
 */
export async function openStore(url: string, options: OpenOptions): Promise<Store> {
  assertDatabaseUrl(url);
  const path = sqlitePath(url);
  if (path !== undefined) {
    const { SqliteStore } = await import('./sqlite/store.js');
    return new SqliteStore(path, options);
  }
  const { PostgresStore } = await import('./postgres/store.js');
  return new PostgresStore(url, options);
}
