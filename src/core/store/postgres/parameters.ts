import { describeValue, StatsError } from '../../errors.js';
import type { PostgresUrl } from '../../model/database-url.js';

/** Timeouts in milliseconds. */
export interface Timeouts {
  /** For opening a connection, for its first query, and for closing the pool. */
  readonly connect: number;
  readonly lock: number;
  /** For a statement, and for the next statement of an open transaction. */
  readonly statement: number;
  /**
   * For a response, measured by the client, because a dead connection does not report the server's timeouts.
   */
  readonly query: number;
  readonly probe: number;
}

/** The server to use, as in libpq: https://www.postgresql.org/docs/current/libpq-connect.html */
export type TargetServer = 'any' | 'read-write' | 'read-only' | 'primary' | 'standby';

export interface ConnectionParameters {
  readonly timeouts: Timeouts;
  /** In the order of preference. */
  readonly targets: readonly TargetServer[];
  /** The URL for the driver, per host. */
  readonly urls: readonly string[];
}

/** Maximum of a timeout, in milliseconds. */
const MAX_TIMEOUT = 3_600_000;

/** The parameters that this program reads. The driver would send the timeouts when it connects, which poolers reject. */
const OWN = ['connect_timeout', 'lock_timeout', 'statement_timeout', 'target_session_attrs'] as const;

/** The parameters that the driver reads. */
const OF_DRIVER = [
  'application_name',
  'client_encoding',
  'fallback_application_name',
  'host',
  'options',
  'password',
  'port',
  'ssl',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslnegotiation',
  'sslrootcert',
  'uselibpqcompat',
  'user',
] as const;

/** The parameters of libpq that providers put into their URLs. They have no effect. */
const IGNORED = ['channel_binding', 'gssencmode'] as const;

const KNOWN = new Set<string>([...OWN, ...OF_DRIVER, ...IGNORED]);

const TARGETS: Readonly<Record<string, readonly TargetServer[]>> = {
  any: ['any'],
  'read-write': ['read-write'],
  'read-only': ['read-only'],
  primary: ['primary'],
  standby: ['standby'],
  'prefer-standby': ['standby', 'any'],
};

/** The driver treats these modes like `verify-full`, and prints a warning on stderr. */
const ALIASES_OF_VERIFY_FULL = ['prefer', 'require', 'verify-ca'];
const SSL_MODES = ['disable', 'no-verify', 'verify-full', ...ALIASES_OF_VERIFY_FULL];

/**
 * Reads the parameters of a database URL: `connect_timeout` in seconds and `target_session_attrs`, as in libpq,
 * `lock_timeout` and `statement_timeout` in milliseconds, as in Postgres, and those of the driver.
 *
 * @throws {StatsError} `invalid-database-url`
 */
export function readParameters({ parameters, perHost }: PostgresUrl): ConnectionParameters {
  for (const name of parameters.keys()) {
    if (KNOWN.has(name)) continue;
    // Any other text may be a part of a password.
    const shown = /^[a-z_]{1,40}$/.test(name) ? `the unknown parameter ${name}` : 'an unknown parameter';
    const detail = `The database URL has ${shown}. Remove it, correct its name, or percent-encode a ? or & of the password.`;
    throw new StatsError('invalid-database-url', detail);
  }
  const target = parameters.get('target_session_attrs') ?? 'any';
  const targets = TARGETS[target] ?? throwInvalid('target_session_attrs', target, Object.keys(TARGETS));
  // The driver uses the last of several values.
  const sslMode = parameters.getAll('sslmode').at(-1) ?? 'disable';
  if (!SSL_MODES.includes(sslMode)) throwInvalid('sslmode', sslMode, SSL_MODES);
  return { timeouts: readTimeouts(parameters), targets, urls: perHost.map((url) => toDriverUrl(url)) };
}

function throwInvalid(name: string, value: string, allowed: readonly string[]): never {
  const detail = `${name} in the database URL is ${describeValue(value)}; it must be one of ${allowed.join(', ')}.`;
  throw new StatsError('invalid-database-url', detail);
}

function readTimeouts(parameters: URLSearchParams): Timeouts {
  const read = (name: string, byDefault: number, unit: 'seconds' | 'milliseconds') => {
    const text = parameters.get(name) ?? String(byDefault);
    const isNumber = (unit === 'seconds' ? /^\d+(\.\d+)?$/ : /^\d+$/).test(text);
    const milliseconds = isNumber ? Math.round(Number(text) * (unit === 'seconds' ? 1_000 : 1)) : 0;
    if (milliseconds > 0 && milliseconds <= MAX_TIMEOUT) return milliseconds;
    const rule = `must be a number of ${unit}, greater than 0 and at most 1 hour`;
    const detail = `${name} in the database URL is ${describeValue(text)}; it ${rule}.`;
    throw new StatsError('invalid-database-url', detail);
  };
  const connect = read('connect_timeout', 5, 'seconds');
  const statement = read('statement_timeout', 10_000, 'milliseconds');
  return {
    connect,
    lock: read('lock_timeout', 2_000, 'milliseconds'),
    statement,
    query: statement * 1.2,
    probe: Math.min(2_000, connect),
  };
}

/** Removes the parameters that the driver must not see, and replaces aliases of `verify-full`. */
function toDriverUrl(text: string): string {
  const start = text.indexOf('?');
  if (start === -1) return text;
  const base = text.slice(0, start);
  const parameters = new URLSearchParams(text.slice(start + 1));
  for (const name of [...OWN, ...IGNORED]) parameters.delete(name);
  const isLibpq = parameters.getAll('uselibpqcompat').at(-1) === 'true';
  const sslMode = parameters.getAll('sslmode').at(-1) ?? '';
  if (!isLibpq && ALIASES_OF_VERIFY_FULL.includes(sslMode)) parameters.set('sslmode', 'verify-full');
  return parameters.size === 0 ? base : `${base}?${parameters.toString()}`;
}
