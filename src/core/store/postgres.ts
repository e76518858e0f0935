import { Kysely, PostgresDialect, PostgresDriver, type PostgresPool } from 'kysely';
import { DatabaseError, Pool, TypeOverrides, types, type CustomTypesConfig, type PoolClient } from 'pg';
import { BatchClients } from './batch-clients.js';
import { PostgresBatches } from './batches/postgres.js';
import { compileStatements } from './batches/postgres-statements.js';
import type { Database, DriverFault } from './database.js';
import { withNamedStatements } from './named-statements.js';
import { TOTALS_CONSTRAINT, type Schema } from './schema.js';

/** Milliseconds. A server that cannot be reached or a lock held too long ends a call instead of hanging it. */
const TIMEOUTS = {
  connectionTimeoutMillis: 5_000,
  lock_timeout: 5_000,
  statement_timeout: 10_000,
  idle_in_transaction_session_timeout: 10_000,
};

const MAX_ATTEMPTS = 5;

/** Opens a pool of connections; the first query connects. What the URL leaves out comes from `PG*` variables. */
export function openPostgres(url: string): Database {
  const pool = new Pool({
    connectionString: url,
    application_name: 'stats-service',
    types: valueParsers(),
    keepAlive: true,
    verify: (client, done) => void verifyConnection(client, done),
    ...TIMEOUTS,
  });
  // A connection lost while idle is told to the pool, one lost while in use to the client: without a listener
  // either ends the process. The query that was under way fails with the same error.
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  const kysely = new Kysely<Schema>({ dialect: new SafePostgresDialect(withNamedStatements(pool)) });
  const clients = new BatchClients(() => pool.connect());
  return {
    dialect: 'postgres',
    kysely,
    // Whatever the server's default: after a lock the commands rely on seeing what was committed before it.
    transact: (work) => retried(() => kysely.transaction().setIsolationLevel('read committed').execute(work)),
    batches: new PostgresBatches({
      compile: () => compileStatements(kysely),
      query: (query) => retried(() => clients.run(query)),
    }),
    faultOf: postgresFault,
    async close() {
      clients.release();
      await kysely.destroy();
    },
  };
}

function ignore(): void {}

/** The pool hands out a new connection only after this, and ends it where this fails. */
async function verifyConnection(client: PoolClient, done: (error?: Error) => void): Promise<void> {
  try {
    await prepareConnection(client);
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  done();
}

/**
 * Settles what a server or a role may set otherwise: how times are written, which the driver must read, commits
 * that do not wait for the disk, and plans that are made anew for each batch, which costs more than to run them.
 */
async function prepareConnection(client: PoolClient): Promise<void> {
  await client.query(
    `select set_config('datestyle', 'ISO', false), set_config('timezone', 'UTC', false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('plan_cache_mode', 'force_generic_plan', false),
       case when current_setting('synchronous_commit') = 'off'
         then set_config('synchronous_commit', 'on', false) end`,
  );
}

/** Postgres ends one of the transactions that wait for each other: nothing of it was done, and it can be repeated. */
async function retried<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isDeadlock(error)) throw error;
    }
  }
}

function isDeadlock(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40P01' || error.code === '40001');
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

/** SQLSTATE classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function postgresFault(error: unknown): DriverFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  switch (code) {
    case '23505':
      return 'unique';
    case '23503':
      return 'foreign-key';
    case '22003':
      return 'out-of-range';
    case '23514':
      return 'constraint' in error && error.constraint === TOTALS_CONSTRAINT ? 'out-of-range' : undefined;
    default:
  }
  // Connection lost, resources short, operator's intervention, serialization and locks, read-only replica.
  if (/^(08|53|57P|58|40|55000|55P03|57014|25006|25P03)/.test(code)) return 'unavailable';
  // Wrong password, no such database or role, no rights, no trusted certificate.
  if (/^(28|3D|42501)/.test(code) || TLS_ERROR.test(code) || error.message.startsWith('SASL'))
    return 'unusable';
  // A file that the URL names, such as a certificate.
  if (code === 'ENOENT' || code === 'EACCES') return 'unusable';
  // A host with several addresses fails with one error for all of them.
  const ofSystem = 'syscall' in error || error instanceof AggregateError;
  if (ofSystem && /^E[A-Z_]+$/.test(code)) return 'unavailable';
  return CONNECTION_ERROR.test(error.message) ? 'unavailable' : undefined;
}

/** Of OpenSSL and of Node's own check of the host's name. */
const TLS_ERROR = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** What pg says without a code. */
const CONNECTION_ERROR =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;
