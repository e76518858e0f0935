import { after } from 'node:test';
import { Client } from 'pg';

interface Connection {
  readonly client: Promise<Client>;
  /** The newest query. A connection runs its queries in order, so all have ended when this one has. */
  newest: Promise<unknown>;
}

/** One connection per URL, because connecting takes longer than most statements. */
const connections = new Map<string, Connection>();
after(() => Promise.all(Array.from(connections.keys(), disconnect)));

/** Runs a statement on a Postgres database and returns its rows. */
export async function runOn(url: string, statement: string): Promise<unknown[]> {
  const connection = connections.get(url) ?? connect(url);
  const query = connection.client.then((client) => client.query(statement));
  connection.newest = query.catch(() => undefined);
  // A text with several statements has several results.
  const results = [await query].flat();
  return results.at(-1)?.rows ?? [];
}

/** Waits for the statements in flight and closes the connection. Call it before dropping the database. */
export async function disconnect(url: string): Promise<void> {
  const connection = connections.get(url);
  if (!connection) return;
  await connection.newest;
  connections.delete(url);
  await (await connection.client).end();
}

function connect(url: string): Connection {
  const client = new Client({ connectionString: url });
  // Lets the next statement reconnect after the server was stopped or before it has started.
  const forget = () => connections.delete(url);
  client.on('error', forget);
  client.on('end', forget);
  const connected = client.connect().then(
    () => client,
    (error: unknown) => {
      forget();
      throw error;
    },
  );
  const connection = { client: connected, newest: Promise.resolve() };
  connections.set(url, connection);
  return connection;
}
