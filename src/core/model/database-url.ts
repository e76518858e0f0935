import { describeValue, StatsError } from '../errors.js';

const SQLITE = /^sqlite:(.+)$/s;
const POSTGRES = /^postgres(ql)?:\/\//;

/** Returns the path of a `sqlite:PATH` URL; `undefined` for other URLs. */
export function sqlitePath(url: string): string | undefined {
  // The driver trims the path, so all checks must see the trimmed one.
  return SQLITE.exec(url)?.[1]?.trim();
}

/** A path whose prefix is missing. Excludes `@` and `=`, because a password may follow or precede them. */
const PATH = /^(?:\.{0,2}\/|~\/|[a-z]:\\)[^@=]*$|^[^@=:/]+\.(?:db|sqlite3?)$/i;

/**
 * The message omits any other value, because it may contain a password.
 *
 * @throws {StatsError} `invalid-database-url`
 */
export function assertDatabaseUrl(url: string): void {
  const path = sqlitePath(url);
  if (path && !path.includes('\0')) return;
  const isPostgres = POSTGRES.test(url);
  if (isPostgres && URL.canParse(url)) return;
  const rule = 'must be sqlite:PATH, sqlite::memory: or postgres://…';
  let detail = `The database URL ${rule}.`;
  if (PATH.test(url)) {
    detail = `The database URL is ${describeValue(url)}; it ${rule}. Write ${describeValue(`sqlite:${url}`)}.`;
  } else if (isPostgres) {
    detail += ' Percent-encode special characters of the user name and the password.';
  }
  throw new StatsError('invalid-database-url', detail);
}
