import { setTimeout } from 'node:timers/promises';
import { Kysely, sql, type RawBuilder } from 'kysely';
import { databaseReadOnly } from '../../errors.js';
import type { Activity } from '../../observer.js';
import { parsePostgresUrl } from '../../model/database-url.js';
import { retried } from '../../retry.js';
import type { Schema } from '../schema.js';
import {
  beginSnapshot,
  contextOf,
  type Snapshot,
  type StoreContext,
  type TransactionContext,
  type TransactionOptions,
} from '../store.js';
import { PreparingPostgresDialect, statementNames, type DriverClient } from './connections.js';
import {
  explainPostgres,
  isMissingDatabase,
  isConnectionCut,
  isConnectionLost,
  isDeadlock,
  postgresFault,
} from './errors.js';
import { readParameters, type Timeouts } from './parameters.js';
import { HostPools } from './pool.js';
import type { NamedStatement } from './statements.js';

/** Disables the timeouts of one transaction, because its consumer may be slow. */
const WITHOUT_TIMEOUTS = sql`select set_config('statement_timeout', '0', true),
  set_config('idle_in_transaction_session_timeout', '0', true)`;

/** Maximum number of connections of each pool. */
const MAX_CONNECTIONS = 10;

/** A Postgres database with a pool of connections. */
export class PostgresDatabase implements StoreContext {
  readonly dialect = 'postgres';
  readonly kysely: Kysely<Schema>;
  readonly probe: StoreContext;
  readonly #timeouts: Timeouts;
  readonly #pool: HostPools;
  readonly #probes: HostPools;
  /** The same pool without response timeouts. */
  readonly #unlimited: Kysely<Schema>;
  #ended: Promise<void> | undefined;

  constructor(url: string, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    const parameters = readParameters(parsePostgresUrl(url));
    const { timeouts } = parameters;
    const nameOf = statementNames();
    const open = (pool: HostPools, timeout: number) =>
      new Kysely<Schema>({ dialect: new PreparingPostgresDialect(pool, nameOf, timeout) });
    this.#timeouts = timeouts;
    this.#pool = new HostPools({ ...parameters, readOnly, max: MAX_CONNECTIONS });
    const probing = { ...timeouts, connect: timeouts.probe };
    this.#probes = new HostPools({ ...parameters, timeouts: probing, readOnly, max: 1 });
    this.kysely = open(this.#pool, timeouts.query);
    this.#unlimited = open(this.#pool, 0);
    this.probe = contextOf(this, open(this.#probes, timeouts.probe));
  }

  readonly id = <Id extends string>(id: Id): RawBuilder<Id> => sql`cast(${id} as uuid)`;

  readonly instant = (time: string): RawBuilder<string> => sql`cast(${time} as timestamptz)`;

  readonly faultOf = postgresFault;
  readonly explain = explainPostgres;
  readonly isMissing = isMissingDatabase;

  /** Retries after a deadlock or a cut connection; all statements are idempotent. */
  protected query<Row>(statement: NamedStatement, values: unknown[]): Promise<readonly Row[]> {
    const { name, text } = statement;
    const attempt = async () => {
      // The statement is its own transaction, so its sessions are durable when it returns.
      const client: DriverClient = await this.#pool.connect();
      try {
        const { rows } = await client.query<Row>({ name, text, values, query_timeout: this.#timeouts.query });
        client.release();
        return rows;
      } catch (error) {
        client.release(isConnectionLost(error));
        throw error;
      }
    };
    return retried(attempt, (error) => isDeadlock(error) || isConnectionCut(error));
  }

  transact<T>(
    work: (context: TransactionContext) => Promise<T>,
    { unlimited = false }: TransactionOptions = {},
  ): Promise<T> {
    if (!unlimited) return this.#transact(this.kysely, work);
    return this.#transact(this.#unlimited, async (context) => {
      await sql`select set_config('statement_timeout', '0', true)`.execute(context.kysely);
      return work(context);
    });
  }

  /** Always read committed: after taking a lock, writes must see what was committed before. */
  #transact<T>(kysely: Kysely<Schema>, work: (context: TransactionContext) => Promise<T>): Promise<T> {
    let hasBegun = false;
    const transaction = kysely.transaction().setIsolationLevel('read committed');
    const attempt = () =>
      transaction.execute((begun) => {
        hasBegun = true;
        return work(contextOf(this, begun));
      });
    return retried(attempt, (error) => isDeadlock(error) || (!hasBegun && isConnectionCut(error)));
  }

  readCourse<T>(work: (context: StoreContext) => Promise<T>): Promise<T> {
    const transaction = this.kysely
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only');
    const attempt = () => transaction.execute((begun) => work(contextOf(this, begun)));
    return retried(attempt, isConnectionCut);
  }

  beginSnapshot(): Promise<Snapshot> {
    return beginSnapshot(this.#unlimited, WITHOUT_TIMEOUTS);
  }

  async assertWritable(): Promise<void> {
    const { rows } = await sql<{ isStandby: boolean }>`select pg_is_in_recovery() as "isStandby"`.execute(
      this.probe.kysely,
    );
    if (rows[0]?.isStandby) throw databaseReadOnly();
  }

  get isPooled(): boolean {
    return this.#pool.state.isPooled;
  }

  get isSharded(): boolean {
    return this.#pool.state.isSharded;
  }

  connections(): NonNullable<Activity['connections']> {
    return this.#pool.counts;
  }

  async close(): Promise<void> {
    this.#ended ??= Promise.all([this.#pool.end(), this.#probes.end()]).then(() => undefined);
    await Promise.race([this.#ended, setTimeout(this.#timeouts.connect, undefined, { ref: false })]);
  }
}
