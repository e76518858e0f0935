import type { Worker } from 'node:worker_threads';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import { startThread, type ThreadData } from './thread.js';

/*
 * Figures of a whole course can take a second. On the store's own connection they would block the event loop, and with
 * it recording. So their statements run in threads, each on a connection of its own. Kysely runs one transaction at a time
 * on it, as for SQLite in general.
 */

export interface ReaderRequest {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** The rows, or the error of SQLite. */
export type ReaderReply<Row = unknown> =
  | { readonly rows: Row[] }
  | { readonly code: string; readonly message: string };

/** A Kysely dialect that runs its statements in a thread, which starts with the first one. */
export function readerDialect(data: ThreadData): Dialect {
  return {
    createDriver: () => new ReaderDriver(data),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
  };
}

class ReaderDriver implements Driver {
  readonly #connection: ReaderConnection;

  constructor(data: ThreadData) {
    this.#connection = new ReaderConnection(data);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(): Promise<void> {
    await this.#connection.begin();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  /**
   * A failed rollback would hide the first error: SQLite rolls back on some errors, and a new thread has no transaction.
   * Ending the thread ends any transaction.
   */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => this.#connection.close());
  }

  destroy(): Promise<void> {
    return this.#connection.close();
  }
}

/** Sends one statement at a time to the thread. A thread that has ended is replaced when the next transaction begins. */
class ReaderConnection implements DatabaseConnection {
  readonly #data: ThreadData;
  #thread: Worker | undefined;
  /** Rejects the request in flight. */
  #reject: ((error: unknown) => void) | undefined;

  constructor(data: ThreadData) {
    this.#data = data;
  }

  async executeQuery<Row>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const reply = await this.#ask<Row>({ text, parameters });
    if ('rows' in reply) return { rows: reply.rows };
    throw Object.assign(new Error(reply.message), { code: reply.code });
  }

  async begin(): Promise<void> {
    this.#thread ??= this.#start();
    await this.executeQuery(CompiledQuery.raw('begin deferred'));
  }

  streamQuery(): never {
    throw new Error('The thread sends all rows at once.');
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
    this.#thread = undefined;
  }

  async #ask<Row>(request: ReaderRequest): Promise<ReaderReply<Row>> {
    const thread = this.#thread;
    if (!thread) throw new Error('The reader thread has ended.');
    const { promise, resolve, reject } = Promise.withResolvers<ReaderReply<Row>>();
    this.#reject = reject;
    thread.once('message', resolve).ref();
    thread.postMessage(request);
    try {
      return await promise;
    } finally {
      thread.off('message', resolve).unref();
      this.#reject = undefined;
    }
  }

  #start(): Worker {
    const thread = startThread('reader-thread', this.#data);
    const ended = (error: unknown) => {
      // Another thread may have replaced it already.
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      this.#reject?.(error);
    };
    thread.on('error', ended).on('exit', () => ended(new Error('The reader thread has ended.')));
    return thread;
  }
}
