import { once } from 'node:events';
import { pino, type Logger } from 'pino';
import { StatsError } from '../core/index.js';
import type { AnsweredRequest } from '../server/index.js';
import { describeCause, UsageError } from './errors.js';
import type { Io } from './io.js';
import { SETTINGS } from './settings.js';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Bytes that are buffered before a write: a write for each line would take longer than a request. */
const BUFFER = 4_096;
/** Milliseconds after which a smaller buffer is written too. */
const FLUSH_INTERVAL = 500;
/** Bytes that wait for a slow reader of the log; further lines are dropped. */
const MAX_BACKLOG = 8 * 1024 * 1024;

/** Milliseconds to wait for the last lines to be written. */
const LAST_LINES = 500;

const STDOUT = 1;

type Destination = ReturnType<typeof pino.destination>;

/** The log of a server: one JSON object a line on stdout, without personal data. */
export class ServerLog implements AsyncDisposable {
  readonly #destination: Destination = destination();
  readonly #logger: Logger;

  /** @throws {UsageError} if `STATS_LOG_LEVEL` is none */
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

  answered({ requestId, method, route, status, duration }: AnsweredRequest): void {
    const milliseconds = Math.round(duration * 1_000) / 1_000;
    this.#logger.info({ requestId, method, route, status, milliseconds }, 'request');
  }

  /** Logs one line for an error that has a code, and the stack for a defect. */
  failed(error: unknown, requestId: string): void {
    if (error instanceof StatsError)
      this.#logger.warn({ requestId, error: `${error.message}${describeCause(error.cause)}` }, 'unavailable');
    else this.#logger.error({ requestId, error: details(error) }, 'internal error');
  }

  /** Writes the last lines, if the reader takes them in time. */
  async [Symbol.asyncDispose](): Promise<void> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), LAST_LINES);
    const written = once(this.#destination, 'close', limit);
    this.#destination.end();
    await written.catch(() => undefined);
    clearTimeout(timer);
  }
}

function levelOf(env: Io['env']): string {
  const { env: name, fallback } = SETTINGS.logLevel;
  const level = env[name] || fallback;
  if (!LEVELS.includes(level)) throw new UsageError(`${name} must be one of ${LEVELS.join(', ')}`);
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
  // A log that cannot be written must not end the server.
  stream.on('error', () => undefined);
  // Called at exit: it would retry forever if the log has no reader or the disk is full.
  stream.flushSync = () => undefined;
  return stream;
}

/** Leaves out the driver's other fields, which may contain a learner's row. */
function details(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  return { stack: error.stack, ...(error.cause !== undefined && { cause: details(error.cause) }) };
}
