import { Client } from 'pg';
import { openStats } from '../../src/core/index.js';
import { startPostgres } from '../postgres-server.js';
import type { Databases } from './databases.js';

export async function openPostgresDatabases(): Promise<Databases> {
  const server = await startPostgres();
  let made = 0;
  const newUrl = () => {
    made += 1;
    return server.url.replace(/[^/]+$/, `bench${made}`);
  };
  return {
    name: 'postgres',
    async create(statements) {
      const url = newUrl();
      await query(server.url, `create database ${nameOf(url)}`);
      await (await openStats({ database: url })).close();
      await query(url, ...statements, 'vacuum analyze', 'checkpoint');
      return url;
    },
    async run(url, statements) {
      await query(url, ...statements, 'vacuum analyze', 'checkpoint');
    },
    async copy(url) {
      const copied = newUrl();
      await query(
        server.url,
        `create database ${nameOf(copied)} template ${nameOf(url)} strategy file_copy`,
        'checkpoint',
      );
      return copied;
    },
    async drop(url) {
      await query(server.url, `drop database ${nameOf(url)} with (force)`);
    },
    close: () => server.stop(),
  };
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

/** One statement after the other; the first column of the last one's rows. */
async function query(url: string, ...statements: readonly string[]): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: unknown[][] = [];
    for (const text of statements) ({ rows } = await client.query<unknown[]>({ text, rowMode: 'array' }));
    return rows.map(([value]) => String(value));
  } finally {
    await client.end();
  }
}
