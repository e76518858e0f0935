import { describeValue, StatsError } from '../errors.js';

const SQLITE = /^sqlite:(.+)$/s;
const POSTGRES = /^postgres(ql)?:\/\//i;

/** The user information may contain an unencoded `@`. Several hosts are separated by commas. */
const POSTGRES_PARTS = /^(?<scheme>[a-z]+:\/\/)(?<user>[^/?#]*@)?(?<hosts>[^/?#@]*)(?<rest>.*)$/is;

/** Returns the path of a `sqlite:PATH` URL; `undefined` for other URLs. */
export function sqlitePath(url: string): string | undefined {
  // The driver trims the path, so all checks must see the trimmed one.
  return SQLITE.exec(url)?.[1]?.trim();
}

/** A Postgres URL with at least one host. */
export interface PostgresUrl {
  /** One URL per host. */
  readonly perHost: readonly string[];
  readonly parameters: URLSearchParams;
  /** Without the password and the parameters, which can contain one. */
  readonly description: string;
}

/**
 * Parses a Postgres URL as libpq does: the host may be missing, and there may be several
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS).
 *
 * @throws {StatsError} `invalid-database-url`
 */
export function parsePostgresUrl(text: string): PostgresUrl {
  const { scheme = '', user = '', hosts = '', rest = '' } = POSTGRES_PARTS.exec(text)?.groups ?? {};
  // An unencoded character of the password has ended the host or the path.
  if (rest.includes('#') || rest.split('?', 1)[0]?.includes('@')) throw invalidUrl(ENCODE);
  const parts = hosts.split(',').map((host) => ({ host, url: `${scheme}${user}${host}${rest}` }));
  // libpq accepts a URL without a host, also after a user; the URL class does not.
  const parsed = parts.map(({ host }) => parse(`${scheme}${user}${host || 'localhost'}${rest}`));
  const [first] = parsed;
  if (!first || (parts.length > 1 && parts.some(({ host }) => host === ''))) throw invalidUrl(ENCODE);
  const { username, pathname, searchParams } = first;
  const path = pathname === '/' ? '' : pathname;
  return {
    perHost: parts.map(({ url }) => url),
    parameters: searchParams,
    description: `${scheme}${username && `${username}@`}${hosts}${path}`,
  };
}

const ENCODE =
  ' Check the host and the port. Percent-encode special characters of the user name and the password, such as # (%23) and / (%2F).';

function parse(url: string): URL {
  if (!URL.canParse(url)) throw invalidUrl(ENCODE);
  return new URL(url);
}

const RULE = 'must be sqlite:PATH, sqlite::memory: or postgres://…';

function invalidUrl(advice: string): StatsError {
  return new StatsError('invalid-database-url', `The database URL ${RULE}.${advice}`);
}

/**
 * A path whose prefix is missing. Excludes `@` and `=`, because a password may follow or precede them, and `?`, which
 * would be rejected with the prefix.
 */
const PATH = /^(?:\.{0,2}\/|[a-z]:\\)[^@=?]*$|^[^@=?:/]+\.(?:db|sqlite3?)$/i;

/**
 * The message omits any other value, because it may contain a password.
 *
 * @throws {StatsError} `invalid-database-url`
 */
export function assertDatabaseUrl(url: string): void {
  const path = sqlitePath(url);
  if (path && !path.includes('\0')) return;
  if (POSTGRES.test(url)) {
    parsePostgresUrl(url);
    return;
  }
  if (!PATH.test(url)) throw invalidUrl('');
  throw new StatsError(
    'invalid-database-url',
    `The database URL is ${describeValue(url)}; it ${RULE}. Write ${describeValue(`sqlite:${url}`)}.`,
  );
}

/** Omits the password and the parameters. */
export function describeDatabase(url: string): string {
  return sqlitePath(url) === undefined ? parsePostgresUrl(url).description : url.replace(/\?.*/s, '');
}
