import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { isConnectionLost } from './postgres-faults.js';

/** A statement that a connection plans once and keeps under its name. */
export interface NamedQuery {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

export interface DriverQuery extends Omit<NamedQuery, 'name'> {
  readonly name?: string | undefined;
  /** Rows as arrays of their values, which the driver makes in a fraction of the time. */
  readonly rowMode?: 'array';
  /** Milliseconds after which the driver waits no longer for a connection that says nothing. */
  readonly query_timeout?: number;
}

/** A connection as the driver has it. */
export interface DriverClient {
  query<Row>(query: DriverQuery): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  release(destroy?: boolean): void;
}

interface ClientPool extends Pick<PostgresPool, 'options' | 'end'> {
  connect(): Promise<DriverClient>;
}

/** A connection keeps its statements until it ends: there must be few of them. */
const MAX_NAMES = 100;
/** A statement with more is one of varying length, which hardly comes again. */
const MAX_PARAMETERS = 16;

type NameOf = (text: string, parameters: number) => string | undefined;

/** Names statements, each always the same, while there are few. */
export function statementNames(): NameOf {
  const names = new Map<string, string>();
  return (text, parameters) => {
    if (parameters === 0 || parameters > MAX_PARAMETERS) return undefined;
    if (!names.has(text) && names.size < MAX_NAMES) names.set(text, `kysely_${names.size}`);
    return names.get(text);
  };
}

/**
 * A pool for Kysely whose connections plan each statement once, which Kysely leaves out, and wait for none longer
 * than `timeout` milliseconds (0: as long as it takes).
 */
export function withNamedStatements(pool: ClientPool, nameOf: NameOf, timeout: number): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => new NamingClient(await pool.connect(), nameOf, timeout),
  };
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
    // A rollback would wait on a dead connection as long again.
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
