import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { DialectName } from '../../migrations/columns.js';
import { disconnect, runOn } from './connections.js';
import { startPostgres } from './postgres.js';

export const DIALECTS: readonly DialectName[] = ['sqlite', 'postgres'];

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

/** A new, empty database of its own. */
export async function createDatabase(dialect: DialectName): Promise<TestDatabase> {
  return dialect === 'sqlite' ? createSqlite() : createPostgres();
}

async function createSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'stats-service-test-'));
  return {
    url: `sqlite:${join(folder, 'stats.db')}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function createPostgres(): Promise<TestDatabase> {
  const server = await postgresUrl();
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  await runOn(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = name;
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      await disconnect(url.href);
      await runOn(server, `drop database ${name} with (force)`);
    },
  };
}

let ownServer: ReturnType<typeof startPostgres> | undefined;
// Said here, since in the middle of a test it would be that test's end.
after(async () => (await ownServer)?.stop());

/** The suite's server; a test file that is run by itself starts one of its own. */
async function postgresUrl(): Promise<string> {
  const shared = process.env['STATS_TEST_POSTGRES'];
  if (shared !== undefined) return shared;
  const { url } = await (ownServer ??= startPostgres());
  return url;
}
