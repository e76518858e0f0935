import type { DriverClient, NamedQuery } from './named-statements.js';

interface Client extends DriverClient {
  on(event: 'error' | 'end', listener: () => void): unknown;
}

/**
 * The connections that batches use, kept in hand: a pool sets a timer whenever one is taken from it or given
 * back. There are never more than batches at a time.
 */
export class BatchClients {
  readonly #connect: () => Promise<Client>;
  readonly #free: Client[] = [];
  readonly #watched = new WeakSet<Client>();

  constructor(connect: () => Promise<Client>) {
    this.#connect = connect;
  }

  async run<Row>(query: NamedQuery): Promise<readonly Row[]> {
    const client = this.#free.pop() ?? (await this.#take());
    try {
      const { rows } = await client.query<Row>(query);
      this.#free.push(client);
      return rows;
    } catch (error) {
      // The pool knows whether the connection is still good.
      client.release();
      throw error;
    }
  }

  /** Gives all back to the pool. */
  release(): void {
    for (const client of this.#free.splice(0)) client.release();
  }

  async #take(): Promise<Client> {
    const client = await this.#connect();
    if (this.#watched.has(client)) return client;
    this.#watched.add(client);
    const drop = () => {
      const index = this.#free.indexOf(client);
      if (index !== -1) this.#free.splice(index, 1)[0]?.release(true);
    };
    client.on('error', drop);
    client.on('end', drop);
    return client;
  }
}
