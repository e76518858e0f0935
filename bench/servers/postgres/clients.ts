import { Client } from 'pg';

/** Values stay the text that Postgres sends: most of it goes into the answer as it is. */
const TEXT = { getTypeParser: () => (value: string) => value };

/** A plan made anew for each batch, as Postgres would by itself, takes longer than the batch. */
const SETTINGS = `set timezone = 'UTC'; set synchronous_commit = on; set plan_cache_mode = force_generic_plan`;

export type Query = (name: string, text: string, values: readonly string[]) => Promise<string[][]>;

/** Connections of which each serves one batch at a time. */
export async function connectClients(url: string, count: number): Promise<Query[]> {
  const clients = Array.from({ length: count }, () => new Client({ connectionString: url }));
  return Promise.all(
    clients.map(async (client) => {
      await client.connect();
      await client.query(SETTINGS);
      return async (name, text, values) => {
        const { rows } = await client.query<string[]>({
          name,
          text,
          values: [...values],
          rowMode: 'array',
          types: TEXT,
        });
        return rows;
      };
    }),
  );
}
