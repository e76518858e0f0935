import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { describeDatabase, openStats, type Stats } from '../../core/index.js';
import type { RunningServer } from '../../server/index.js';
import { UsageError, withValue } from '../errors.js';
import { interruptible, type Io } from '../io.js';
import { writeLine } from '../output.js';
import { describeSetting, parseKeepAlive, SETTINGS, type Setting } from '../settings.js';
import { addDatabaseOption, databaseUrl } from '../target.js';

/** Calls in flight. More calls get 503 at once, because their results would come too late. */
const MAX_CALLS = 2_000;
/** Milliseconds for requests in flight at shutdown. */
const CLOSE_DEADLINE = 5_000;
/** Milliseconds for the whole shutdown. Container runtimes kill after ten seconds. */
const STOP_DEADLINE = 9_000;

interface Options {
  readonly database?: string;
  readonly host?: string;
  readonly port?: string;
  readonly keepAlive?: string;
  readonly migrate: boolean;
  readonly readOnly?: boolean;
}

export function addServe(program: Command, io: Io): void {
  addDatabaseOption(program.command('serve'))
    .description('serve the HTTP API')
    .option(SETTINGS.host.flags, describeSetting(SETTINGS.host))
    .option(SETTINGS.port.flags, describeSetting(SETTINGS.port))
    .option(SETTINGS.keepAlive.flags, describeSetting(SETTINGS.keepAlive))
    .option('--no-migrate', 'fail if the schema is not current, instead of migrating it')
    .option('--read-only', 'refuse every change, for a copy or a standby; the schema is not migrated')
    .action((options: Options) => runServer(io, options));
}

async function runServer(io: Io, options: Options): Promise<void> {
  const { readOnly = false } = options;
  const migrate = options.migrate && !readOnly;
  const database = databaseUrl(io, options, { create: migrate });
  const host = parseSetting(io, SETTINGS.host, options.host, parseHost);
  const port = parseSetting(io, SETTINGS.port, options.port, parsePort);
  const keepAliveTimeout = parseSetting(io, SETTINGS.keepAlive, options.keepAlive, parseKeepAlive);
  const [{ Metrics, serve }, { ServerLog }] = await Promise.all([
    import('../../server/index.js'),
    import('../log.js'),
  ]);
  await using log = new ServerLog(io.env);
  const metrics = new Metrics({ process: true });

  const config = { database, create: migrate, migrate, readOnly, maxCalls: MAX_CALLS, observer: metrics };
  const stats = await interruptible(io.signal, openStats(config));
  const server = await serveOrClose(stats, () =>
    serve(stats, {
      host,
      port,
      keepAliveTimeout,
      metrics,
      onError: (error, requestId) => log.failed(error, requestId),
      onResponse: (completed) => log.completed(completed),
    }),
  );
  writeLine(io.stderr, `Database: ${describeDatabase(database)}`);
  writeLine(io.stderr, `Listening on ${server.url}`);
  log.event('started', { url: server.url, version: io.version });

  if (!io.signal.aborted) await once(io.signal, 'abort');
  writeLine(io.stderr, 'Stopping.');
  log.event('stopping');
  const stopped = await Promise.race([
    stop(server, stats).then(() => true),
    setTimeout(STOP_DEADLINE, false, { ref: false }),
  ]);
  if (!stopped) throw new Error(`The server did not stop within ${STOP_DEADLINE / 1_000} seconds.`);
  log.event('stopped');
}

async function serveOrClose(stats: Stats, serve: () => Promise<RunningServer>): Promise<RunningServer> {
  try {
    return await serve();
  } catch (error) {
    await stats.close();
    throw error;
  }
}

async function stop(server: RunningServer, stats: Stats): Promise<void> {
  try {
    await server.close(CLOSE_DEADLINE);
  } finally {
    await stats.close();
  }
}

/** Returns `undefined` for a setting that is not set. */
function parseSetting<T>(
  io: Io,
  { flags = '', env }: Setting,
  flag: string | undefined,
  parse: (name: string, text: string) => T,
): T | undefined {
  if (flag !== undefined) return parse(flags.split(' ')[0] ?? flags, flag);
  const text = io.env[env];
  return text === undefined ? undefined : parse(env, text);
}

function parseHost(name: string, text: string): string {
  if (text.trim() === '') throw new UsageError(`${name} ${withValue(text, 'must be a host or an address')}`);
  return text;
}

function parsePort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`${name} ${withValue(text, 'must be a port from 0 to 65,535')}`);
}
