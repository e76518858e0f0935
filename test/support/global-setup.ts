import { startPostgres, type PostgresServer } from './postgres.ts';

let server: PostgresServer | undefined;

/** One Postgres for the whole suite; each test has databases of its own in it. */
export async function globalSetup(): Promise<void> {
  server = await startPostgres();
  process.env['STATS_TEST_POSTGRES'] = server.url;
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
}
