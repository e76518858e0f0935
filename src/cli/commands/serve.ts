import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { UsageError, withValue } from '../errors.js';
import type { Io } from '../io.js';
import { describeSetting, SETTINGS } from '../settings.js';
import { addDatabaseOption, databaseUrl } from '../target.js';

/** Guards against a typing error. */
const MAX_WORKERS = 256;

interface Options {
  readonly database?: string;
  readonly host?: string;
  readonly port?: string;
  readonly workers?: string;
  readonly migrate: boolean;
}

export function addServe(program: Command, io: Io): void {
  addDatabaseOption(program.command('serve'))
    .description('serve the HTTP API')
    .option(SETTINGS.host.flags, describeSetting(SETTINGS.host))
    .option(SETTINGS.port.flags, describeSetting(SETTINGS.port))
    .option(SETTINGS.workers.flags, describeSetting(SETTINGS.workers))
    .option('--no-migrate', 'fail if the schema is not current, instead of migrating it')
    .action((options: Options) => runServe(io, options));
}

async function runServe(io: Io, options: Options): Promise<void> {
  const database = databaseUrl(io, options, { create: true });
  const host = options.host || io.env[SETTINGS.host.env] || undefined;
  const settings = { database, host, port: portOf(io, options), migrate: options.migrate };
  const workers = workersOf(io, options, database);
  if (workers === 1) {
    const { runAlone } = await import('../serve/server.js');
    return runAlone(io, settings);
  }
  const { runWorkers } = await import('../serve/cluster.js');
  return runWorkers(io, settings, workers);
}

function portOf(io: Io, { port: flag }: Options): number | undefined {
  const text = flag ?? (io.env[SETTINGS.port.env] || undefined);
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  const name = flag === undefined ? SETTINGS.port.env : '--port';
  throw new UsageError(`${name} ${withValue(text, 'must be a port from 0 to 65,535')}`);
}

function workersOf(io: Io, { workers: flag }: Options, database: string): number {
  const text = flag ?? (io.env[SETTINGS.workers.env] || SETTINGS.workers.fallback);
  if (text === '1') return 1;
  const name = flag === undefined ? SETTINGS.workers.env : '--workers';
  const isNumber = /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MAX_WORKERS;
  if (!isNumber && text !== 'auto') {
    throw new UsageError(`${name} ${withValue(text, `must be auto or a number from 1 to ${MAX_WORKERS}`)}`);
  }
  if (database.startsWith('sqlite:')) {
    const rule =
      'must be 1 on SQLite, because one process already does all that SQLite can; more need Postgres';
    throw new UsageError(`${name} ${withValue(text, rule)}`);
  }
  return isNumber ? Number(text) : availableParallelism();
}
