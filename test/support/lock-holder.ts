import { Client } from 'pg';
import * as z from 'zod';
import { until } from './condition.js';
import { runSql } from './sql.js';

const SERVICE_CONNECTIONS =
  "from pg_stat_activity where application_name = 'stats-service' and datname = current_database()";

const countSchema = z.tuple([z.object({ counted: z.int() })]);

/** A Postgres connection that holds locks in an open transaction. */
export class LockHolder implements AsyncDisposable {
  readonly #client: Client;
  readonly #url: string;

  private constructor(client: Client, url: string) {
    this.#client = client;
    this.#url = url;
  }

  /** Acquires the locks of a statement and holds them until `release` is called. */
  static async acquire(url: string, statement: string): Promise<LockHolder> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const holder = new LockHolder(client, url);
    await client.query('begin');
    await client.query(statement);
    return holder;
  }

  async release(): Promise<void> {
    await this.#client.query('rollback');
  }

  /** Resolves when this number of connections of the service wait for a lock. */
  async waitForBlocked(amount: number): Promise<void> {
    // Queried on another connection, because a transaction would read the same snapshot again.
    await until(
      `${amount} connections wait for a lock`,
      async () => (await count(this.#url, `${SERVICE_CONNECTIONS} and wait_event_type = 'Lock'`)) >= amount,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}

/** Terminates all connections of the service to the database and returns their number. */
export async function endConnections(url: string): Promise<number> {
  return count(url, `from (select pg_terminate_backend(pid) ${SERVICE_CONNECTIONS}) as ended`);
}

async function count(url: string, from: string): Promise<number> {
  const [row] = countSchema.parse(await runSql(url, `select count(*)::int as counted ${from}`));
  return row.counted;
}
