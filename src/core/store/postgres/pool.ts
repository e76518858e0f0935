import { Pool, TypeOverrides, types, type CustomTypesConfig, type PoolClient, type PoolConfig } from 'pg';
import { describeValue, StatsError } from '../../errors.js';

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

/** Maximum of a timeout in the URL, in milliseconds. */
const MAX_TIMEOUT = 3_600_000;

/**
 * The timeouts of a database URL: `connect_timeout` in seconds, as in libpq, `lock_timeout` and
 * `statement_timeout` in milliseconds, as in Postgres.
 *
 * @throws {StatsError} `invalid-database-url`
 */
export function timeoutsOf(url: string): Timeouts {
  const { searchParams } = new URL(url);
  const read = (name: string, byDefault: number, unit: 'seconds' | 'milliseconds') => {
    const text = searchParams.get(name) ?? String(byDefault);
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

/** The driver treats these modes like `verify-full`, and prints a warning on stderr. */
const ALIASES_OF_VERIFY_FULL = new Set(['prefer', 'require', 'verify-ca']);

/** Replaces an alias of `verify-full`, which has the same effect without the driver's warning. */
function withExplicitTls(text: string): string {
  const url = new URL(text);
  const { searchParams } = url;
  // The driver uses the last of several values.
  const mode = searchParams.getAll('sslmode').at(-1) ?? '';
  const isLibpq = searchParams.getAll('uselibpqcompat').at(-1) === 'true';
  if (isLibpq || !ALIASES_OF_VERIFY_FULL.has(mode)) return text;
  searchParams.set('sslmode', 'verify-full');
  return url.href;
}

/** Opens a connection pool; the first query connects. `PG*` variables supply what the URL omits. */
export function openPool(url: string, timeouts: Timeouts, options: PoolConfig = {}): Pool {
  const pool = new Pool({
    connectionString: withExplicitTls(url),
    application_name: 'stats-service',
    types: valueParsers(),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // Runs before the pool hands out a new connection; an error closes the connection.
    verify: (client, done) => void prepareConnection(client, timeouts.connect, done),
    connectionTimeoutMillis: timeouts.connect,
    lock_timeout: timeouts.lock,
    statement_timeout: timeouts.statement,
    idle_in_transaction_session_timeout: timeouts.statement,
    ...options,
  });
  // Lost connections emit error events, on the pool while idle and else on the client. Without a listener such an event
  // would end the process; queries fail with the same error.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * Pins session settings that server or role defaults could override: the time format that the driver parses,
 * commits that wait for the disk, and generic plans, because planning a batch takes longer than running it.
 */
async function prepareConnection(
  client: PoolClient,
  timeout: number,
  done: (error?: Error) => void,
): Promise<void> {
  let failure: Error | undefined;
  try {
    const query = {
      text: `select set_config('datestyle', 'ISO', false), set_config('timezone', 'UTC', false),
        set_config('default_transaction_isolation', 'read committed', false),
        set_config('plan_cache_mode', 'force_generic_plan', false),
        case when current_setting('synchronous_commit') = 'off'
          then set_config('synchronous_commit', 'on', false) end`,
      query_timeout: timeout,
    };
    await client.query(query);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  done(failure);
}

/** Parses values to the same JavaScript types as SQLite's. */
function valueParsers(): CustomTypesConfig {
  const parsers = new TypeOverrides();
  parsers.setTypeParser(types.builtins.INT8, safeInteger);
  parsers.setTypeParser(types.builtins.TIMESTAMPTZ, toIsoInstant);
  return parsers;
}

/** Parses `2026-11-22 10:00:00.5+00`, the format of the pinned settings. */
function toIsoInstant(value: string): string {
  const fraction = value.slice(20, value.length - 3);
  return `${value.slice(0, 10)}T${value.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`;
}

function safeInteger(value: string): number {
  const integer = Number(value);
  if (!Number.isSafeInteger(integer)) throw new RangeError(`${value} is beyond the exact integers.`);
  return integer;
}
