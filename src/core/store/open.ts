import { StatsError } from '../errors.js';
import { unsupportedNode } from '../runtime.js';
import type { Database } from './database.js';

const SQLITE = /^sqlite:(.+)$/s;
const POSTGRES = /^postgres(ql)?:\/\//;

const DATABASE_URL_RULE = 'must be sqlite:PATH, sqlite::memory: or postgres://…';

/**
 * Opens the database of a URL. Only its own driver is loaded.
 *
 * @throws {StatsError} `invalid-database-url`, `node-unsupported`, `database-not-found`, `database-unusable`,
 *   `database-unavailable`
 */
export async function openDatabase(url: string, options: { readonly create: boolean }): Promise<Database> {
  const tooOld = unsupportedNode(process.versions.node);
  if (tooOld !== undefined) throw new StatsError('node-unsupported', tooOld);

  const path = sqlitePath(url);
  if (path && !path.includes('\0')) {
    const { openSqlite } = await import('./sqlite.js');
    return openSqlite(path, options);
  }
  if (POSTGRES.test(url) && URL.canParse(url)) {
    const { openPostgres } = await import('./postgres.js');
    return openPostgres(url);
  }
  // The URL is not repeated: it may carry a password.
  throw new StatsError('invalid-database-url', `The database URL ${DATABASE_URL_RULE}.`);
}

/** Of a URL that names a SQLite file. */
export function sqlitePath(url: string): string | undefined {
  // The driver trims the path; then no check may see another.
  return SQLITE.exec(url)?.[1]?.trim();
}
