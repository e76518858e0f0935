import type { DriverClient, DriverQuery } from './named-statements.js';
import { isConnectionLost } from './postgres-faults.js';

interface Client extends DriverClient {
  on(event: 'error' | 'end', listener: () => void): unknown;
}

/**
 * The connections that batches use, kept in hand under load: a pool sets a timer whenever one is taken from it
 * or given back. There are never more than batches at a time.
 */
export class BatchClients<C extends Client> {
  readonly #connect: () => Promise<C>;
  readonly #idle: number;
  readonly #free: C[] = [];
  readonly #watched = new WeakSet<Client>();
  #hasRun = false;
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param idle milliseconds without a batch after which the connections go back to the pool */
  constructor(connect: () => Promise<C>, idle = 10_000) {
    this.#connect = connect;
    this.#idle = idle;
  }

  async run<Row>(query: DriverQuery): Promise<readonly Row[]> {
    const { rows } = await this.use((client) => client.query<Row>(query));
    return rows;
  }

  /**
   * @param work leaves no transaction open on the connection, unless it fails
   * @param undo ends one that it has left; a connection that cannot be brought to that is not used again
   */
  async use<T>(
    work: (client: C) => Promise<T>,
    undo: (client: C) => Promise<unknown> = async () => undefined,
  ): Promise<T> {
    const client = this.#free.pop() ?? (await this.#take());
    this.#hasRun = true;
    try {
      const result = await work(client);
      this.#keep(client);
      return result;
    } catch (error) {
      // The first error is the one to tell.
      const isLost = isConnectionLost(error) || (await fails(undo(client)));
      client.release(isLost);
      throw error;
    }
  }

  /** Gives all back to the pool. */
  release(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    for (const client of this.#free.splice(0)) client.release();
  }

  #keep(client: C): void {
    this.#free.push(client);
    this.#idleTimer ??= setTimeout(() => this.#releaseIfIdle(), this.#idle).unref();
  }

  #releaseIfIdle(): void {
    if (this.#hasRun) this.#idleTimer?.refresh();
    else this.release();
    this.#hasRun = false;
  }

  async #take(): Promise<C> {
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

function fails(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => false,
    () => true,
  );
}
