import { after } from 'node:test';
import { Client } from 'pg';

/** By URL: to connect takes longer than most of what is asked. */
const clients = new Map<string, Promise<Client>>();
after(() => Promise.all(Array.from(clients.keys(), disconnect)));

/** Runs a statement on a Postgres database, on a connection that the file's other statements use too; its rows. */
export async function runOn(url: string, statement: string): Promise<unknown[]> {
  const client = clients.get(url) ?? connect(url);
  clients.set(url, client);
  // Several statements have several results.
  const results = [await (await client).query(statement)].flat();
  return results.at(-1)?.rows ?? [];
}

/** To be called before a database is dropped. */
export async function disconnect(url: string): Promise<void> {
  const client = await clients.get(url);
  clients.delete(url);
  await client?.end();
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // A server that was ended, or is not there yet, is connected to again.
  const forget = () => clients.delete(url);
  client.on('error', forget);
  client.on('end', forget);
  try {
    await client.connect();
  } catch (error) {
    forget();
    throw error;
  }
  return client;
}
