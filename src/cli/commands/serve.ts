import { once } from 'node:events';
import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { writeJson, writeLine } from '../output.js';
import { addDatabaseOption, databaseUrl, describeDatabase, interruptible } from '../target.js';

interface Options {
  readonly database?: string;
  readonly host?: string;
  readonly port?: string;
  readonly migrate: boolean;
}

export function addServe(program: Command, io: Io): void {
  addDatabaseOption(program.command('serve'))
    .description('serve the HTTP API')
    .option('--host <host>', 'the address to listen on (STATS_HOST; default: 127.0.0.1)')
    .option('--port <port>', 'the port; 0 takes a free one (STATS_PORT; default: 8080)')
    .option('--no-migrate', 'refuse a database whose schema is not current instead of migrating it')
    .action((options: Options) => runServer(io, options));
}

async function runServer(io: Io, options: Options): Promise<void> {
  const database = databaseUrl(io, options, { create: true });
  const host = options.host || io.env['STATS_HOST'] || undefined;
  const port = portOf(io, options);
  const [{ openStats }, { serve }] = await Promise.all([
    import('../../core/index.js'),
    import('../../server/index.js'),
  ]);

  const opening = openStats({ database, create: options.migrate, migrate: options.migrate });
  await using stats = await interruptible(io, opening);
  await using server = await serve(stats, {
    host,
    port,
    onError: (error, requestId) => writeJson(io.stderr, { requestId, ...errorEntry(error) }),
  });
  writeLine(io.stderr, `Database: ${describeDatabase(database)}`);
  writeLine(io.stderr, `Listening on ${server.url}`);
  if (!io.signal.aborted) await once(io.signal, 'abort');
  writeLine(io.stderr, 'Stopping.');
}

function portOf(io: Io, { port: flag }: Options): number | undefined {
  const text = flag ?? (io.env['STATS_PORT'] || undefined);
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`${flag === undefined ? 'STATS_PORT' : '--port'} must be a port from 0 to 65535`);
}

/** An error and what caused it, as one entry of the log. */
function errorEntry(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  return { error: error.stack, ...(error.cause !== undefined && { cause: errorEntry(error.cause) }) };
}
