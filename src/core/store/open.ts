import { StatsError } from '../errors.js';
import { sqlitePath } from '../model/database-url.js';
import type { Store } from './store.js';

const POSTGRES = /^postgres(ql)?:\/\//;

/**
 * Opens the database of a URL and loads only the driver that it needs.
 *
 * @throws {StatsError} `invalid-database-url`, `database-not-found`, `database-unusable`,
 *   `database-unavailable`
 */
export async function openStore(url: string, options: { readonly create: boolean }): Promise<Store> {
  const path = sqlitePath(url);
  if (path && !path.includes('\0')) {
    const { SqliteStore } = await import('./sqlite/store.js');
    return new SqliteStore(path, options);
  }
  if (POSTGRES.test(url) && URL.canParse(url)) {
    const { PostgresStore } = await import('./postgres/store.js');
    return new PostgresStore(url);
  }
  // The message omits the URL, because it may contain a password.
  throw new StatsError(
    'invalid-database-url',
    'The database URL must be sqlite:PATH, sqlite::memory: or postgres://….',
  );
}
