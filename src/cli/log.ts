import { once } from 'node:events';
import { pino, type Logger } from 'pino';
import { StatsError } from '../core/index.js';
import type { CompletedRequest } from '../server/index.js';
import { describeCause, UsageError, withValue } from './errors.js';
import type { Io } from './io.js';
import { SETTINGS } from './settings.js';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Bytes per write. A write per line would take longer than a request. */
const BUFFER = 4_096;
/** Milliseconds between writes of a smaller buffer. */
const FLUSH_INTERVAL = 500;
/** Bytes buffered for a slow reader of the log. Further lines are dropped. */
const MAX_BACKLOG = 8 * 1024 * 1024;

/** Deadline for writing the last lines, in milliseconds. */
const FLUSH_TIMEOUT = 500;

const STDOUT = 1;

type Destination = ReturnType<typeof pino.destination>;

/** Logs to stdout as NDJSON, without personal data. */
export class ServerLog implements AsyncDisposable {
  readonly #destination: Destination = destination();
  readonly #logger: Logger;

  /** @throws {UsageError} for an invalid `STATS_LOG_LEVEL` */
  constructor(env: Io['env']) {
    this.#logger = pino(
      {
        level: levelOf(env),
        base: undefined,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      this.#destination,
    );
  }

  event(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#logger.info(fields, message);
  }

  completed({ requestId, method, route, status, duration }: CompletedRequest): void {
    const milliseconds = Math.round(duration * 1_000) / 1_000;
    this.#logger.info({ requestId, method, route, status, milliseconds }, 'request');
  }

  /** Logs one line for a StatsError, and the stack for a defect. */
  failed(error: unknown, requestId: string): void {
    if (error instanceof StatsError)
      this.#logger.warn({ requestId, error: `${error.message}${describeCause(error.cause)}` }, 'unavailable');
    else this.#logger.error({ requestId, error: details(error) }, 'internal error');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), FLUSH_TIMEOUT);
    const written = once(this.#destination, 'close', limit);
    this.#destination.end();
    await written.catch(() => undefined);
    clearTimeout(timer);
  }
}

function levelOf(env: Io['env']): string {
  const { env: name, fallback } = SETTINGS.logLevel;
  const level = env[name] ?? fallback;
  if (!LEVELS.includes(level)) {
    throw new UsageError(`${name} ${withValue(level, `must be one of ${LEVELS.join(', ')}`)}`);
  }
  return level;
}

function destination(): Destination {
  const stream = pino.destination({
    dest: STDOUT,
    sync: false,
    minLength: BUFFER,
    maxLength: MAX_BACKLOG,
    periodicFlush: FLUSH_INTERVAL,
  });
  // The server continues if its log cannot be written.
  stream.on('error', () => undefined);
  // pino calls this at exit, and retries forever if the log has no reader or the disk is full.
  stream.flushSync = () => undefined;
  return stream;
}

/** Omits the other properties of driver errors, which may contain a learner's row. */
function details(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  return { stack: error.stack, ...(error.cause !== undefined && { cause: details(error.cause) }) };
}
