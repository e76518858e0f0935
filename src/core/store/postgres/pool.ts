import { Client, Pool, TypeOverrides, types, type CustomTypesConfig, type PoolClient } from 'pg';
import { PooledClient, type DriverClient } from './connections.js';
import { postgresFault } from './errors.js';
import type { ConnectionParameters } from './parameters.js';
import {
  prepareConnection,
  transactionSettings,
  type ConnectionState,
  type ConnectionRequirements,
} from './session.js';

interface PoolOptions extends ConnectionParameters {
  readonly readOnly: boolean;
  /** Maximum number of connections of each pool. */
  readonly max: number;
}

/**
 * Connections to the first host of the URL that can be used. Each pair of a target and a host has a pool, whose first query connects;
 * `PG*` variables supply what the URL omits.
 */
export class HostPools {
  readonly #pools: readonly Pool[];
  /** The clients whose connection goes through a pooler. */
  readonly #pooled = new WeakSet<PoolClient>();
  /** The state of the newest connection. */
  state: ConnectionState = { isPooled: false, isSharded: false };
  readonly #settings: string;
  /** The index of the pool that had the last connection. */
  #current = 0;

  constructor({ targets, urls, timeouts, readOnly, max }: PoolOptions) {
    this.#settings = transactionSettings(timeouts);
    this.#pools = targets.flatMap((target) =>
      urls.map((url) => this.#openPool(url, { target, timeouts, readOnly }, max)),
    );
  }

  async connect(): Promise<DriverClient> {
    let failure: unknown;
    for (const offset of this.#pools.keys()) {
      const index = (this.#current + offset) % this.#pools.length;
      try {
        const client = await this.#pools[index]?.connect();
        if (!client) break;
        this.#current = index;
        return this.#pooled.has(client) ? new PooledClient(client, this.#settings) : client;
      } catch (error) {
        failure ??= error;
        if (postgresFault(error) !== 'unavailable') throw error;
      }
    }
    throw failure;
  }

  get counts() {
    const sum = (count: (pool: Pool) => number) =>
      this.#pools.reduce((total, pool) => total + count(pool), 0);
    return {
      open: sum((pool) => pool.totalCount),
      idle: sum((pool) => pool.idleCount),
      awaited: sum((pool) => pool.waitingCount),
    };
  }

  async end(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.end()));
  }

  async #prepare(
    client: PoolClient,
    needs: ConnectionRequirements,
    done: (error?: Error) => void,
  ): Promise<void> {
    let failure: Error | undefined;
    try {
      this.state = await prepareConnection(client, needs);
      if (this.state.isPooled) this.#pooled.add(client);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    done(failure);
  }

  #openPool(url: string, needs: ConnectionRequirements, max: number): Pool {
    const pool = new Pool({
      Client: ClosingClient,
      connectionString: url,
      application_name: 'stats-service',
      types: valueParsers(),
      max,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // Runs before the pool hands out a new connection; an error closes the connection.
      verify: (client, done) => void this.#prepare(client, needs, done),
      connectionTimeoutMillis: needs.timeouts.connect,
    });
    // Lost connections emit error events, on the pool while idle and else on the client. Without a listener such an
    // event would end the process; queries fail with the same error.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    return pool;
  }
}

type ConnectCallback = Parameters<Client['connect']>[0];

/** Closes its connection if it cannot log in. Without a password, the driver would leave it open. */
class ClosingClient extends Client {
  override connect(): Promise<Client>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<Client> | undefined {
    if (!callback) return super.connect();
    void this.#connectOrEnd(callback);
    return undefined;
  }

  async #connectOrEnd(callback: ConnectCallback): Promise<void> {
    let result: unknown[];
    try {
      result = [null, await super.connect()];
    } catch (error) {
      this.end().catch(() => undefined);
      result = [error];
    }
    Reflect.apply(callback, undefined, result);
  }
}

/** Parses values to the same JavaScript types as SQLite's. */
function valueParsers(): CustomTypesConfig {
  const parsers = new TypeOverrides();
  parsers.setTypeParser(types.builtins.INT8, safeInteger);
  parsers.setTypeParser(types.builtins.TIMESTAMPTZ, toIsoInstant);
  return parsers;
}

/** Parses `2026-11-22 10:00:00.5+00`, the format of the settings of a connection. */
function toIsoInstant(value: string): string {
  if (!value.endsWith('+00'))
    throw new Error(`${value} is not in UTC; another program has changed the session.`);
  const fraction = value.slice(20, value.length - 3);
  return `${value.slice(0, 10)}T${value.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`;
}

function safeInteger(value: string): number {
  const integer = Number(value);
  if (!Number.isSafeInteger(integer)) throw new RangeError(`${value} is beyond the exact integers.`);
  return integer;
}
