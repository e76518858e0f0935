import { join } from 'node:path';
import { after } from 'node:test';
import type { DialectName } from '../../migrations/columns.js';
import { openMigrator } from '../../src/core/index.js';
import { createOnCitus } from './citus.js';
import { disconnect, runOn } from './connections.js';
import { TestDirectory } from './directory.js';
import { startPostgres } from './postgres.js';

export const DIALECTS: readonly DialectName[] = ['sqlite', 'postgres'];

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

/** Names a SQLite file that does not exist yet, or creates a Postgres database with the current schema. */
export async function createDatabase(dialect: DialectName): Promise<TestDatabase> {
  if (dialect === 'sqlite') return createSqlite();
  const coordinator = process.env['STATS_TEST_ON_CITUS'];
  return coordinator === undefined
    ? createPostgres(await (template ??= createTemplate()))
    : createOnCitus(coordinator);
}

/** Creates a database without a schema, for tests of migrations. */
export function createEmptyDatabase(dialect: DialectName): Promise<TestDatabase> {
  return dialect === 'sqlite' ? createSqlite() : createPostgres();
}

/** Adds short timeouts to a Postgres URL, for tests that wait for them. */
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

let template: Promise<string> | undefined;

/** Returns the name of a migrated database: a copy of it takes half as long as migrating another. */
async function createTemplate(): Promise<string> {
  const { url } = await createPostgres();
  await using migrator = await openMigrator({ database: url });
  await migrator.up();
  return new URL(url).pathname.slice(1);
}

async function createPostgres(source = 'template1'): Promise<TestDatabase> {
  const server = await postgresUrl();
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  // Without fsync, copying files takes less than half the time of copying pages through the log.
  await runOn(server, `create database ${name} template ${source} strategy file_copy`);
  const url = new URL(server);
  url.pathname = name;
  created.push(name);
  return { url: url.href, [Symbol.asyncDispose]: () => disconnect(url.href) };
}

/**
 * The Postgres databases of this process, which are dropped when it ends. A pool resolves before its
 * connections have closed, and `drop … with (force)` would make them throw. Without `force`, Postgres waits
 * five seconds and then fails the run if a test has leaked a connection.
 */
const created: string[] = [];
let ownServer: ReturnType<typeof startPostgres> | undefined;
// Registered at module level: a hook registered in a test runs at the end of that test.
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

/** Returns the URL of the suite's server, or starts a server if a test file runs alone. */
async function postgresUrl(): Promise<string> {
  const shared = process.env['STATS_TEST_POSTGRES'];
  if (shared !== undefined) return shared;
  const { url } = await (ownServer ??= startPostgres());
  return url;
}
