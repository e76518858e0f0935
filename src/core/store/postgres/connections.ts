import { createHash } from 'node:crypto';
import {
  PostgresDialect,
  PostgresDriver,
  type PostgresCursor,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely';
import { isConnectionLost } from './errors.js';

/** A query of the driver. A connection prepares a query with a name once and reuses it. */
export interface DriverQuery {
  readonly name?: string | undefined;
  readonly text: string;
  readonly values: unknown[];
  /** Milliseconds after which the driver stops waiting for the response of a dead connection. */
  readonly query_timeout: number;
}

export interface DriverClient {
  query<Row>(query: DriverQuery): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  release(destroy?: boolean): void;
}

interface DriverPool {
  connect(): Promise<DriverClient>;
  end(): Promise<void>;
}

/** Maximum number of statement names, because a connection keeps each prepared until it closes. */
const MAX_NAMES = 100;
/** Statements with more parameters have a varying length, so they are rarely repeated. */
const MAX_PARAMETERS = 16;

type NameOf = (text: string, parameters: number) => string | undefined;

/** Assigns each statement text a name, up to a maximum number of names. */
export function statementNames(): NameOf {
  const names = new Map<string, string>();
  return (text, parameters) => {
    if (parameters === 0 || parameters > MAX_PARAMETERS) return undefined;
    if (!names.has(text) && names.size < MAX_NAMES) names.set(text, statementName(text));
    return names.get(text);
  };
}

/**
 * Returns a name that no other text has. Behind a pooler that was not detected, programs would otherwise run each
 * other's statements.
 */
export function statementName(text: string): string {
  return `stats_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

const BEGIN = /^(?:begin|start transaction)\b/i;
const END = /^(?:commit|rollback)$/i;

/**
 * A connection through a pooler. Every statement runs in a transaction that begins with the settings, and none is
 * prepared under a name.
 */
export class PooledClient implements DriverClient {
  readonly #client: DriverClient;
  readonly #settings: string;
  #inTransaction = false;

  constructor(client: DriverClient, settings: string) {
    this.#client = client;
    this.#settings = settings;
  }

  query<Row>(query: DriverQuery): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  query<Row>(
    query: DriverQuery | PostgresCursor<Row>,
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    return 'text' in query ? this.#run(query) : this.#client.query(query);
  }

  async #run<Row>({ text, values, query_timeout }: DriverQuery): Promise<PostgresQueryResult<Row>> {
    const send = (statement: string, parameters: unknown[] = []) =>
      this.#client.query<Row>({ text: statement, values: parameters, query_timeout });
    if (BEGIN.test(text)) {
      // One message, because statements without parameters need no separate round trips.
      const begun = await send(`${text}; ${this.#settings}`);
      this.#inTransaction = true;
      return begun;
    }
    if (END.test(text)) this.#inTransaction = false;
    if (this.#inTransaction || END.test(text)) return send(text, values);
    await send(`begin isolation level read committed; ${this.#settings}`);
    try {
      const result = await send(text, values);
      await send('commit');
      return result;
    } catch (error) {
      if (!isConnectionLost(error)) await send('rollback').catch(() => undefined);
      throw error;
    }
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }
}

/** Kysely's Postgres dialect with prepared statements and a response timeout. */
export class PreparingPostgresDialect extends PostgresDialect {
  readonly #pool: PostgresPool;

  /** @param timeout milliseconds to wait for a response; 0 waits without a limit */
  constructor(pool: DriverPool, nameOf: NameOf, timeout: number) {
    const naming: PostgresPool = {
      options: {},
      end: () => pool.end(),
      connect: async () => new NamingClient(await pool.connect(), nameOf, timeout),
    };
    super({ pool: naming });
    this.#pool = naming;
  }

  override createDriver(): QuietPostgresDriver {
    return new QuietPostgresDriver({ pool: this.#pool });
  }
}

class QuietPostgresDriver extends PostgresDriver {
  /** The server rolls back when a connection is lost; a failed rollback would hide the first error. */
  override async rollbackTransaction(
    ...[connection]: Parameters<PostgresDriver['rollbackTransaction']>
  ): Promise<void> {
    await super.rollbackTransaction(connection).catch(() => undefined);
  }
}

class NamingClient implements PostgresPoolClient {
  readonly #client: DriverClient;
  readonly #nameOf: NameOf;
  readonly #timeout: number;
  #lostBy: Error | undefined;

  constructor(client: DriverClient, nameOf: NameOf, timeout: number) {
    this.#client = client;
    this.#nameOf = nameOf;
    this.#timeout = timeout;
  }

  query<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  query<Row>(
    query: string | PostgresCursor<Row>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof query !== 'string') return this.#client.query(query);
    return this.#run({
      name: this.#nameOf(query, parameters.length),
      text: query,
      values: [...parameters],
      query_timeout: this.#timeout,
    });
  }

  async #run<Row>(query: DriverQuery): Promise<PostgresQueryResult<Row>> {
    // Otherwise a rollback would wait for the dead connection as long again.
    if (this.#lostBy) throw this.#lostBy;
    try {
      return await this.#client.query<Row>(query);
    } catch (error) {
      if (error instanceof Error && isConnectionLost(error)) this.#lostBy = error;
      throw error;
    }
  }

  release(destroy = this.#lostBy !== undefined): void {
    this.#client.release(destroy);
  }
}
