import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { describeDatabase, openStats, type Stats } from '../../core/index.js';
import { Metrics, serve, type RunningServer } from '../../server/index.js';
import { interruptible, type Io } from '../io.js';
import { ServerLog } from '../log.js';
import { writeLine } from '../output.js';
import { authOptions, type AuthSettings } from './auth.js';

export interface ServerSettings {
  readonly database: string;
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** Milliseconds. */
  readonly keepAliveTimeout: number | undefined;
  /** Applies pending migrations. */
  readonly migrate: boolean;
  readonly readOnly: boolean;
  readonly minLearners: number | undefined;
  /** The sites that may show pages in a frame. */
  readonly frameAncestors: string | undefined;
  readonly auth: AuthSettings;
}

/** Calls in flight. More calls get 503 at once, because their results would come too late. */
const MAX_CALLS = 2_000;
/** Milliseconds for requests in flight at shutdown. */
const CLOSE_DEADLINE = 5_000;
/** Milliseconds for the whole shutdown. Container runtimes kill after ten seconds. */
export const STOP_DEADLINE = 9_000;

/** Serves in this process until the signal. */
export async function runAlone(io: Io, settings: ServerSettings): Promise<void> {
  await using log = new ServerLog(io);
  const metrics = new Metrics({ process: true, version: io.version, droppedLogLines: () => log.dropped });
  await runServer(io, settings, {
    log,
    metrics,
    onListening: (url) => announceListening(io, settings, url),
    onStopping: () => announceStopping(io),
  });
}

export function announceListening(io: Io, { database }: ServerSettings, url: string): void {
  writeLine(io.stderr, `Database: ${describeDatabase(database)}`);
  writeLine(io.stderr, `Listening on ${url}`);
}

export function announceStopping(io: Io): void {
  writeLine(io.stderr, 'Stopping.');
}

interface ServerParts {
  readonly log: ServerLog;
  readonly metrics: Metrics;
  readonly onListening?: (url: string) => void;
  readonly onStopping?: () => void;
}

export async function runServer(io: Io, settings: ServerSettings, parts: ServerParts): Promise<void> {
  const { database, migrate, readOnly, minLearners, host, port, keepAliveTimeout, frameAncestors, auth } =
    settings;
  const { log, metrics } = parts;
  const config = {
    database,
    create: migrate,
    migrate,
    readOnly,
    minLearners,
    maxCalls: MAX_CALLS,
    observer: metrics,
  };
  const stats = await interruptible(io.signal, openStats(config));
  const server = await serve(stats, {
    host,
    port,
    keepAliveTimeout,
    frameAncestors,
    metrics,
    auth: authOptions(auth, stats.keys),
    onSecurityEvent: ({ event, ...fields }) => log.security(event, fields),
    onError: (error, requestId) => log.failed(error, requestId),
    onResponse: (completed) => log.completed(completed),
  }).catch((error: unknown) => closeAndThrow(stats, error));
  parts.onListening?.(server.url);
  log.event('started', { url: server.url, version: io.version });

  if (!io.signal.aborted) await once(io.signal, 'abort');
  parts.onStopping?.();
  log.event('stopping');
  const stopped = await Promise.race([
    stop(server, stats).then(() => true),
    setTimeout(STOP_DEADLINE, false, { ref: false }),
  ]);
  if (!stopped) throw stopTimeout();
  log.event('stopped');
}

export function stopTimeout(): Error {
  return new Error(`The server did not stop within ${STOP_DEADLINE / 1_000} seconds.`);
}

async function closeAndThrow(stats: Stats, error: unknown): Promise<never> {
  await stats.close();
  throw error;
}

async function stop(server: RunningServer, stats: Stats): Promise<void> {
  try {
    await server.close(CLOSE_DEADLINE);
  } finally {
    await stats.close();
  }
}
