import cluster from 'node:cluster';
import { once } from 'node:events';
import { isSea } from 'node:sea';
import { setTimeout } from 'node:timers/promises';
import { openStats } from '../../core/index.js';
import { newSecret, serve } from '../../server/index.js';
import { interruptible, type Io } from '../io.js';
import { ServerLog } from '../log.js';
import { SETTINGS } from '../settings.js';
import { authOptions } from './auth.js';
import {
  announceListening,
  announceStopping,
  STOP_DEADLINE,
  stopTimeout,
  type ServerSettings,
} from './server.js';
import { runWorker } from './worker.js';
import { Workers } from './workers.js';

/** Runs the workers until the signal. Each worker runs the same command. */
export async function runWorkers(io: Io, settings: ServerSettings, count: number): Promise<void> {
  if (cluster.worker) await runWorker(io, settings, cluster.worker);
  else await runPrimary(io, settings, count);
}

async function runPrimary(io: Io, settings: ServerSettings, count: number): Promise<void> {
  await using log = new ServerLog(io);
  const url = await interruptible(io.signal, migrateAndFindUrl(settings));
  configureWorkers(settings.port === 0 ? ['--port', new URL(url).port] : []);
  const workers = new Workers(log, count, sharedSecret(settings));
  await interruptible(io.signal, workers.start());
  announceListening(io, settings, url);
  log.event('started', { url, version: io.version, workers: count });

  if (!io.signal.aborted) await once(io.signal, 'abort');
  announceStopping(io);
  log.event('stopping');
  const stopped = await Promise.race([
    workers.stop().then(() => true),
    setTimeout(STOP_DEADLINE, false, { ref: false }),
  ]);
  if (!stopped) {
    workers.kill();
    throw stopTimeout();
  }
  log.event('stopped');
}

/**
 * Migrates the database and opens the port once before the workers do, so that an error is reported once.
 * Returns the URL, with the port that was free.
 */
async function migrateAndFindUrl({
  database,
  migrate,
  readOnly,
  host,
  port,
  auth,
}: ServerSettings): Promise<string> {
  await using stats = await openStats({ database, migrate, readOnly });
  await using server = await serve(stats, { host, port, auth: authOptions(auth, stats.keys) });
  return server.url;
}

/** Returns the variable with the secret of the dashboard's sessions, which every worker must be able to open. */
function sharedSecret({ auth }: ServerSettings): Readonly<Record<string, string>> {
  if (auth.mode === 'gateway' || auth.sessionSecret !== undefined) return {};
  return { [SETTINGS.sessionSecret.env]: newSecret() };
}

/** @param options appended to the command line, so that they override it */
function configureWorkers(options: readonly string[]): void {
  // By default, the primary accepts connections and passes them on. A connection would hang forever if its worker
  // died while receiving it. With SCHED_NONE, the workers accept from the shared socket.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const args = [...process.argv.slice(2), ...options];
  // Node passes `exec` first: the path of the script, which the single executable does not have.
  const exec = isSea() ? args.shift() : process.argv[1];
  cluster.setupPrimary({
    ...(exec !== undefined && { exec }),
    args,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
}
