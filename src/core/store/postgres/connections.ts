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

interface DriverPool extends Pick<PostgresPool, 'options' | 'end'> {
  connect(): Promise<DriverClient>;
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
    if (!names.has(text) && names.size < MAX_NAMES) names.set(text, `kysely_${names.size}`);
    return names.get(text);
  };
}

/** Kysely's Postgres dialect with prepared statements and a response timeout. */
export class PreparingPostgresDialect extends PostgresDialect {
  readonly #pool: PostgresPool;

  /** @param timeout milliseconds to wait for a response; 0 waits without a limit */
  constructor(pool: DriverPool, nameOf: NameOf, timeout: number) {
    const naming: PostgresPool = {
      options: pool.options,
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
