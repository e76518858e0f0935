import { startPostgres, type PostgresServer } from './postgres.ts';

let server: PostgresServer | undefined;

/** One Postgres for the whole suite, unless there is one; each test has databases of its own in it. */
export async function globalSetup(): Promise<void> {
  if (process.env['STATS_TEST_POSTGRES'] !== undefined) return;
  server = await startPostgres();
  process.env['STATS_TEST_POSTGRES'] = server.url;
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
}
