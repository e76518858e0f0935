import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';

/** A statement that a connection plans once and keeps under its name. */
export interface NamedQuery {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** A connection as the driver has it. */
export interface DriverClient {
  query<Row>(
    query: Omit<NamedQuery, 'name'> & { name?: string | undefined },
  ): Promise<PostgresQueryResult<Row>>;
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

/** A pool for Kysely whose connections plan each statement once: Kysely itself names none. */
export function withNamedStatements(pool: ClientPool): PostgresPool {
  const names = new Map<string, string>();
  const nameOf = (text: string, parameters: number) => {
    if (parameters === 0 || parameters > MAX_PARAMETERS) return undefined;
    if (!names.has(text) && names.size < MAX_NAMES) names.set(text, `kysely_${names.size}`);
    return names.get(text);
  };
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => new NamingClient(await pool.connect(), nameOf),
  };
}

class NamingClient implements PostgresPoolClient {
  readonly #client: DriverClient;
  readonly #nameOf: (text: string, parameters: number) => string | undefined;

  constructor(client: DriverClient, nameOf: (text: string, parameters: number) => string | undefined) {
    this.#client = client;
    this.#nameOf = nameOf;
  }

  query<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  query<Row>(
    query: string | PostgresCursor<Row>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof query !== 'string') return this.#client.query(query);
    const name = this.#nameOf(query, parameters.length);
    return this.#client.query<Row>({ name, text: query, values: [...parameters] });
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }
}
