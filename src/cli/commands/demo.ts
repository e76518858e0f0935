import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { assertDatabaseUrl, describeDatabase } from '../../core/index.js';
import type { Io } from '../io.js';
import { writeLine } from '../output.js';
import { parsePort } from '../settings.js';
import { addDashboardOptions, type DashboardFlags } from './dashboard.js';

interface Options extends DashboardFlags {
  readonly database?: string;
}

export function addDemo(program: Command, io: Io): void {
  const command = program
    .command('demo')
    .description('fill a new database with three invented courses, and open its dashboard')
    .option(
      '--database <url>',
      'a new or empty database that keeps the courses (default: a temporary one, removed at the end)',
    );
  addDashboardOptions(command).action((options: Options) => runDemo(io, options));
}

/** `STATS_DATABASE_URL` is ignored, because it names the database of real learners. */
async function runDemo(io: Io, { database, port, open }: Options): Promise<void> {
  const settings = { port: parsePort('--port', port), opensBrowser: open };
  if (database !== undefined) {
    assertDatabaseUrl(database);
    return fillAndOpen(io, database, settings);
  }
  const directory = await mkdtemp(join(tmpdir(), 'stats-service-demo-'));
  try {
    await fillAndOpen(io, `sqlite:${join(directory, 'demo.db')}`, settings);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function fillAndOpen(
  io: Io,
  database: string,
  settings: { readonly port: number; readonly opensBrowser: boolean },
): Promise<void> {
  const [{ openDemo }, { runDashboard }] = await Promise.all([
    import('../demo/fill.js'),
    import('../dashboard/run.js'),
  ]);
  await using stats = await openDemo(database);
  writeLine(io.stderr, `Database: ${describeDatabase(database)}`);
  await runDashboard(io, stats, settings);
}
