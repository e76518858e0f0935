import { Client } from 'pg';
import * as z from 'zod';
import { until } from './condition.js';
import { runSql } from './sql.js';

/** Connections of the service to this database. */
const OURS =
  "from pg_stat_activity where application_name = 'stats-service' and datname = current_database()";

const countSchema = z.tuple([z.object({ counted: z.int() })]);

/** Another session of a Postgres database, which holds a transaction open. */
export class Rival implements AsyncDisposable {
  readonly #client: Client;
  readonly #url: string;

  private constructor(client: Client, url: string) {
    this.#client = client;
    this.#url = url;
  }

  /** Holds the locks of a statement until `release` is called. */
  static async holding(url: string, statement: string): Promise<Rival> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const rival = new Rival(client, url);
    await client.query('begin');
    await client.query(statement);
    return rival;
  }

  async release(): Promise<void> {
    await this.#client.query('rollback');
  }

  /** Resolves once so many of the service's connections wait for a lock. */
  async awaited(amount: number): Promise<void> {
    // On another connection: within a transaction Postgres answers what it has answered before.
    await until(
      `${amount} waiting for a lock`,
      async () => (await count(this.#url, `${OURS} and wait_event_type = 'Lock'`)) >= amount,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}

/** Ends all of the service's connections to the database; how many there were. */
export async function endConnections(url: string): Promise<number> {
  return count(url, `from (select pg_terminate_backend(pid) ${OURS}) as ended`);
}

async function count(url: string, from: string): Promise<number> {
  const [row] = countSchema.parse(await runSql(url, `select count(*)::int as counted ${from}`));
  return row.counted;
}
