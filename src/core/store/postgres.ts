import { setTimeout } from 'node:timers/promises';
import { Kysely, sql, PostgresDialect, PostgresDriver, type PostgresPool, type Transaction } from 'kysely';
import { Pool, TypeOverrides, types, type CustomTypesConfig, type PoolClient, type PoolConfig } from 'pg';
import { StatsError } from '../errors.js';
import { BatchClients } from './batch-clients.js';
import { compileLoadingStatements } from './batches/loading-statements.js';
import { PostgresBatches } from './batches/postgres.js';
import { PostgresLoader } from './batches/postgres-loader.js';
import { compileStatements } from './batches/postgres-statements.js';
import type { Database } from './database.js';
import { statementNames, withNamedStatements, type DriverClient } from './named-statements.js';
import { isConnectionCut, isDeadlock, postgresFault } from './postgres-faults.js';
import { retried } from './retry.js';
import type { Schema } from './schema.js';
import { beginSnapshot } from './snapshot.js';

/** For the transaction alone. Whoever takes what it reads may be slow. */
const WITHOUT_TIMEOUTS = sql`select set_config('statement_timeout', '0', true),
  set_config('idle_in_transaction_session_timeout', '0', true)`;

/** What another role does is seen only by who may see all; then nobody else seems to be there. */
const OTHERS_AT_WORK = `select exists (
  select from pg_stat_activity
  where datname = current_database() and backend_type = 'client backend' and pid <> all (cast($1 as integer[]))
    and (state <> 'idle' or state_change > clock_timestamp() - interval '500 milliseconds'))`;

/** Opens a pool of connections; the first query connects. What the URL leaves out comes from `PG*` variables. */
export function openPostgres(url: string): Database {
  const timeouts = timeoutsOf(url);
  /** The processes of the server that work for us. */
  const own: OwnProcesses = new Map();
  const pool = openPool(url, own, timeouts);
  const probes = openPool(url, own, { ...timeouts, connect: timeouts.probe }, { max: 1 });
  const nameOf = statementNames();
  const open = (of: Pool, timeout: number) =>
    new Kysely<Schema>({ dialect: new SafePostgresDialect(withNamedStatements(of, nameOf, timeout)) });
  const kysely = open(pool, timeouts.query);
  const unlimited = open(pool, 0);
  let ended: Promise<void> | undefined;
  const clients = new BatchClients(() => pool.connect());
  return {
    dialect: 'postgres',
    kysely,
    probe: open(probes, timeouts.probe),
    transact: (work, options) =>
      options?.unlimited
        ? transact(unlimited, async (transaction) => {
            await sql`select set_config('statement_timeout', '0', true)`.execute(transaction);
            return work(transaction);
          })
        : transact(kysely, work),
    beginSnapshot: () => beginSnapshot(unlimited, WITHOUT_TIMEOUTS),
    batches: new PostgresBatches({
      compile: () => compileStatements(kysely),
      othersAtWork: () => ({
        name: 'others_at_work',
        text: OTHERS_AT_WORK,
        values: [Array.from(own.values())],
      }),
      loader: new PostgresLoader({
        compile: () => compileLoadingStatements(kysely),
        use: (work, undo) => clients.use(work, undo),
        timeout: timeouts.query,
      }),
      // What was being done when the connection was cut can be done again: recording changes nothing twice.
      query: (query) =>
        retried(
          () => clients.run({ ...query, rowMode: 'array', query_timeout: timeouts.query }),
          (error) => isDeadlock(error) || isConnectionCut(error),
        ),
    }),
    faultOf: postgresFault,
    connections: () => ({ open: pool.totalCount, idle: pool.idleCount, awaited: pool.waitingCount }),
    async close() {
      clients.release();
      ended ??= Promise.all([pool.end(), probes.end()]).then(() => undefined);
      await Promise.race([ended, setTimeout(timeouts.connect, undefined, { ref: false })]);
    },
  };
}

/** By connection. */
type OwnProcesses = Map<PoolClient, number>;

/** @param own is told of the process of each connection, as long as that lasts */
function openPool(url: string, own: OwnProcesses, timeouts: Timeouts, options: PoolConfig = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: 'stats-service',
    types: valueParsers(),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    verify: (client, done) =>
      void verifyConnection(client, timeouts.connect, done).then(
        (process) => process !== undefined && own.set(client, process),
      ),
    connectionTimeoutMillis: timeouts.connect,
    lock_timeout: timeouts.lock,
    statement_timeout: timeouts.statement,
    idle_in_transaction_session_timeout: timeouts.statement,
    ...options,
  });
  // A connection lost while idle is told to the pool, one lost while in use to the client: without a listener
  // either ends the process. The query that was under way fails with the same error.
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  pool.on('remove', (client) => own.delete(client));
  return pool;
}

/** Whatever the server's default: after a lock the commands rely on seeing what was committed before it. */
async function transact<T>(
  kysely: Kysely<Schema>,
  work: (transaction: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  let begun = false;
  const transaction = kysely.transaction().setIsolationLevel('read committed');
  const attempt = () =>
    transaction.execute((begunTransaction) => {
      begun = true;
      return work(begunTransaction);
    });
  return retried(attempt, (error) => isDeadlock(error) || (!begun && isConnectionCut(error)));
}

function ignore(): void {}

/** The pool hands out a new connection only after this, and ends it where this fails. */
async function verifyConnection(
  client: PoolClient,
  timeout: number,
  done: (error?: Error) => void,
): Promise<number | undefined> {
  let process: number | undefined;
  try {
    process = await prepareConnection(client, timeout);
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
  done();
  return process;
}

/**
 * Settles what a server or a role may set otherwise: how times are written, which the driver must read, commits
 * that do not wait for the disk, and plans that are made anew for each batch, which costs more than to run them.
 */
async function prepareConnection(client: DriverClient, timeout: number): Promise<number | undefined> {
  const { rows } = await client.query<{ readonly process: number }>({
    text: `select pg_backend_pid() as process, set_config('datestyle', 'ISO', false), set_config('timezone', 'UTC', false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('plan_cache_mode', 'force_generic_plan', false),
       case when current_setting('synchronous_commit') = 'off'
         then set_config('synchronous_commit', 'on', false) end`,
    values: [],
    query_timeout: timeout,
  });
  return rows[0]?.process;
}

class SafePostgresDialect extends PostgresDialect {
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    super({ pool });
    this.#pool = pool;
  }

  override createDriver(): SafePostgresDriver {
    return new SafePostgresDriver({ pool: this.#pool });
  }
}

class SafePostgresDriver extends PostgresDriver {
  /** Where the connection is lost, its transaction is rolled back already; the first error is the one to tell. */
  override async rollbackTransaction(
    ...[connection]: Parameters<PostgresDriver['rollbackTransaction']>
  ): Promise<void> {
    await super.rollbackTransaction(connection).catch(ignore);
  }
}

/** Reads the same JavaScript values as SQLite gives. */
function valueParsers(): CustomTypesConfig {
  const parsers = new TypeOverrides();
  parsers.setTypeParser(types.builtins.INT8, safeInteger);
  parsers.setTypeParser(types.builtins.TIMESTAMPTZ, toIsoInstant);
  return parsers;
}

/** From `2026-11-22 10:00:00.5+00`, as the connection is set to write it: its text needs no more than completing. */
function toIsoInstant(value: string): string {
  const fraction = value.slice(20, value.length - 3);
  return `${value.slice(0, 10)}T${value.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`;
}

function safeInteger(value: string): number {
  const integer = Number(value);
  if (!Number.isSafeInteger(integer)) throw new RangeError(`${value} is beyond the exact integers.`);
  return integer;
}

/** Milliseconds. A timer can wait longer, but no caller does. */
const MAX_TIMEOUT = 3_600_000;

/** Milliseconds. */
interface Timeouts {
  /** For a new connection, for its first query, and for the farewell to all of them. */
  readonly connect: number;
  readonly lock: number;
  /** For a statement, and for the next statement of an open transaction. */
  readonly statement: number;
  /** For a response, measured here: a connection that has gone silent does not report the server's own timeouts. */
  readonly query: number;
  /** For the response to a readiness check. */
  readonly probe: number;
}

/**
 * The timeouts of a database URL: `connect_timeout` in seconds, as in libpq, `lock_timeout` and `statement_timeout` in
 * milliseconds, as in Postgres.
 *
 * @throws {StatsError} `invalid-database-url`
 */
function timeoutsOf(url: string): Timeouts {
  const { searchParams } = new URL(url);
  const read = (name: string, byDefault: number, unit: 'seconds' | 'milliseconds') => {
    const text = searchParams.get(name) ?? String(byDefault);
    const isNumber = (unit === 'seconds' ? /^\d+(\.\d+)?$/ : /^\d+$/).test(text);
    const milliseconds = isNumber ? Math.round(Number(text) * (unit === 'seconds' ? 1_000 : 1)) : 0;
    if (milliseconds > 0 && milliseconds <= MAX_TIMEOUT) return milliseconds;
    const rule = `must be a number of ${unit} above 0 and at most an hour`;
    const detail = `${name} in the database URL is "${text.slice(0, 60)}"; it ${rule}.`;
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
