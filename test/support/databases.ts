import { join } from 'node:path';
import { after } from 'node:test';
import type { DialectName } from '../../migrations/columns.js';
import { disconnect, runOn } from './connections.js';
import { TestDirectory } from './directory.js';
import { startPostgres } from './postgres.js';

export const DIALECTS: readonly DialectName[] = ['sqlite', 'postgres'];

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

/** A new, empty database. */
export async function createDatabase(dialect: DialectName): Promise<TestDatabase> {
  return dialect === 'sqlite' ? createSqlite() : createPostgres();
}

/** The URL with short timeouts, for tests that wait for them. SQLite has none. */
export function withShortTimeouts(database: string): string {
  if (database.startsWith('sqlite:')) return database;
  const url = new URL(database);
  url.searchParams.set('connect_timeout', '0.5');
  url.searchParams.set('lock_timeout', '1000');
  url.searchParams.set('statement_timeout', '1500');
  return url.href;
}

async function createSqlite(): Promise<TestDatabase> {
  const directory = await TestDirectory.create();
  return {
    url: `sqlite:${join(directory.path, 'stats.db')}`,
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

async function createPostgres(): Promise<TestDatabase> {
  const server = await postgresUrl();
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  await runOn(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = name;
  created.push(name);
  return { url: url.href, [Symbol.asyncDispose]: () => disconnect(url.href) };
}

/**
 * The Postgres databases of this process. They are dropped together at its end, when the last connections have closed: a
 * pool ends before its connections do, and `drop … with (force)` would make each of them throw. Without `force` Postgres
 * refuses after five seconds where a test has left a connection open, which fails the run.
 */
const created: string[] = [];
let ownServer: ReturnType<typeof startPostgres> | undefined;
// Registered here: registered in a test, it would run at the end of that test.
after(async () => {
  const server = await ownServer;
  if (server) return server.stop();
  if (created.length === 0) return undefined;
  const url = await postgresUrl();
  try {
    for (const name of created) await runOn(url, `drop database ${name}`);
  } finally {
    await disconnect(url);
  }
});

/** The URL of the suite's server; a test file that runs alone starts its own. */
async function postgresUrl(): Promise<string> {
  const shared = process.env['STATS_TEST_POSTGRES'];
  if (shared !== undefined) return shared;
  const { url } = await (ownServer ??= startPostgres());
  return url;
}
