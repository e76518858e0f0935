import { startPostgres, type PostgresServer } from './postgres.ts';

let server: PostgresServer | undefined;

/** Starts one Postgres for the whole suite, unless STATS_TEST_POSTGRES names one. */
export async function globalSetup(): Promise<void> {
  if (process.env['STATS_TEST_POSTGRES'] !== undefined) return;
  server = await startPostgres();
  process.env['STATS_TEST_POSTGRES'] = server.url;
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
}
